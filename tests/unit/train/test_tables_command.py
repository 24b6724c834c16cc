import json
from pathlib import Path

import pytest

from temptrack_train.cli.main import app
from temptrack_train.training.config import load_system
from temptrack_train.training.data import training_data
from temptrack_train.training.fit import fit

SMALL = {
    "data.options.train": 64,
    "data.options.validation": 24,
    "data.options.test": 30,
    "data.options.described_train": 24,
    "data.options.segments": 4,
    "data.texts": "tags",
    "model.embed_dim": 16,
    "model.tower.width": 32,
    "training.epochs": 1,
    "training.batch_size": 32,
    "training.validation_pool": 24,
}


def command(*words: str) -> int:
    code = app(list(words), standalone_mode=False)
    assert isinstance(code, int)
    return code


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for system in ("mvpt", "viml"):
        changes = {key: value for key, value in SMALL.items() if system == "viml" or key != "data.texts"}
        config = load_system(system, changes)
        fit(config, training_data(config.data), folder / system)
    return folder


def test_runs_are_asked_what_they_can_answer_in_pools_that_fit(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("evaluate", str(runs / "mvpt"), str(runs / "viml"), "--json") == 0
    lines = json.loads(capsys.readouterr().out)
    asked = {(line["labels"][0], *line["labels"][1:]) for line in lines}
    assert {key for key in asked if key[0] == "mvpt"} == {
        ("mvpt", "tracks", "none", "video_to_music"),
        ("mvpt", "clips", "none", "video_to_music"),
    }
    assert ("viml", "clips", "human", "text_to_music") in asked
    assert len(asked) == 7
    assert {line["pool_size"] for line in lines} == {30}
    of_viml = next(line for line in lines if line["labels"][3] == "video_text_to_music")
    figure = of_viml["video_text_to_music_r10"]
    assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 100


def test_a_table_is_printed_for_people(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("evaluate", str(runs / "viml"), "--clip-pool", "15") == 0
    page = capsys.readouterr().out
    assert "R@10" in page
    assert page.count("video_text_to_music") == 2


def test_tracks_as_libraries_embed_them_are_measured_apart(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = []
    for words in ((), ("--as-served",)):
        assert command("evaluate", str(runs / "mvpt"), "--json", *words) == 0
        lines.append({line["labels"][1]: line for line in json.loads(capsys.readouterr().out)})
    plain, served = lines
    # A clip is one window, which is its own mean; a whole track is not.
    assert plain["clips"] == served["clips"]
    assert plain["tracks"] != served["tracks"]


def test_neither_runs_nor_tables_is_a_mistake_of_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("evaluate") == 2
    assert "--tables" in capsys.readouterr().err


def test_a_folder_without_a_run_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("evaluate", str(tmp_path)) == 3
    assert str(tmp_path) in capsys.readouterr().err
