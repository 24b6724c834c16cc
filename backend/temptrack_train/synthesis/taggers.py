"""Where tags come from besides files: a bundle's tagger over sound, or a dataset."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from temptrack.errors import TemptrackError
from temptrack.media.audio import decode_audio
from temptrack.model.types import Bundle
from temptrack_train.datasets.taxonomy import TAG_THRESHOLD
from temptrack_train.datasets.types import Indices, TaggedDataset, TrimodalDataset
from temptrack_train.synthesis.gathering import SURE, Scores, TagGathering
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.types import Tagged, digest_of

MOST_WINDOWS: Final = 18
"""Three minutes of a track are heard, evenly spread; more hardly changes the mean."""

Tick = Callable[[int, int], None]
"""Told of progress as (done, total)."""


class BundleTagger:
    """The tagger of a bundle, over files of sound; the mean over its windows speaks for a track."""

    def __init__(
        self,
        bundle: Bundle,
        files: Mapping[str, Path],
        finder: MentionFinder,
        *,
        threshold: float | None = None,
        tick: Tick = lambda _done, _total: None,
    ) -> None:
        """Choose what is heard.

        Args:
            bundle: whose tagger.
            files: track ids and their files.
            finder: knows the words of tags.
            threshold: posterior, 0 to 1, above which a tag is kept; None takes the bundle's own for each tag.
            tick: told of progress.
        """
        self._bundle, self._files, self._finder = bundle, files, finder
        self._threshold, self._tick = threshold, tick

    @property
    def id(self) -> str:
        """Bundle, threshold, and names and sizes of the files."""
        heard = [[track_id, path.stat().st_size] for track_id, path in self._files.items() if path.is_file()]
        above = "own" if self._threshold is None else f"{self._threshold:g}"
        return f"{self._bundle.id}-{self._bundle.digest[:16]}-above-{above}-{digest_of(heard)[:16]}"

    def tag(self) -> Tagged:
        """Hear every file; one that cannot be read fails alone."""
        gathering = TagGathering(self._finder, 0.0 if self._threshold is None else self._threshold)
        for done, (track_id, path) in enumerate(self._files.items()):
            self._tick(done, len(self._files))
            try:
                gathering.add(track_id, self._hear(path))
            except TemptrackError as error:
                gathering.fail(track_id, error.reason, str(error))
        self._tick(len(self._files), len(self._files))
        return gathering.done()

    def _hear(self, path: Path) -> Scores:
        spec = self._bundle.audio_spec
        samples = decode_audio(path, rate_hz=spec.rate_hz).samples[0]
        count = max(-(-len(samples) // spec.window_samples), 1)
        # A last piece shorter than half a window says little; a whole track that short is all there is.
        if count > 1 and len(samples) % spec.window_samples < spec.window_samples / 2:
            count -= 1
        padded = np.zeros(count * spec.window_samples, np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        windows = padded.reshape(count, -1)
        chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_WINDOWS)).round().astype(int))
        features = self._bundle.encode_audio(windows[chosen]).mean(axis=0, keepdims=True)
        scores = self._bundle.embed_music(features).tags[0]
        heard = zip(self._bundle.tags, scores, strict=True)
        return {
            tag.name: float(score)
            for tag, score in heard
            if self._threshold is not None or score >= tag.threshold
        }


class DatasetTagger:
    """The tagger of a dataset, such as the planted one."""

    def __init__(
        self,
        dataset: TrimodalDataset,
        finder: MentionFinder,
        *,
        items: Indices | None = None,
        threshold: float = TAG_THRESHOLD,
    ) -> None:
        """Choose which items.

        Args:
            dataset: where the tags are; its scores are used where it has them.
            finder: knows the words of tags.
            items: positions in the dataset; None takes all.
            threshold: score, 0 to 1, above which a tag is kept.
        """
        self._dataset, self._finder, self._threshold = dataset, finder, threshold
        self._items = list(range(len(dataset))) if items is None else [int(item) for item in items]

    @property
    def id(self) -> str:
        """The dataset's name and encoders, which items, and the threshold."""
        which = digest_of([self._dataset.spaces.music_encoder_id, self._items])[:16]
        return f"{self._dataset.name}-{which}-above-{self._threshold:g}"

    def tag(self) -> Tagged:
        """Take the dataset's tags."""
        gathering = TagGathering(self._finder, self._threshold)
        for item in self._items:
            gathering.add(self._dataset.track_ids[item], self._scores(item))
        return gathering.done()

    def _scores(self, item: int) -> Scores:
        if isinstance(self._dataset, TaggedDataset):
            return self._dataset.tag_scores(item)
        return dict.fromkeys(sorted(self._dataset.item(item).tags), SURE)


def music_files(folders: Sequence[Path]) -> Mapping[str, Path]:
    """Return the files of sound under folders by track id: the path below its folder, in order.

    Raises:
        NotFound: a folder is not there.
    """
    from temptrack.library.scan import scan_folders

    scan = scan_folders(folders, lambda: False)
    # Two folders may hold files of the same name: then only the whole path tells them apart.
    short = Counter(Path(file.path).relative_to(file.root).as_posix() for file in scan.files)
    named = {}
    for file in scan.files:
        name = Path(file.path).relative_to(file.root).as_posix()
        named[name if short[name] == 1 and name != "." else file.path] = Path(file.path)
    return named
