# SPDX-License-Identifier: Apache-2.0
"""Finds the `temptrack` program on an editor's machine and the environment to start it in."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Iterator, Mapping

from .problems import PanelError, problem

ENVIRONMENT_VARIABLE = "TEMPTRACK_COMPANION"
"""Names the program where it lies in an unusual place."""

_HOSTS_OWN_PYTHON = ("PYTHONHOME", "PYTHONPATH", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__")


def find_companion(chosen: str = "", environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the command that starts the companion.

    Args:
        chosen: path of the program as the user set it, or empty to look in the usual places.
        environment: variables of the host.

    Raises:
        PanelError: COMPANION_MISSING, with the places that were looked at.
    """
    named = chosen.strip() or environment.get(ENVIRONMENT_VARIABLE, "").strip()
    if named:
        program = Path(named).expanduser()
        if not _can_run(program):
            raise PanelError(problem("COMPANION_NOT_THERE", detail=str(program)))
        return [str(program), "companion"]
    on_path = shutil.which("temptrack", path=environment.get("PATH"))
    if on_path:
        return [on_path, "companion"]
    places = list(usual_places(environment))
    for program in places:
        if _can_run(program):
            return [str(program), "companion"]
    raise PanelError(problem("COMPANION_MISSING", detail=", ".join(str(place.parent) for place in places)))


def usual_places(environment: Mapping[str, str] = os.environ) -> Iterator[Path]:
    """Yield where installers put programs; a host started from a desktop often lacks them on PATH."""
    name = "temptrack.exe" if sys.platform == "win32" else "temptrack"
    for variable in ("PIPX_BIN_DIR", "UV_TOOL_BIN_DIR", "XDG_BIN_HOME"):
        if environment.get(variable):
            yield Path(environment[variable]) / name
    user = Path(environment.get("USERPROFILE" if sys.platform == "win32" else "HOME") or Path.home())
    yield user / ".local" / "bin" / name
    if sys.platform == "win32":
        roaming = Path(environment.get("APPDATA") or user / "AppData" / "Roaming")
        for scripts in sorted((roaming / "Python").glob("Python3*/Scripts"), reverse=True):
            yield scripts / name
    else:
        if sys.platform == "darwin":
            for scripts in sorted((user / "Library" / "Python").glob("3.*/bin"), reverse=True):
                yield scripts / name
            yield Path("/opt/homebrew/bin") / name
        yield Path("/usr/local/bin") / name


def companion_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables to start the companion with: the host's, less those of the host's own Python."""
    kept = {name: value for name, value in environment.items() if name not in _HOSTS_OWN_PYTHON}
    kept["PYTHONUTF8"] = "1"
    return kept


def _can_run(program: Path) -> bool:
    return program.is_file() and os.access(str(program), os.X_OK)
