from pathlib import Path

import numpy as np
import pytest

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.datasets.planted.dataset import PlantedDataset
from temptrack_train.datasets.planted.spec import PlantedSpec
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.tag_file import TagFile
from temptrack_train.synthesis.taggers import DatasetTagger

FINDER = MentionFinder(Lexicon.load())


def tag_file(folder: Path, name: str, content: str) -> TagFile:
    (folder / name).write_text(content)
    return TagFile(folder / name, FINDER)


def test_tags_of_a_json_file_are_kept_above_the_threshold_surest_first(tmp_path: Path) -> None:
    tagged = tag_file(
        tmp_path,
        "tags.jsonl",
        '{"track_id": "a", "tags": {"piano": 0.4, "Drum_Machine": 0.9, "calm": 0.31, "harp": 0.3}}\n'
        "\n"
        '{"track_id": "b", "tags": ["upright bass", "kazoo", "jazzy"]}\n',
    ).tag()
    first, second = tagged.tracks
    assert first.groups == {"instrument": ("drum machine", "piano"), "genre": (), "mood": ("calm",)}
    assert second.terms == ("double bass", "jazz")
    assert tagged.unknown == {"kazoo": 1}
    assert not tagged.failed


def test_tags_of_a_table(tmp_path: Path) -> None:
    tagged = tag_file(
        tmp_path, "tags.csv", "\ufefftrack_id,tags\na,piano:0.8; calm:0.2 ;jazz\nb,organ:loud\nc,\n"
    ).tag()
    assert [track.terms for track in tagged.tracks] == [("piano", "jazz")]
    assert tagged.failed["line 3"].reason == "TAGS_LINE"
    assert tagged.failed["c"].reason == "NO_TAGS"


def test_a_line_that_cannot_be_read_fails_alone(tmp_path: Path) -> None:
    tagged = tag_file(
        tmp_path,
        "tags.jsonl",
        '{"track_id": "a", "tags": ["piano"]}\nnonsense\n{"track_id": "a", "tags": ["harp"]}\n{"tags": []}\n',
    ).tag()
    assert [track.terms for track in tagged.tracks] == [("piano",)]
    assert {name: failure.reason for name, failure in tagged.failed.items()} == {
        "line 2": "TAGS_LINE",
        "a": "TRACK_TWICE",
        "line 4": "TAGS_LINE",
    }


def test_files_that_hold_no_tags_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        TagFile(tmp_path / "none.csv", FINDER)
    with pytest.raises(InvalidRequest, match=r"neither \.csv nor \.jsonl"):
        tag_file(tmp_path, "tags.txt", "")
    with pytest.raises(InvalidRequest, match="no column 'tags'"):
        tag_file(tmp_path, "tags.csv", "track_id,words\n").tag()
    (tmp_path / "tags.csv").write_bytes(b"track_id,tags\n\xff,\xff\n")
    with pytest.raises(InvalidRequest, match="not UTF-8"):
        TagFile(tmp_path / "tags.csv", FINDER).tag()
    tag_file(tmp_path, "good.csv", "track_id,tags\na,piano\n")
    with pytest.raises(InvalidRequest, match="threshold of 1"):
        TagFile(tmp_path / "good.csv", FINDER, threshold=1).tag()


def test_another_content_or_threshold_is_another_tagger(tmp_path: Path) -> None:
    first = tag_file(tmp_path, "a.csv", "track_id,tags\na,piano\n")
    ids = {
        first.id,
        tag_file(tmp_path, "b.csv", "track_id,tags\na,harp\n").id,
        TagFile(tmp_path / "a.csv", FINDER, threshold=0.5).id,
    }
    assert len(ids) == 3
    assert tag_file(tmp_path, "c.csv", "track_id,tags\na,piano\n").id == first.id


def test_the_planted_sets_tagger_is_heard_above_the_threshold() -> None:
    dataset = PlantedDataset(PlantedSpec(train=20, validation=5, test=5, described_train=5))
    tagged = DatasetTagger(dataset, FINDER, items=np.arange(5)).tag()
    assert len(tagged.tracks) == 5
    for index, track in enumerate(tagged.tracks):
        scores = dataset.tag_scores(index)
        assert set(track.terms) == {name for name, score in scores.items() if score > 0.3}
        for terms in track.groups.values():
            assert list(terms) == sorted(terms, key=lambda term: (-scores[term], term))
