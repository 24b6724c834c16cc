"""The clip level of the paper's protocol: ten described seconds of music, thirty of film around them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

import numpy as np

from temptrack_train.datasets.types import FeatureSpaces, Indices, SplitName, TrimodalDataset, TrimodalItem

CONTEXT_SEGMENTS: Final = 1
"""Segments of film seen on either side of the described one: 30 s around 10 s (ViML, clip level)."""


class ClipLevel:
    """Another dataset's described items, each narrowed to what its description speaks about.

    Descriptions need not start on a multiple of ten seconds, features do; the rows that a description touches
    most stand for it.
    """

    def __init__(self, whole: TrimodalDataset, *, context_segments: int = CONTEXT_SEGMENTS) -> None:
        """Narrow a dataset.

        Args:
            whole: where the items come from; those without ``described`` are left out.
            context_segments: segments of film before and after the described ones.
        """
        self._whole = whole
        self._context = context_segments

    @property
    def name(self) -> str:
        """Name of the dataset narrowed, marked."""
        return f"{self._whole.name}-clips"

    @property
    def spaces(self) -> FeatureSpaces:
        """Those of the dataset narrowed."""
        return self._whole.spaces

    @cached_property
    def origin(self) -> Indices:
        """For each item, its index in the dataset narrowed."""
        found = [i for i in range(len(self._whole)) if self._whole.item(i).described is not None]
        return np.asarray(found, dtype=np.int64)

    @cached_property
    def track_ids(self) -> Sequence[str]:
        """Ids of the described items in order."""
        ids = self._whole.track_ids
        return tuple(ids[i] for i in self.origin)

    def __len__(self) -> int:
        """Count described items."""
        return len(self.origin)

    def item(self, index: int) -> TrimodalItem:
        """Return a described item with only the rows around its description."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        whole = self._whole.item(int(self.origin[index]))
        assert whole.described is not None
        first, after = whole.described
        # Films and music may differ in length; the film's last rows stand for what lies beyond its end.
        start = min(max(first - self._context, 0), len(whole.video) - 1)
        end = max(min(after + self._context, len(whole.video)), start + 1)
        return replace(
            whole, video=whole.video[start:end], music=whole.music[first:after], described=(0, after - first)
        )

    def split(self, name: SplitName) -> Indices:
        """Return the described items of a split."""
        chosen = np.isin(self.origin, self._whole.split(name))
        return np.flatnonzero(chosen).astype(np.int64)
