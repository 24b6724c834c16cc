"""Systems as YAML: what ships, what may be changed, what is refused."""

from pathlib import Path
from typing import Any

import pytest

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.training.config import (
    SystemConfig,
    known_systems,
    load_system,
    parse_changes,
    write_system,
)


def _write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("size", [None, "planted", "paper"])
@pytest.mark.parametrize("name", ["mvpt", "mvpt_plus", "pretet", "viml", "viml_plus"])
def test_every_system_that_ships_can_be_read_at_every_size(name: str, size: str | None) -> None:
    assert name in known_systems()
    assert load_system(name, size=size).name == name


def test_what_the_papers_state_is_what_the_files_say() -> None:
    pretet, mvpt, plus, viml = (load_system(name) for name in ("pretet", "mvpt", "mvpt_plus", "viml"))
    assert (pretet.loss.kind, pretet.model.tower.kind) == ("triplet", "mlp")
    assert (mvpt.loss.kind, mvpt.loss.temperature, plus.loss.temperature) == ("infonce", 0.3, 0.03)
    assert plus.model_dump(exclude={"name", "about", "loss"}) == mvpt.model_dump(
        exclude={"name", "about", "loss"}
    )
    assert viml.model.words is not None
    assert (viml.model.words.dropout, viml.loss.temperature, viml.data.texts) == (0.8, 0.03, "prompt2text")


def test_plain_viml_has_none_of_our_options() -> None:
    loss = load_system("viml").loss
    assert (loss.video_only, loss.text_only, loss.teacher, loss.temperature_learned) == (0, 0, 0, False)
    assert loss.false_negatives.duplicates == "negative"
    assert loss.false_negatives.tag_overlap_from is None


def test_a_file_changes_what_it_extends(tmp_path: Path) -> None:
    path = _write(tmp_path, "extends: viml\nname: mine\nmodel:\n  words:\n    fusion: {kind: gated}\n")
    mine, base = load_system(path), load_system("viml")
    assert mine.model.words is not None
    assert base.model.words is not None
    assert mine.model.words.fusion.kind == "gated"
    assert mine.model.words.dropout == base.model.words.dropout
    assert mine.loss == base.loss


def test_changes_win_over_sizes_and_sizes_over_the_rest(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "name: mine\ntraining: {epochs: 1, batch_size: 8}\n"
        "size: small\nsizes:\n  small: {training: {epochs: 2}}\n",
    )
    assert load_system(path).training.epochs == 2
    assert load_system(path).training.batch_size == 8
    assert load_system(path, {"training.epochs": 3}).training.epochs == 3


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    for name in known_systems():
        config = load_system(name, {"training.seed": 7})
        assert load_system(_write(tmp_path, write_system(config))) == config


def test_values_of_changes_are_yaml() -> None:
    found = parse_changes(
        ["loss.temperature=0.1", "model.words=null", "training.segments = 4", "data.texts=tags"]
    )
    assert found == {
        "loss.temperature": 0.1,
        "model.words": None,
        "training.segments": 4,
        "data.texts": "tags",
    }


@pytest.mark.parametrize("word", ["loss.temperature", "=3", "a=[1"])
def test_a_change_without_key_and_value_is_refused(word: str) -> None:
    with pytest.raises(InvalidRequest, match="is not key=value"):
        parse_changes([word])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"loss.temprature": 0.1}, r"loss\.temprature: Extra inputs"),
        ({"loss.temperature": 0}, r"loss\.temperature: .*greater than 0"),
        ({"model.words.dropout": 1.0}, r"model\.words\.dropout: .*0\.95"),
        ({"model.tower.width": 100, "model.tower.heads": 3}, "not a multiple of 3 heads"),
        ({"model.words": None, "loss.text_only": 0.5}, "for systems with model.words"),
        ({"model.words.weighting": "path"}, "leads to words alone"),
        ({"data.texts": "file"}, "texts_file goes with texts: file"),
        ({"data.kind": "folder"}, "folder data need path, features and text_encoder"),
    ],
)
def test_a_wrong_value_is_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says) as caught:
        load_system("viml", changes)
    assert caught.value.reason == "SYSTEM_CONFIG"


def test_an_unknown_system_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="mvpt_plus, pretet, viml"):
        load_system("vimll")


def test_an_unknown_size_is_answered_with_those_there_are() -> None:
    with pytest.raises(InvalidRequest, match="planted, paper"):
        load_system("viml", size="huge")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "is not YAML"),
        ("- 1", "holds no keys"),
        ("name: x\nextends: mine.yaml", "extends itself"),
        ("name: x\nextends: nowhere", "no system 'nowhere'"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises((InvalidRequest, NotFound), match=says):
        load_system(_write(tmp_path, text))


def test_the_watched_figure_is_asked_with_words_where_the_system_knows_them() -> None:
    assert load_system("viml").watched == "video_text_to_music_r10"
    assert load_system("mvpt").watched == "video_to_music_r10"
    assert isinstance(load_system("mvpt"), SystemConfig)
