"""A bundle as the picture side of the benchmark asks it: tracks by sound alone, segments as it sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from benchmarks.quality.hearing import Heard
from benchmarks.quality.labels import Judgement, Judgements
from benchmarks.quality.measures import Score, chance, score_ranking

from temptrack.library.analysis.embedding import embed_features
from temptrack.media.types import Frames
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.model.types import Bundle, Matrix

Seen = Sequence[tuple[Frames, Sequence[int]]]
"""Frames and repeats of every segment of a piece."""

Judged = Mapping[str, Judgement]


@dataclass(frozen=True)
class System:
    """One bundle and the tracks it may answer with.

    Attributes:
        name: how tables call it.
        bundle: embeds pictures and words.
        keys: the tracks.
        music: [tracks, embed_dim], by sound alone: titles are where many labels come from.
        tags: [tracks, tags], posteriors in the order of the bundle's tags.
    """

    name: str
    bundle: Bundle
    keys: Sequence[str]
    music: Matrix
    tags: Matrix
    _features: dict[int, tuple[Seen, Matrix]] = field(default_factory=dict)
    _texts: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)

    @classmethod
    def of_sounds(cls, name: str, bundle: OnnxBundle, heard: Mapping[str, Heard]) -> "System":
        """Take tracks by their keys as the bundle's audio encoder heard them.

        Raises:
            ValueError: a track's embedding is not a number; ranking would hide that.
        """
        embedded = [embed_features(one.features, one.weights, bundle) for one in heard.values()]
        for key, one in zip(heard, embedded, strict=True):
            if not np.isfinite(one.embedding).all():
                raise ValueError(f"{name} makes no embedding of {key}")
        return cls(
            name=name,
            bundle=bundle,
            keys=list(heard),
            music=np.stack([one.embedding for one in embedded]),
            tags=np.array([[tag.score for tag in one.tag_scores] for one in embedded], np.float32),
        )

    def rank(self, seen: Seen | None, prompt: str = "", text_weight: float = 0.5) -> list[str]:
        """Return all tracks, best first, for picture, words or both."""
        scores = self.scores(seen, prompt, text_weight)
        return [self.keys[place] for place in np.argsort(-scores, kind="stable")]

    def scores(
        self, seen: Seen | None, prompt: str = "", text_weight: float = 0.5
    ) -> npt.NDArray[np.float32]:
        """Return the cosine of every track with the query."""
        video = None if seen is None else self._see(seen)
        text = self._read(prompt) if prompt else None
        cosines: npt.NDArray[np.float32] = self.music @ self.bundle.embed_query(video, text, text_weight)
        return cosines

    def _see(self, seen: Seen) -> Matrix:
        if id(seen) not in self._features:
            rows = [self.bundle.encode_frames(frames, repeats).values for frames, repeats in seen]
            # The piece is kept too: a number of one that is gone may be given to another.
            self._features[id(seen)] = seen, np.stack(rows)
        return self._features[id(seen)][1]

    def _read(self, prompt: str) -> npt.NDArray[np.float32]:
        if prompt not in self._texts:
            self._texts[prompt] = self.bundle.encode_text([prompt])[0]
        return self._texts[prompt]


def any_of(judgements: Judgements, categories: Sequence[str], keys: Sequence[str]) -> dict[str, Judgement]:
    """Return whether tracks belong to any of some categories; maybe where that hangs on a maybe."""
    joined = {}
    for key in keys:
        found = {judgements[category].get(key, Judgement.MAYBE) for category in categories}
        best = (one for one in (Judgement.YES, Judgement.MAYBE, Judgement.NO) if one in found)
        joined[key] = next(best)
    return joined


def score(ranking: Sequence[str], judged: Judged) -> Score:
    """Score a ranking without ties over the judged tracks."""
    return score_ranking([(key,) for key in ranking], judged)


def chance_score(judged: Judged) -> Score:
    """Return what any order would get on average."""
    return chance(judged)


def preference(ranking: Sequence[str], wanted: Judged, unwanted: Judged) -> float:
    """Return how often a track that is wanted comes before one that is unwanted, 0 to 1; 0.5 is chance.

    Tracks that are both or neither are passed over.
    """
    place = {key: number for number, key in enumerate(ranking)}
    good, bad = (
        np.array(
            [
                place[key]
                for key in place
                if one.get(key) is Judgement.YES and other.get(key) is not Judgement.YES
            ]
        )
        for one, other in ((wanted, unwanted), (unwanted, wanted))
    )
    if not len(good) or not len(bad):
        return 0.5
    return float((good[:, None] < bad[None]).mean())
