# SPDX-License-Identifier: Apache-2.0
"""From the menu to the window: checks where it runs, then opens the panel."""

from __future__ import annotations

import sys
from typing import Any, Mapping

from . import editions
from .actions import Actions
from .panel.problems import PanelError, Problem
from .remedies import failure
from .resolve_api import Host
from .settings import Settings, load, save, settings_path
from .window import WINDOW_ID, MusicWindow


def main(names: Mapping[str, Any]) -> int:
    """Open the panel; what is wrong with the place is said on the console of Resolve.

    Args:
        names: what Resolve gives to scripts: ``resolve`` and ``bmd``, or only ``bmd`` in some versions.

    Returns:
        0, or 1 when it cannot work here.
    """
    try:
        _open(names)
    except PanelError as error:
        sys.stderr.write(f"Suggest Music: {error.problem.sentence}\n{error.problem.next_step}\n")
        return 1
    return 0


def _open(names: Mapping[str, Any]) -> None:
    bmd = names.get("bmd")
    resolve = names.get("resolve") or (bmd.scriptapp("Resolve") if bmd is not None else None)
    if resolve is None or bmd is None:
        raise failure("NO_RESOLVE")
    host = Host(resolve)
    editions.check(host.product())
    ui = host.window_system()
    if ui is None:
        raise failure("NO_WINDOW_SYSTEM")
    open_already = ui.FindWindow(WINDOW_ID)
    if open_already is not None:
        open_already.Show()
        open_already.Raise()
        return
    settings, broken = _settings()
    actions = Actions(host, settings)
    window = MusicWindow(ui, bmd.UIDispatcher(ui), actions, _save if broken is None else _keep)
    if broken is not None:
        actions.session.show(broken)
    window.run()


def _settings() -> tuple[Settings, Problem | None]:
    """Return the settings; a file that cannot be read is said in the panel and stops nothing."""
    try:
        return load(settings_path()), None
    except PanelError as error:
        return Settings(), error.problem


def _save(chosen: Settings) -> None:
    save(chosen, settings_path())


def _keep(_chosen: Settings) -> None:
    """Leave a file that cannot be read as it is: the user will want to mend it."""
