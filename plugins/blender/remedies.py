# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong in Blender itself; the shared table of the panel holds the rest."""

from __future__ import annotations

from .panel.problems import PanelError, Problem
from .panel.remedies import Remedy

BLENDER_REMEDIES: dict[str, Remedy] = {
    "ONLINE_ACCESS_OFF": Remedy(
        "The studio server {detail} is not asked, because Blender may not go online.",
        "Allow Online Access in Preferences > System > Network, or clear the server in this extension's "
        "preferences to search on this machine.",
    ),
    "NO_PREVIEW_RANGE": Remedy(
        "The sequencer has no preview range.", "Set one with P in the sequencer, or choose another part."
    ),
    "NOTHING_SELECTED": Remedy(
        "No strip with a picture is selected.", "Select some strips, or choose another part."
    ),
    "NO_MARKERS": Remedy(
        "The scene has no markers.", "Add one with M in the sequencer, or choose another part."
    ),
    "OTHER_SCENE": Remedy(
        "These suggestions are for the scene {detail}, and another one is open.",
        "Go back to that scene, or search again in this one.",
    ),
    "SCENE_GONE": Remedy("The scene that was searched for is gone.", "Search again."),
    "MUSIC_GONE": Remedy("The music to replace is no longer there.", "Insert the suggestion instead."),
    "CHANNELS_FULL": Remedy(
        "No channel is free for the music.",
        "Unlock or unmute a channel named as in the preferences, or clear one of the 128 channels.",
    ),
}


def failure(reason: str, detail: str = "") -> PanelError:
    """Return the error for a problem that Blender gives.

    Args:
        reason: a key of the table above.
        detail: the value it concerns.
    """
    remedy = BLENDER_REMEDIES[reason]
    sentence = remedy.sentence.replace("{detail}", detail)
    return PanelError(Problem(reason, sentence, remedy.next_step, {"detail": detail} if detail else {}))
