"""The real plugin in the double, with the real companion: what a test needs to act as an editor."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from davinci.temptrack_resolve import start
from support.resolve_double import Application
from support.resolve_double.window_system import Bmd, Window

User = Callable[[Window], Iterator[None]]
COMPANION = Path(sys.executable).with_name("temptrack")
_PATIENCE_S = 60


def write_settings(folder: Path, monkeypatch: pytest.MonkeyPatch, **chosen: Any) -> Path:
    """Put the plugin's settings into a configuration folder of the test's own."""
    for variable in ("XDG_CONFIG_HOME", "APPDATA", "HOME"):
        monkeypatch.setenv(variable, str(folder / "config"))
    path = folder / "config" / "temptrack" / "resolve.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    usual = {"companion": str(COMPANION), "cue_folder": str(folder / "Cues")}
    path.write_text(json.dumps({**usual, **chosen}), encoding="utf-8")
    return path


def run_panel(app: Application, user: User) -> Window:
    """Open the panel from the menu and let the editor act until the window is closed."""

    def act(window: Window) -> Iterator[None]:
        yield from user(window)
        window.close()
        yield

    app.user = act
    assert start.main({"resolve": app.resolve, "bmd": Bmd()}) == 0
    window: Window = app.windows[-1]
    assert not window.is_shown
    return window


def until(window: Window, condition: Callable[[], object]) -> Iterator[None]:
    """Wait, a turn of the event loop at a time, until something is so."""
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        assert "inside temptrack" not in window.text("Said"), "an exception; it stands in stderr"
        assert time.monotonic() < end, f"it never came to pass; the panel says: {window.text('Said')}"
        yield


def said(window: Window, *words: str) -> Callable[[], bool]:
    """Whether the panel says one of these."""
    return lambda: any(word in window.text("Said") for word in words)
