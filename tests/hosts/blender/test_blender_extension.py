"""The extension's package: what is in it, what Blender's own tool says of it, how it goes in and out."""

import re
import stat
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from build_blender_extension import validate
from hosts.blender.bpy_process import ROOT, bpy_python, environment, extension_module, run_inside
from temptrack.cli.install.extension import build_extension
from temptrack.cli.main import app

PLUGIN = ROOT / "plugins" / "blender"
MOST_LINES = 500


def test_blenders_own_tool_finds_nothing_wrong(version: str, extension: Path) -> None:
    answer = validate(extension, bpy_python(version))
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_same_files_make_the_same_zip(extension: Path, tmp_path: Path) -> None:
    assert build_extension(tmp_path).read_bytes() == extension.read_bytes()


def test_the_zip_holds_the_plugin_its_licence_and_the_shared_panel(extension: Path) -> None:
    with zipfile.ZipFile(extension) as archive:
        names = set(archive.namelist())
        manifest = tomllib.loads(archive.read("blender_manifest.toml").decode())
        texts = {name: archive.read(name).decode() for name in names if name.endswith(".py")}
    assert {"__init__.py", "LICENSE", "panel/session.py", "panel/companion_link.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("panel/panel")]
    assert manifest["license"][0] == "SPDX:GPL-3.0-or-later"
    assert set(manifest["permissions"]) == {"files", "network"}
    assert manifest["blender_version_min"] == "4.2.0"
    assert f'VERSION = "{manifest["version"]}"' in texts["settings.py"]
    for name, text in texts.items():
        licence = "Apache-2.0" if name.startswith("panel/") else "GPL-3.0-or-later"
        assert text.startswith(f"# SPDX-License-Identifier: {licence}\n"), name
        assert len(text.splitlines()) <= MOST_LINES, name
        assert not re.search(r"\b(threading|asyncio|multiprocessing|concurrent\.futures)\b", text), name


def test_only_one_module_names_what_blender_renamed() -> None:
    renamed = re.compile(
        r"\.(frame_final_\w+|frame_duration|left_handle|sequences(_all)?|strips(_all)?)\b(?!\()"
    )
    named = {
        path.name
        for path in PLUGIN.glob("*.py")
        if any(renamed.search(line) for line in path.read_text().splitlines() if "strips." not in line)
    }
    assert named == {"strips.py"}


@pytest.mark.timeout(300)
def test_it_goes_in_and_out_of_blender_without_a_trace(version: str, extension: Path, tmp_path: Path) -> None:
    seen = run_inside(version, "switch.py", {"zip": str(extension)}, tmp_path)
    assert {"TEMPTRACK_PT_music", "temptrack.search", "WindowManager.temptrack"} <= set(seen["added"])
    assert seen["shortcuts"] == []


@pytest.mark.timeout(300)
def test_the_command_installs_into_blender_and_takes_it_out_again(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    program = _blender_program(version, tmp_path / "blender")
    installed = tmp_path / "blender" / "extensions" / "user_default" / "temptrack"
    said = CliRunner().invoke(app, ["install", "blender", "--blender", str(program)])
    assert said.exit_code == 0, said.output
    assert f"Blender {version}" in said.output
    assert (installed / "panel" / "session.py").is_file()
    said = CliRunner().invoke(app, ["install", "blender", "--blender", str(program), "--uninstall"])
    assert said.exit_code == 0, said.output
    assert not installed.exists()


def test_a_program_that_is_no_blender_or_too_old_is_refused(tmp_path: Path) -> None:
    for says, exit_code, words in (("Blender 3.6.2", 2, "4.2 or newer"), ("Maya 2027", 2, "does not say")):
        program = _script(tmp_path / says.replace(" ", ""), f"print({says!r})")
        said = CliRunner().invoke(app, ["install", "blender", "--blender", str(program)])
        assert said.exit_code == exit_code
        assert words in said.output
    said = CliRunner().invoke(app, ["install", "blender", "--blender", str(tmp_path / "nothing")])
    assert said.exit_code == 3
    assert "There is no Blender at" in said.output


def test_what_blender_refuses_is_told(tmp_path: Path) -> None:
    program = _script(
        tmp_path / "blender",
        "import sys\n"
        "if '--version' in sys.argv: print('Blender 4.5.1'); sys.exit(0)\n"
        "sys.exit('the disk is full')",
    )
    said = CliRunner().invoke(app, ["install", "blender", "--blender", str(program)])
    assert said.exit_code == 4
    assert "Blender refused: the disk is full." in said.output
    assert "--zip" in said.output


def test_the_zip_alone_can_be_had(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["install", "blender", "--zip", str(tmp_path / "out")])
    assert said.exit_code == 0, said.output
    assert zipfile.is_zipfile(tmp_path / "out" / "temptrack_blender.zip")


def _blender_program(version: str, folder: Path) -> Path:
    """Make a program that answers `--version` and `--command extension` with the code of a real Blender."""
    return _script(
        folder.with_name("blender-program"),
        "import os, sys\n"
        "import bpy\n"
        "if '--version' in sys.argv:\n"
        "    print('Blender', bpy.app.version_string, flush=True)\n"
        "    os._exit(0)\n"
        "from bl_pkg.bl_extension_cli import cli_extension_handler\n"
        "code = cli_extension_handler(sys.argv[sys.argv.index('extension') + 1:])\n"
        "sys.stdout.flush()\n"
        "sys.stderr.flush()\n"
        "os._exit(code)\n",
        python=str(bpy_python(version)),
    )


def _script(path: Path, code: str, python: str = sys.executable) -> Path:
    path.write_text(f"#!{python}\n{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_guide_lists_every_problem_of_blender_with_its_next_step() -> None:
    guide = (ROOT / "docs" / "guides" / "blender.md").read_text()
    remedies = extension_module("remedies").BLENDER_REMEDIES
    for reason, remedy in remedies.items():
        start, _, end = remedy.sentence.partition("{detail}")
        assert start in guide, reason
        assert end in guide, reason
        assert f"| {remedy.next_step} |" in guide, reason
