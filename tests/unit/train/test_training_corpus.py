"""Splits in memory: what a batch holds."""

import numpy as np
import torch

from support.pairs import Pairs, WordCounts
from temptrack_train.training.corpus import Corpus, Ragged


def _corpus(**texts: list[str]) -> Corpus:
    pairs = Pairs()
    return Corpus.of(pairs, pairs.split("train"), WordCounts(), texts or None)


def test_sequences_are_padded_with_zeros_and_a_mask() -> None:
    ragged = Ragged.of([np.ones((1, 2), np.float32), np.full((3, 2), 2, np.float32)], 2)
    rows, mask = ragged.padded(torch.tensor([1, 0]), torch.zeros(2), None)
    assert rows[:, :, 0].tolist() == [[2, 2, 2], [1, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_a_long_sequence_is_cut_where_chance_says() -> None:
    steps = np.arange(10, dtype=np.float32)[:, None]
    ragged = Ragged.of([steps, steps + 10], 1)
    for place, first in ((0.0, 0), (0.5, 4), (0.9999999, 7), (1.0, 7)):
        rows, mask = ragged.padded(torch.tensor([0, 1]), torch.full((2,), place), 3)
        assert rows[0, :, 0].tolist() == [first, first + 1, first + 2]
        assert rows[1, :, 0].tolist() == [first + 10, first + 11, first + 12]
        assert mask.all()


def test_picture_and_music_are_cut_at_the_same_place() -> None:
    video = np.arange(8, dtype=np.float32)[:, None]
    one = Corpus(
        ("a",),
        Ragged.of([video], 1),
        Ragged.of([video * 2], 1),
        Ragged.of([video[:0]], 1),
        *[torch.zeros(1, 1)] * 2,
    )
    batch = one.batch(torch.tensor([0]), chance=lambda: torch.tensor([0.6]), segments=2)
    assert (batch.video * 2).tolist() == batch.music.tolist()


def test_without_chance_an_item_says_its_first_text_and_keeps_it() -> None:
    corpus = _corpus(**{"track-1": ["w3", "w4"], "track-2": ["w5"]})
    batch = corpus.batch(torch.tensor([0, 1, 2]), text_dropout=0.9)
    assert batch.has_text.tolist() == [False, True, True]
    assert batch.words_kept.tolist() == [False, True, True]
    assert batch.text.argmax(1).tolist()[1:] == [3, 5]
    assert not batch.text[0].any()


def test_text_dropout_drops_its_share_and_never_invents_words() -> None:
    corpus = _corpus(**{f"track-{row}": ["w1"] for row in range(1, 64)})
    generator = torch.Generator().manual_seed(0)
    items = torch.arange(64)
    kept = sum(
        corpus.batch(
            items, chance=lambda: torch.rand(64, generator=generator), text_dropout=0.8
        ).words_kept.sum()
        for _ in range(100)
    )
    assert 0.18 < float(kept) / 6300 < 0.22
    every = corpus.batch(items, chance=lambda: torch.rand(64, generator=generator), text_dropout=0.0)
    assert every.words_kept.tolist() == every.has_text.tolist()


def test_each_of_several_texts_is_said_now_and_then() -> None:
    corpus = _corpus(**{"track-0": ["w1", "w2", "w3"]})
    generator = torch.Generator().manual_seed(0)
    said = {
        int(corpus.batch(torch.tensor([0]), chance=lambda: torch.rand(1, generator=generator)).text.argmax())
        for _ in range(60)
    }
    assert said == {1, 2, 3}


def test_tags_and_recordings_come_along() -> None:
    pairs = Pairs()
    corpus = Corpus.of(pairs, np.array([6, 7, 0]), WordCounts())
    batch = corpus.batch(torch.arange(3))
    assert batch.tags.sum(1).tolist() == [2, 2, 2]
    same = batch.recordings[:, None] == batch.recordings[None]
    expected = [
        [pairs.item(a).recording_id == pairs.item(b).recording_id for b in (6, 7, 0)] for a in (6, 7, 0)
    ]
    assert same.tolist() == expected
    assert same[0, 1]


def test_a_text_is_encoded_once_however_many_say_it() -> None:
    class Counting(WordCounts):
        asked = 0

        def encode(self, texts: object) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
            Counting.asked += len(list(texts))  # type: ignore[call-overload]
            return super().encode(texts)  # type: ignore[arg-type]

    pairs = Pairs()
    Corpus.of(pairs, pairs.split("train"), Counting(), {track: ["w1", "w2"] for track in pairs.track_ids})
    assert Counting.asked == 2
