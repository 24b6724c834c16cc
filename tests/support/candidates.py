"""Suggestions made by hand, for rules that choose among them."""

from collections.abc import Mapping

from temptrack.library.types import Track, TrackTag
from temptrack.suggest.types import Excerpt, Fit, FitMethod, Suggestion


def candidate(
    name: str,
    rank: int,
    *,
    score: float | None = None,
    licence: str = "CC0-1.0",
    path: str = "",
    also_at: tuple[str, ...] = (),
    tags: Mapping[str, float] | None = None,
    method: FitMethod = FitMethod.TRIM,
    shortfall_s: float = 0.0,
) -> Suggestion:
    """Return a suggestion of a track of two minutes for a scene of ten seconds."""
    track = Track(
        id=name,
        path=path or f"/music/{name}.flac",
        title=name.title(),
        licence=licence,
        duration_s=120.0,
        tags=tuple(TrackTag(name=tag, group="mood", score=value) for tag, value in (tags or {}).items()),
    )
    return Suggestion(
        rank=rank,
        track=track,
        score=1.0 - 0.01 * rank if score is None else score,
        excerpt=Excerpt(start_s=0.0, duration_s=10.0, snapped_to="start"),
        fit=Fit(method=method, scope_s=10.0, shortfall_s=shortfall_s, text="fits"),
        reasons=(),
        also_at=also_at,
    )


def candidates(*names: str) -> list[Suggestion]:
    """Return suggestions of these tracks, best first."""
    return [candidate(name, rank) for rank, name in enumerate(names, start=1)]
