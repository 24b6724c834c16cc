"""The script in the menu, started in a process of its own as the host does it."""

import importlib
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hosts.resolve.conftest import MakeApp
from hosts.resolve.panel_driver import until, write_settings
from support.resolve_double import simple_cut
from support.resolve_double.window_system import Bmd, Window
from temptrack.cli.install.receipts import copy_files
from temptrack.cli.install.resolve import LAUNCHER, RECEIPT, files_of
from temptrack.cli.install.shipped import PANEL, plugin_folder

TRAPS = ("json", "subprocess", "dataclasses", "temptrack_resolve", "uuid", "panel")


@pytest.fixture
def launcher(tmp_path: Path) -> Path:
    fusion = tmp_path / "Fusion"
    copy_files(files_of(plugin_folder("davinci")), fusion, RECEIPT)
    return fusion / "Scripts" / "Utility" / LAUNCHER


def launch(launcher: Path, folder: Path, *, how: str = "file") -> subprocess.CompletedProcess[str]:
    """Run the script the way the host does: its text in the main module, the current folder on the path."""
    prelude = f"import sys; sys.path.insert(0, ''); code = open({str(launcher)!r}).read()\n"
    run = {
        "file": f"__file__ = {str(launcher)!r}\nexec(compile(code, {str(launcher)!r}, 'exec'))",
        "name of the code": f"exec(compile(code, {str(launcher)!r}, 'exec'))",
    }[how]
    return subprocess.run(
        [sys.executable, "-c", prelude + run],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("how", ["file", "name of the code"])
def test_the_code_is_found_and_says_when_it_is_not_inside_resolve(
    launcher: Path, tmp_path: Path, how: str
) -> None:
    done = launch(launcher, tmp_path, how=how)
    assert done.returncode == 0, done.stderr
    assert "does not run inside DaVinci Resolve" in done.stderr
    assert "Workspace > Scripts" in done.stderr


def test_modules_in_the_current_folder_are_not_taken_for_pythons_own(launcher: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in TRAPS:
        (folder / f"{name}.py").write_text(f"raise SystemExit('the stray {name}.py was run')")
    done = launch(launcher, folder)
    assert "stray" not in done.stderr
    assert "does not run inside DaVinci Resolve" in done.stderr
    guard = 'if each not in ("", ".")'
    text = launcher.read_text()
    assert guard in text
    launcher.write_text(text.replace(guard, ""))
    assert "stray" in launch(launcher, folder).stderr


def test_half_an_installation_says_so(launcher: Path, tmp_path: Path) -> None:
    (launcher.parents[2] / "Temptrack" / "temptrack_resolve" / "__init__.py").unlink()
    done = launch(launcher, tmp_path)
    assert "temptrack install resolve" in done.stderr


def test_the_plugin_needs_no_newer_python_than_3_8() -> None:
    vermin = Path(sys.executable).with_name("vermin")
    source = plugin_folder("davinci")
    done = subprocess.run(
        [
            vermin,
            "--target=3.8-",
            "--no-tips",
            "--backport",
            "typing",
            "--violations",
            str(source),
            str(source.parent / PANEL),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_installed_script_opens_the_panel_and_a_second_start_takes_newer_code(
    make_app: MakeApp, launcher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home" / "libraries" / "stock").mkdir(parents=True)
    write_settings(tmp_path, monkeypatch, home=str(tmp_path / "home"))
    modules, paths = set(sys.modules), list(sys.path)

    def editor(window: Window) -> Iterator[None]:
        yield from until(window, lambda: window.entries("Library") == ["stock"])
        window.close()

    for title in ("Suggest Music", "Newer"):
        app = make_app((21, 1, 0))
        simple_cut(app)
        app.user = editor
        runpy.run_path(str(launcher), init_globals={"resolve": app.resolve, "bmd": Bmd()})
        assert [window.title for window in app.windows] == [title]
        code = launcher.parents[2] / "Temptrack" / "temptrack_resolve" / "window.py"
        code.write_text(code.read_text().replace('"WindowTitle": "Suggest Music"', '"WindowTitle": "Newer"'))
        importlib.invalidate_caches()
    assert sys.path == paths
    for name in set(sys.modules) - modules:
        if name.split(".")[0] == "temptrack_resolve":
            del sys.modules[name]
