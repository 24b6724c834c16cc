"""The commands of the guide to batches, in order."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from support import batches
from temptrack.cli.main import app

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "batch.md"
TEXT = GUIDE.read_text("utf-8")
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"<!-- run -->\n```console\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]
PLAN = re.findall(r"```csv\n(.*?)```", TEXT, re.DOTALL)[0]
YAML_PLAN = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)[0]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    batches.use_fake_bundle(monkeypatch)
    batches.stock(tmp_path / "music")
    batches.cuts(tmp_path / "CUTS", 2, films=False)
    for name in ("ep1", "ep2"):
        (cut,) = batches.cuts(tmp_path / name, 1, films=False)
        cut.rename(tmp_path / name / "cut.otio")
    (tmp_path / "PLAN.csv").write_text(PLAN)
    (tmp_path / "PLAN.yaml").write_text(YAML_PLAN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_works_in_order(place: Path) -> None:
    assert len(COMMANDS) >= 7
    for command in COMMANDS:
        name, *words = shlex.split(command)
        assert name == "temptrack"
        result = CliRunner().invoke(app, [*words, "--no-review"])
        assert result.exit_code == 0, f"{command}\n{result.output}"
    assert sorted(path.name for path in (place / "OUT" / "timelines").iterdir()) == [
        "cut00.otio",
        "cut01.otio",
    ]
    assert sorted(path.name for path in (place / "FROM_PLAN" / "timelines").iterdir()) == [
        "ep1-cut.otio",
        "ep2-cut.otio",
    ]
    assert (place / "FARM" / "credits.txt").read_text("utf-8").startswith("Music in Cut 0")


def test_the_plan_in_yaml_is_one(place: Path) -> None:
    result = CliRunner().invoke(app, ["batch", "PLAN.yaml", "-o", "YAML", "--no-review"])
    assert result.exit_code == 0, result.output
    assert "3 scenes" in result.stdout
