"""Embeddings and tags of a track, by the bundle."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from temptrack.errors import Corrupt
from temptrack.library.types import TrackTag
from temptrack.model.types import Bundle, Matrix, Tag, TagGroup, Vector

_WINDOWS_AT_ONCE = 16
_CLEARLY_LOW = 0.5
_WITHOUT = ("instrumental", "no ", "non-", "without ")


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the bundle made of a track.

    Attributes:
        embedding: [embed_dim], of the whole track.
        windows: [count, embed_dim].
        tags: those at or above their threshold, strongest first.
        tag_scores: all, in the order of the bundle.
        vocals: true sung, false instrumental, None unsure.
    """

    embedding: Vector
    windows: Matrix
    tags: tuple[TrackTag, ...]
    tag_scores: tuple[TrackTag, ...]
    vocals: bool | None


def embed_sound(samples: Vector, bundle: Bundle) -> Embedded:
    """Embed mono sound at the rate of the bundle's audio encoder; at least one sample.

    Raises:
        Corrupt: EMBEDDING_NOT_FINITE.
    """
    windows, weights = cut_windows(samples, bundle.audio_spec.window_samples)
    features = np.concatenate(
        [
            bundle.encode_audio(windows[start : start + _WINDOWS_AT_ONCE])
            for start in range(0, len(windows), _WINDOWS_AT_ONCE)
        ]
    )
    return embed_features(features, weights, bundle)


def embed_features(features: Matrix, weights: npt.NDArray[np.float64], bundle: Bundle) -> Embedded:
    """Embed sound that the bundle's audio encoder has heard already.

    Args:
        features: [count, audio_dim], a row a window, at least one.
        weights: [count], how much each window counts in the whole track.
        bundle: whose audio encoder made the features.

    Raises:
        Corrupt: EMBEDDING_NOT_FINITE.
    """
    whole = np.average(features, axis=0, weights=weights)[None].astype(np.float32)
    track = bundle.embed_music(whole)
    windows = bundle.embed_music(features).embeddings
    scores = track.tags[0]
    for values in (track.embeddings, windows, scores):
        require_finite(values, "sound", bundle)
    return Embedded(
        embedding=track.embeddings[0],
        windows=windows,
        tags=_tags_above(bundle.tags, scores),
        tag_scores=tuple(_tag(tag, score) for tag, score in zip(bundle.tags, scores, strict=True)),
        vocals=has_vocals(bundle.tags, scores),
    )


def require_finite(values: Matrix | Vector, of: str, bundle: Bundle) -> None:
    """Refuse what no search could rank.

    Args:
        values: what a bundle made of a file.
        of: "sound" or "words".
        bundle: which.

    Raises:
        Corrupt: EMBEDDING_NOT_FINITE.
    """
    if not np.isfinite(values).all():
        raise Corrupt(
            f"Bundle {bundle.id} makes no finite numbers of its {of}.",
            reason="EMBEDDING_NOT_FINITE",
            hint="See whether its samples lie far beyond full scale, or run `temptrack bundle verify`.",
        )


def cut_windows(samples: Vector, window_samples: int) -> tuple[Matrix, npt.NDArray[np.float64]]:
    """Cut sound into windows end to end and say what share of each is sound of its own.

    A last piece shorter than half a window is left out unless it is all there is; any other short piece
    is repeated until it fills its window, because silence would be heard as part of the music.
    """
    full, rest = divmod(len(samples), window_samples)
    pieces = [samples[index * window_samples : (index + 1) * window_samples] for index in range(full)]
    weights = [1.0] * full
    if rest * 2 >= window_samples or not full:
        pieces.append(np.resize(samples[full * window_samples :], window_samples))
        weights.append(rest / window_samples)
    return np.stack(pieces).astype(np.float32), np.array(weights)


def has_vocals(tags: Sequence[Tag], scores: Sequence[float] | Vector) -> bool | None:
    """Decide between sung and instrumental by the vocal tags, or None where they do not say.

    Args:
        tags: vocabulary of the bundle.
        scores: posterior of each tag.
    """
    sung = instrumental = 0.0
    asked = False
    for tag, score in zip(tags, scores, strict=True):
        if tag.group is not TagGroup.VOCAL:
            continue
        certainty = float(score) / max(tag.threshold, 1e-6)
        if tag.name.startswith(_WITHOUT):
            instrumental = max(instrumental, certainty)
        else:
            asked = True
            sung = max(sung, certainty)
    if max(sung, instrumental) >= 1.0:
        return sung >= instrumental
    return False if asked and sung < _CLEARLY_LOW else None


def _tags_above(tags: Sequence[Tag], scores: Vector) -> tuple[TrackTag, ...]:
    found = [_tag(tag, score) for tag, score in zip(tags, scores, strict=True) if score >= tag.threshold]
    return tuple(sorted(found, key=lambda tag: (-tag.score, tag.name)))


def _tag(tag: Tag, score: float) -> TrackTag:
    return TrackTag(name=tag.name, group=tag.group.value, score=round(float(score), 4))
