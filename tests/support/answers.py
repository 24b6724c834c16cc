"""Answers as a suggester gives them, for what shows and writes them."""

from temptrack.library.types import LibraryInfo, Track
from temptrack.suggest.types import (
    Excerpt,
    Fit,
    FitMethod,
    PromptReading,
    Reason,
    ReasonKind,
    Suggestion,
    Suggestions,
)

LIBRARY = LibraryInfo(
    name="stock",
    uri="/libraries/stock",
    version=3,
    digest="cd" * 32,
    bundle_id="fake-0",
    bundle_digest="ef" * 32,
    track_count=40,
    duration_s=7000.0,
)


def track_of(
    *, title: str = "Slow Morning", artist: str = "Ada", licence: str = "CC0-1.0", path: str = "/m/a.ogg"
) -> Track:
    return Track(
        id=f"id-{title[:8]}",
        path=path,
        title=title,
        artist=artist,
        licence=licence,
        duration_s=187.4,
        tempo_bpm=92.0,
        key="A minor",
        vocals=False,
        loudness_lufs=-14.0,
    )


def suggestion_of(
    rank: int, *, track: Track | None = None, score: float = 0.41, start_s: float = 32.0, loop: bool = False
) -> Suggestion:
    fit = Fit(
        method=FitMethod.LOOP if loop else FitMethod.TRIM,
        scope_s=46.0,
        shortfall_s=0.0,
        loop_start_s=start_s if loop else None,
        loop_end_s=start_s + 20 if loop else None,
        text="loops 3 times" if loop else "trimmed to 0:46",
    )
    return Suggestion(
        rank=rank,
        track=track or track_of(),
        score=score,
        excerpt=Excerpt(start_s=start_s, duration_s=46.0, snapped_to="bar" if start_s else "start"),
        fit=fit,
        reasons=(
            Reason(kind=ReasonKind.TAG, text="heard: piano (0.8)", score=0.82),
            Reason(kind=ReasonKind.TAG, text="heard: sad (0.6)", score=0.6),
            Reason(kind=ReasonKind.PROMPT, text="sounds like your word “calm”", score=0.4),
            Reason(
                kind=ReasonKind.SEGMENT, text="suits the picture at 0:10-0:20", score=0.2, segment_index=1
            ),
        ),
    )


def answer_of(*suggestions: Suggestion) -> Suggestions:
    unknown = track_of(title="Night Bus", artist="", licence="unknown")
    chosen = suggestions or (
        suggestion_of(1),
        suggestion_of(2, track=unknown, score=0.2, start_s=0.0, loop=True),
    )
    return Suggestions(
        query_digest="ab" * 32,
        library=LIBRARY,
        bundle_id="fake-0",
        bundle_digest="ef" * 32,
        text_weight=0.5,
        prompt=PromptReading(wanted="calm piano"),
        considered=37,
        suggestions=chosen,
    )
