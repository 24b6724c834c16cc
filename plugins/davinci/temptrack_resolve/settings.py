# SPDX-License-Identifier: Apache-2.0
"""What the user set, in one JSON file of the user's configuration folder."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Mapping

from .remedies import failure


@dataclass(frozen=True)
class Settings:
    """The user's choices; a file that lacks some keeps the usual ones.

    Attributes:
        companion: path of the temptrack program; empty finds it.
        server: HOST:PORT of a studio server; empty searches on this machine.
        token: what the server wants to see.
        home: folder of temptrack's state; empty takes the usual one.
        library: the one searched last.
        path_map: pairs [from, to] of folder names that differ between the project and this machine.
        lane_name: audio track that music is placed on.
        target_lufs: loudness that music is brought to, or None to leave its level alone.
        duck_db: how far music is lowered under speech; 0 is not at all.
        fade_in_frames: fade where an excerpt starts inside its track.
        fade_out_s: fade where an excerpt ends inside its track, in seconds.
        cue_folder: folder for the sound that is placed; empty takes Music/Temptrack of the user.
        limit: most suggestions.
    """

    companion: str = ""
    server: str = ""
    token: str = ""
    home: str = ""
    library: str = ""
    path_map: tuple[tuple[str, str], ...] = ()
    lane_name: str = "Music"
    target_lufs: float | None = -20.0
    duck_db: float = 0.0
    fade_in_frames: int = 12
    fade_out_s: float = 1.0
    cue_folder: str = ""
    limit: int = 10

    def folder_for(self, project_name: str) -> Path:
        """Return where the sound of a project's music lies."""
        base = Path(self.cue_folder).expanduser() if self.cue_folder else Path.home() / "Music" / "Temptrack"
        plain = "".join(each if each.isalnum() or each in " -_" else "_" for each in project_name).strip()
        return base / (plain or "Project")


def settings_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the file of the settings; it need not exist."""
    if sys.platform == "win32":
        base = Path(environment.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "temptrack" / "resolve.json"


def load(path: Path) -> Settings:
    """Read the settings; without a file they are the usual ones.

    Raises:
        PanelError: SETTINGS_BROKEN, when the file holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return _settings_of(found)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise failure("SETTINGS_BROKEN", str(path)) from error


def save(settings: Settings, path: Path) -> None:
    """Write the settings, whole or not at all, for the user's eyes only.

    Raises:
        PanelError: SETTINGS_NOT_SAVED.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # It may hold a token.
        opened = os.open(str(partial), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(opened, "w", encoding="utf-8") as out:
            json.dump(asdict(settings), out, indent=2)
            out.write("\n")
        os.replace(str(partial), str(path))
    except OSError as error:
        raise failure("SETTINGS_NOT_SAVED", f"{path}: {error.strerror or error}") from error


def _settings_of(found: dict[str, Any]) -> Settings:
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    usual = asdict(Settings())
    chosen = {each.name: found[each.name] for each in fields(Settings) if each.name in found}
    pairs = chosen.pop("path_map", ())
    for name, value in chosen.items():
        if not _is_like(value, usual[name]) and not (name == "target_lufs" and value is None):
            raise ValueError(f"{name} is {value!r}")
    return Settings(path_map=tuple((str(here), str(there)) for here, there in pairs), **chosen)


def _is_like(value: object, usual: object) -> bool:
    whole = type(value) is int and isinstance(usual, float)
    return whole or type(value) is type(usual)
