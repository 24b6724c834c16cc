"""A split as tensors in memory, and batches of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from temptrack_train.datasets.types import Indices, Matrix, TextEncoder, TrimodalDataset
from temptrack_train.losses.objective import Batch

_TEXTS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Ragged:
    """Sequences of different lengths, one after another.

    Attributes:
        rows: [all rows, dim] float32.
        starts: [sequences + 1] int64; sequence i is rows starts[i] to starts[i + 1].
    """

    rows: Tensor
    starts: Tensor

    @classmethod
    def of(cls, sequences: Sequence[Matrix], dim: int) -> "Ragged":
        """Join sequences [rows, dim] of any lengths, zero included."""
        starts = np.cumsum([0, *(len(sequence) for sequence in sequences)])
        rows = np.concatenate(sequences) if starts[-1] else np.zeros((0, dim), np.float32)
        return cls(torch.from_numpy(np.ascontiguousarray(rows, np.float32)), torch.from_numpy(starts))

    def padded(self, items: Tensor, place: Tensor, longest: int | None) -> tuple[Tensor, Tensor]:
        """Return sequences side by side, and where they have rows.

        Args:
            items: [batch] which sequences.
            place: [batch], 0 to 1: where a sequence that is too long is cut, 0 at its start.
            longest: rows to keep of each; None: all.

        Returns:
            Rows [batch, longest of the batch, dim], zeros where there is none, and mask [batch, longest].
        """
        lengths = self.starts[items + 1] - self.starts[items]
        kept = lengths if longest is None else lengths.clamp(max=longest)
        first = self.starts[items] + (place * (lengths - kept + 1)).long().clamp(max=(lengths - kept))
        steps = torch.arange(int(kept.max()))
        there = steps < kept[:, None]
        index = (first[:, None] + steps).clamp(max=len(self.rows) - 1)
        return self.rows[index] * there[..., None], there.float()


@dataclass(frozen=True, slots=True)
class Corpus:
    """A split of a dataset in memory.

    Attributes:
        track_ids: in order.
        video: segments of every item.
        music: windows of every item.
        texts: features of every item's texts; items may have none.
        recordings: [items] int64, equal where two items hold the same recording.
        tags: [items, tags that occur].
    """

    track_ids: Sequence[str]
    video: Ragged
    music: Ragged
    texts: Ragged
    recordings: Tensor
    tags: Tensor

    @classmethod
    def of(
        cls,
        dataset: TrimodalDataset,
        indices: Indices,
        encoder: TextEncoder,
        texts: Mapping[str, Sequence[str]] | None = None,
    ) -> "Corpus":
        """Read items of a dataset.

        Args:
            dataset: where from.
            indices: which items, in this order.
            encoder: of texts.
            texts: words by track id, instead of the dataset's own; a track that is absent has none.
        """
        items = [dataset.item(int(index)) for index in indices]
        words = [list(item.texts if texts is None else texts.get(item.track_id, ())) for item in items]
        vocabulary = {tag: column for column, tag in enumerate(sorted(set().union(*(i.tags for i in items))))}
        tags = torch.zeros(len(items), len(vocabulary))
        for row, item in enumerate(items):
            tags[row, [vocabulary[tag] for tag in item.tags]] = 1
        _, recordings = np.unique([item.recording_id for item in items], return_inverse=True)
        spaces = dataset.spaces
        return cls(
            track_ids=tuple(item.track_id for item in items),
            video=Ragged.of([item.video for item in items], spaces.video_dim),
            music=Ragged.of([item.music for item in items], spaces.music_dim),
            texts=Ragged.of(_encoded(words, encoder), spaces.text_dim),
            recordings=torch.from_numpy(recordings.astype(np.int64)),
            tags=tags,
        )

    def __len__(self) -> int:
        """Count items."""
        return len(self.track_ids)

    def batch(
        self,
        items: Tensor,
        *,
        chance: Callable[[], Tensor] | None = None,
        text_dropout: float = 0.0,
        segments: int | None = None,
    ) -> Batch:
        """Return items as one batch.

        Args:
            items: [batch] positions.
            chance: gives [batch] numbers from 0 to 1, anew at each call; without it each item is cut at its
                start, says its first text and keeps it.
            text_dropout: share of items whose words are dropped.
            segments: successive rows of picture and music to keep of each item; None: all.
        """
        draw = chance or (lambda: torch.zeros(len(items)))
        place = draw()
        video, video_mask = self.video.padded(items, place, segments)
        music, music_mask = self.music.padded(items, place, segments)
        counts = self.texts.starts[items + 1] - self.texts.starts[items]
        has_text = counts > 0
        chosen = self.texts.starts[items] + (draw() * counts).long().clamp(max=(counts - 1).clamp(min=0))
        text = torch.zeros(len(items), self.texts.rows.shape[1])
        text[has_text] = self.texts.rows[chosen[has_text]]
        kept = has_text & (draw() >= text_dropout) if chance else has_text
        return Batch(
            video=video,
            video_mask=video_mask,
            music=music,
            music_mask=music_mask,
            text=text,
            has_text=has_text,
            words_kept=kept,
            recordings=self.recordings[items],
            tags=self.tags[items],
        )


def _encoded(words: Sequence[Sequence[str]], encoder: TextEncoder) -> list[Matrix]:
    """Encode each different text once."""
    different = sorted({text for texts in words for text in texts})
    parts = [
        encoder.encode(different[at : at + _TEXTS_AT_ONCE]) for at in range(0, len(different), _TEXTS_AT_ONCE)
    ]
    rows = np.concatenate(parts) if parts else np.zeros((0, encoder.text_dim), np.float32)
    position = {text: row for row, text in enumerate(different)}
    return [rows[[position[text] for text in texts]] if texts else rows[:0] for texts in words]
