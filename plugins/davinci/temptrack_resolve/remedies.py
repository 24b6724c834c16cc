# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in DaVinci Resolve itself; the shared table of the panel holds the rest."""

from __future__ import annotations

from .panel.problems import PanelError, Problem, problem
from .panel.remedies import Remedy

_FILE_ROUTE = (
    "Use the file route: export the timeline as .otio, run `temptrack suggest --insert`, import the result. "
    "The guide for DaVinci Resolve describes each step."
)
_CLOSE_DIALOGS = "Close any dialog that is open in Resolve, wait for a running save, then try again."
_LOOK = "Look at the timeline; nothing else was changed. Try again."

RESOLVE_REMEDIES: dict[str, Remedy] = {
    "FREE_EDITION": Remedy(
        "This is {detail}: only the Studio edition opens windows for scripts.", _FILE_ROUTE
    ),
    "TOO_OLD": Remedy("This is {detail}; the plugin needs 18.5 or newer.", _FILE_ROUTE),
    "NO_WINDOW_SYSTEM": Remedy("DaVinci Resolve offers no window to scripts here.", _FILE_ROUTE),
    "NO_RESOLVE": Remedy(
        "The script does not run inside DaVinci Resolve.",
        "Start it from Resolve's menu: Workspace > Scripts > Suggest Music.",
    ),
    "PROJECT_MANAGER_OPEN": Remedy("The project manager is showing.", "Open a project, then try again."),
    "NO_PROJECT": Remedy("No project is open.", "Open a project, then try again."),
    "DIALOG_OPEN": Remedy("DaVinci Resolve does not answer ({detail}).", _CLOSE_DIALOGS),
    "CALL_FAILED": Remedy("DaVinci Resolve refused {detail}.", _CLOSE_DIALOGS),
    "NOT_OFFERED": Remedy("This version of DaVinci Resolve has no {detail}.", "Choose another part."),
    "FILTER_NOT_READ": Remedy("'{detail}' is no range.", "Write ranges like 90-120, 90- or -120."),
    "NO_SELECTION": Remedy("No clip is selected.", "Select clips on the timeline, or choose another part."),
    "NOT_EXPORTED": Remedy(
        "DaVinci Resolve wrote no timeline to {detail}.",
        "Check for free space on the disk of that folder, then search again.",
    ),
    "NO_STILL": Remedy(
        "DaVinci Resolve wrote no picture of the frame at {detail}.",
        "Open the Edit page, check for free space on the disk, then search again.",
    ),
    "TIMELINE_SWITCHED": Remedy(
        "Another timeline is open than the one that was searched for ({detail}).",
        "Open that timeline again, or search on this one.",
    ),
    "NOT_IMPORTED": Remedy(
        "DaVinci Resolve did not take {detail} into the media pool.", "Check that the file can be read there."
    ),
    "NOT_KEPT": Remedy(
        "The sound could not be written to {detail}.",
        "Choose another folder: `cue_folder` in the plugin's settings.",
    ),
    "NOT_PLACED": Remedy("DaVinci Resolve did not put the music on the timeline ({detail}).", _LOOK),
    "NOT_SET": Remedy("DaVinci Resolve did not keep {detail}; the music was taken off again.", _LOOK),
    "NOT_REMOVED": Remedy(
        "DaVinci Resolve did not remove the music ({detail}).", "Unlock its track, then try again."
    ),
    "MUSIC_GONE": Remedy(
        "This music is no longer on the timeline.", "Nothing was changed. Choose another, or insert anew."
    ),
    "SETTINGS_NOT_SAVED": Remedy(
        "The chosen library could not be remembered in {detail}.",
        "Change the permissions of that folder; everything else works.",
    ),
    "SETTINGS_BROKEN": Remedy(
        "The settings at {detail} cannot be read; the usual ones are used.",
        "Correct the file or delete it.",
    ),
}


def resolve_problem(reason: str, detail: str = "") -> Problem:
    """Return a problem that the plugin found, in words.

    Args:
        reason: a key of this table or of the shared one.
        detail: the value it concerns.
    """
    remedy = RESOLVE_REMEDIES.get(reason)
    if remedy is None:
        return problem(reason, detail)
    sentence = remedy.sentence.replace("{detail}", detail)
    return Problem(reason, sentence, remedy.next_step, {"detail": detail} if detail else {})


def failure(reason: str, detail: str = "") -> PanelError:
    """Return the error that carries such a problem to the panel."""
    return PanelError(resolve_problem(reason, detail))
