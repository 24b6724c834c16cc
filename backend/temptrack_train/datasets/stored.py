"""Pairs whose features lie in stores: the dataset behind every collection of real media."""

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from temptrack.errors import InvalidRequest, NotReady
from temptrack_train.datasets.pairs import Pair, rows_of
from temptrack_train.datasets.types import FeatureSpaces, Indices, SplitName, TextEncoder, TrimodalItem
from temptrack_train.features.store import FeatureStore

VIDEO_FOLDER, MUSIC_FOLDER = "video", "music"

_LOG = logging.getLogger(__name__)


class StoredDataset:
    """A collection with extracted features.

    Attributes:
        left_out: pairs without features, with the reason, by track id.
    """

    def __init__(self, name: str, pairs: Sequence[Pair], features: Path, text_encoder: TextEncoder) -> None:
        """Join a list of pairs with the features under a folder.

        Args:
            name: for logs and tables.
            pairs: the collection.
            features: folder with the stores ``video`` and ``music``.
            text_encoder: the encoder that texts will be read by.

        Raises:
            NotFound: STORE_NOT_FOUND.
            Corrupt: a store is damaged.
            InvalidRequest: STORE_KIND, a store holds the other kind of features.
            NotReady: NO_FEATURES, not one pair has features of both kinds.
        """
        self._name = name
        self._video, self._music = (
            FeatureStore(features / VIDEO_FOLDER),
            FeatureStore(features / MUSIC_FOLDER),
        )
        for store, kind in ((self._video, "video"), (self._music, "music")):
            if store.header.kind != kind:
                raise InvalidRequest(
                    f"'{store.folder}' holds {store.header.kind} features, not {kind}.",
                    reason="STORE_KIND",
                    hint="Name the folder that `temptrack-train features` wrote.",
                )
        self._text_encoder = text_encoder
        self.left_out = {pair.track_id: why for pair in pairs if (why := self._missing(pair))}
        self._pairs = [pair for pair in pairs if pair.track_id not in self.left_out]
        if not self._pairs:
            raise NotReady(
                f"Not one of the {len(pairs)} pairs of '{name}' has features in '{features}'.",
                reason="NO_FEATURES",
                hint="Run `temptrack-train features` first.",
            )
        if self.left_out:
            _LOG.warning("%d of %d pairs of '%s' have no features.", len(self.left_out), len(pairs), name)

    def _missing(self, pair: Pair) -> str:
        for store, key in ((self._video, pair.video_key), (self._music, pair.music_key)):
            if key not in store:
                return store.failures.get(key, f"no {store.header.kind} features of '{key}'")
        return ""

    @property
    def name(self) -> str:
        """Name of the collection."""
        return self._name

    @cached_property
    def spaces(self) -> FeatureSpaces:
        """The encoders of the stores and of the texts."""
        video, music, text = self._video.header, self._music.header, self._text_encoder
        return FeatureSpaces(
            video_encoder_id=video.encoder_id,
            music_encoder_id=music.encoder_id,
            text_encoder_id=text.id,
            video_dim=video.dim,
            music_dim=music.dim,
            text_dim=text.text_dim,
        )

    @cached_property
    def track_ids(self) -> Sequence[str]:
        """Ids of all pairs with features, in the collection's order."""
        return tuple(pair.track_id for pair in self._pairs)

    def __len__(self) -> int:
        """Count pairs with features."""
        return len(self._pairs)

    def item(self, index: int) -> TrimodalItem:
        """Return a pair with the rows of its spans."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        pair = self._pairs[index]
        video, music = self._video.get(pair.video_key), self._music.get(pair.music_key)
        video = video[slice(*rows_of(pair.video_span_s, len(video)))]
        music = music[slice(*rows_of(pair.music_span_s, len(music)))]
        return TrimodalItem(
            track_id=pair.track_id,
            video=video,
            music=music,
            texts=pair.texts,
            tags=pair.tags,
            recording_id=pair.recording_id,
            described=rows_of(pair.described_s, len(music)) if pair.described_s else None,
        )

    def split(self, name: SplitName) -> Indices:
        """Return the pairs of a split."""
        return np.flatnonzero([pair.split == name for pair in self._pairs]).astype(np.int64)
