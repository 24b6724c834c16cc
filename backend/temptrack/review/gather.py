"""Gathers what a review page shows: pictures of the scope, outlines and excerpts of the tracks."""

import io
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from temptrack.errors import TemptrackError
from temptrack.media.audio_writing import encode_excerpt
from temptrack.media.frames import preview_frames
from temptrack.media.types import Frames
from temptrack.review.page import Entry, FilmFrame, Review, Sound
from temptrack.review.sounds import Sounds
from temptrack.suggest.cue import gain_for
from temptrack.suggest.types import Suggestion, Suggestions
from temptrack.timeline.segments import Scope

_LONGEST_EXCERPT_S = 90.0
_FADE_S = 0.03
"""Keeps the edges of an excerpt from clicking; short enough to leave a loop's seam unheard."""

_MOST_THREADS = 8
_MOST_FRAMES = 240
_FRAME_PX = (320, 180)
_JPEG_QUALITY = 78


def gather_review(
    answer: Suggestions,
    sounds: Sounds,
    *,
    scope: Scope | None,
    title: str,
    warnings: Sequence[str] = (),
    placed_rank: int | None = None,
    credits: Sequence[str] = (),
    back_link: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Review:
    """Return a review with everything inside it.

    Args:
        answer: the suggestions.
        sounds: where their files are.
        scope: the part of the timeline they are for, or None.
        title: name of the timeline.
        warnings: what could not be used.
        placed_rank: rank of the track that was put in the timeline.
        credits: makers and licences of the footage.
        back_link: address of a page that lists several reviews.
        progress: told (done, total) tracks.
    """
    entries: list[Entry] = []
    # Encoding lets go of the interpreter, so that threads share the work.
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), "review") as threads:
        for entry in threads.map(lambda suggestion: _entry(suggestion, sounds), answer.suggestions):
            entries.append(entry)
            if progress is not None:
                progress(len(entries), len(answer.suggestions))
    start_s = scope.record.start_s if scope is not None else 0
    return Review(
        title=title,
        scope_label=scope.label if scope is not None else "",
        scope_start_s=float(start_s),
        scope_duration_s=float(scope.record.duration_s) if scope is not None else 0.0,
        film=film_frames(scope) if scope is not None else (),
        segments_s=[float(s.record.start_s - start_s) for s in scope.segments] if scope is not None else (),
        answer=answer,
        entries=entries,
        placed_rank=placed_rank,
        warnings=warnings,
        credits=credits,
        back_link=back_link,
    )


def film_frames(scope: Scope) -> list[FilmFrame]:
    """Return pictures of a scope, about one a second, fewer for a long scope."""
    found = [
        (float(at_s - scope.record.start_s), frame)
        for at_s, frame in preview_frames(scope.segments, size_px=_FRAME_PX)
    ]
    every = -(-len(found) // _MOST_FRAMES) if found else 1
    return [FilmFrame(at_s=at_s, image=_jpeg(frame)) for at_s, frame in found[::every]]


def _jpeg(frame: Frames) -> bytes:
    target = io.BytesIO()
    Image.fromarray(frame).save(target, format="JPEG", quality=_JPEG_QUALITY, optimize=True)
    return target.getvalue()


def _entry(suggestion: Suggestion, sounds: Sounds) -> Entry:
    track, excerpt = suggestion.track, suggestion.excerpt
    try:
        file = sounds.file(track)
        with tempfile.TemporaryDirectory(prefix="temptrack-") as folder:
            encoded = encode_excerpt(
                file,
                excerpt.start_s,
                min(excerpt.duration_s, _LONGEST_EXCERPT_S),
                _FADE_S,
                Path(folder) / "excerpt.mp3",
                gain_db=gain_for(track),
            )
            sound = Sound(encoded.read_bytes(), "audio/mpeg")
        return Entry(suggestion, sounds.peaks(track), sound)
    except TemptrackError as error:
        # A page without one sound is better than no page: the editor sees why.
        return Entry(suggestion, (), None, error.message)
