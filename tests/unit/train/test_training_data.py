"""From a configuration's data to what a system trains on."""

from pathlib import Path
from typing import Any

import pytest

from temptrack.errors import Corrupt, InvalidRequest, NotFound
from temptrack.home import DEFAULT_BUNDLE
from temptrack_train.training.config import DataConfig
from temptrack_train.training.data import open_collection, read_texts_file, training_data, words_for

SMALL = {"train": 40, "validation": 12, "test": 4, "described_train": 10, "segments": 3}


def _config(**values: Any) -> DataConfig:
    return DataConfig.model_validate({"options": SMALL, **values})


def test_planted_data_come_with_their_encoder_and_the_empty_text() -> None:
    data = training_data(_config())
    assert (len(data.train), len(data.validation)) == (40, 12)
    assert len(data.empty_text) == data.spaces.text_dim
    assert any(value != 0 for value in data.empty_text)


@pytest.mark.parametrize("recipe", ["tags", "data2text", "prompt2text"])
def test_a_recipe_writes_words_for_tracks_that_nobody_described(recipe: str) -> None:
    config = _config(texts=recipe)
    collection = open_collection(config)
    items = collection.dataset.split("train")
    words = words_for(config, collection.dataset, items)
    assert words is not None
    assert len(words) > 30
    assert words == words_for(config, collection.dataset, items)
    human = training_data(_config(), collection).train
    written = training_data(config, collection).train
    assert int((human.texts.starts.diff() > 0).sum()) == 10
    assert int((written.texts.starts.diff() > 0).sum()) == len(words)


def test_validation_asks_in_people_s_words_whatever_is_trained_on() -> None:
    collection = open_collection(_config())
    human = training_data(_config(), collection).validation.texts.rows
    for recipe in ("tags", "prompt2text"):
        assert training_data(_config(texts=recipe), collection).validation.texts.rows.equal(human)


def test_words_of_a_file_are_used_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text(
        '{"track_id": "planted-0-00001", "text": "calm piano"}\n'
        '{"track_id": "planted-0-00001", "text": "harp"}\n',
        encoding="utf-8",
    )
    assert read_texts_file(path) == {"planted-0-00001": ["calm piano", "harp"]}
    train = training_data(_config(texts="file", texts_file=path)).train
    assert train.texts.starts.diff().tolist()[:3] == [0, 2, 0]


def test_a_broken_file_of_words_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"track_id": "a", "text": "b"}\n{"track": "a"}\n', encoding="utf-8")
    with pytest.raises(Corrupt, match="Line 2"):
        read_texts_file(path)
    with pytest.raises(NotFound, match="no texts in"):
        read_texts_file(tmp_path / "missing.jsonl")


def test_an_unknown_option_of_the_data_is_named() -> None:
    with pytest.raises(InvalidRequest, match="colour") as caught:
        open_collection(_config(options={"colour": 1}))
    assert caught.value.reason == "DATA_OPTIONS"


def test_a_folder_of_media_without_features_says_what_is_missing(tmp_path: Path) -> None:
    config = _config(
        kind="folder", path=tmp_path, features=tmp_path / "features", text_encoder=DEFAULT_BUNDLE, options={}
    )
    with pytest.raises(NotFound):
        open_collection(config)
