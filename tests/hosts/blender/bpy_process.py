"""Runs a script of `inside` in a real Blender: a process with settings and extensions of its own."""

import importlib
import json
import os
import re
import subprocess
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from support.lacking import PROGRAMS_REQUIRED, lacking

_KEPT = ("4.5", "5.0")
_VARIABLE = re.compile(r"TEMPTRACK_BPY_(\d)(\d+)")
ROOT = Path(__file__).parents[3]
_INSIDE = Path(__file__).parent / "inside"
_PATIENCE_S = 240


def versions() -> list[str]:
    """Return the Blenders to test in: two that run under Python 3.11, and those that variables name."""
    named = [f"{found[1]}.{found[2]}" for found in map(_VARIABLE.fullmatch, os.environ) if found]
    return sorted({*_KEPT, *named})


def bpy_python(version: str) -> Path:
    """Return the Python that has this Blender as a module, or skip the test."""
    variable = f"TEMPTRACK_BPY_{version.replace('.', '')}"
    chosen = os.environ.get(variable)
    program = Path(chosen) if chosen else ROOT / f".venv-bpy-{version}" / "bin" / "python"
    if not program.is_file():
        why = f"no Blender {version} at {program}; run `make hosts-blender` or set {variable}"
        lacking(why, required=PROGRAMS_REQUIRED)
    return program


def environment(folder: Path) -> dict[str, str]:
    """Return variables that keep a Blender's files in a folder and let scripts of `inside` be found."""
    return {
        **os.environ,
        "BLENDER_USER_RESOURCES": str(folder / "blender"),
        "PYTHONPATH": str(ROOT / "tests"),
        "TEMPTRACK_COMPANION": str(Path(sys.executable).with_name("temptrack")),
    }


def start_inside(version: str, script: str, arguments: Mapping[str, Any], folder: Path) -> "Inside":
    """Start a script; it gets the arguments as JSON and its result comes back as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    answer = folder / "answer.json"
    given = folder / "arguments.json"
    given.write_text(json.dumps(dict(arguments)))
    process = subprocess.Popen(
        [bpy_python(version), _INSIDE / script, given, answer],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return Inside(process, answer)


def run_inside(version: str, script: str, arguments: Mapping[str, Any], folder: Path) -> Any:
    """Run a script to its end and return its result; fails with what it printed."""
    return start_inside(version, script, arguments, folder).result()


def extension_module(name: str) -> Any:
    """Import a module of the extension that needs no bpy, without the package itself, which does."""
    package = types.ModuleType("blender_files")
    package.__path__ = [str(ROOT / "plugins" / "blender")]
    sys.modules.setdefault(package.__name__, package)
    return importlib.import_module(f"{package.__name__}.{name}")


class Inside:
    """A script that runs in a Blender."""

    def __init__(self, process: subprocess.Popen[str], answer: Path) -> None:
        self.process = process
        self._answer = answer

    def result(self) -> Any:
        """Wait for its end and return its result."""
        try:
            said, _ = self.process.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            said, _ = self.process.communicate()
            pytest.fail(f"Blender did not end within {_PATIENCE_S} s:\n{said}")
        if self.process.returncode:
            pytest.fail(f"exit code {self.process.returncode}:\n{said}")
        return json.loads(self._answer.read_text())
