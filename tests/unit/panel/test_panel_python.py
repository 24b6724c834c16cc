"""What a plugin shares has to run in whatever Python an editor brings."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PANEL = Path(__file__).parents[3] / "plugins" / "panel"
FILES = sorted(PANEL.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_only_the_standard_library_is_imported_and_no_thread_is_started(path: Path) -> None:
    roots = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            roots.add((node.module or "").partition(".")[0])
    assert roots <= sys.stdlib_module_names
    assert not roots & {"threading", "concurrent", "multiprocessing", "asyncio", "queue"}


def test_it_runs_in_python_3_8() -> None:
    found = subprocess.run(
        [
            str(Path(sys.executable).with_name("vermin")),
            "--target=3.8-",
            "--violations",
            "--no-tips",
            str(PANEL),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_every_file_names_its_licence(path: Path) -> None:
    assert path.read_text("utf-8").startswith("# SPDX-License-Identifier: Apache-2.0\n")
