"""Renders a review as one HTML page that asks nothing of the network."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from temptrack.library.types import Track
from temptrack.review.evidence import grouped, places
from temptrack.review.waveform import HEIGHT, WIDTH, outline
from temptrack.suggest.clock import clock
from temptrack.suggest.types import ReasonKind, Suggestion, Suggestions

_TILES = 14
_TAGS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class FilmFrame:
    """One picture of the scope.

    Attributes:
        at_s: when it is shown, seconds from the start of the scope.
        image: the encoded picture.
        content_type: how it is encoded, such as "image/jpeg".
    """

    at_s: float
    image: bytes
    content_type: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Sound:
    """Audio that a browser plays.

    Attributes:
        data: the encoded file.
        content_type: how it is encoded, such as "audio/mpeg".
    """

    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One suggestion with what is needed to see and hear it.

    Attributes:
        suggestion: the ranked track.
        peaks: highest absolute sample per equal slice of the whole track, 0 to 1; empty where unknown.
        sound: the excerpt, or None where the file cannot be read.
        note: why there is no sound, or an empty string.
    """

    suggestion: Suggestion
    peaks: Sequence[float]
    sound: Sound | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Everything a review page shows.

    Attributes:
        title: name of the timeline, or of the search where there is none.
        scope_label: how the scope was chosen, in words; empty without a timeline.
        scope_start_s: where the scope starts on the timeline, seconds.
        scope_duration_s: length of the scope in seconds; 0 without a timeline.
        film: pictures in order of time; empty without a timeline.
        segments_s: start of every segment, seconds from the start of the scope.
        answer: the suggestions and how the prompt was read.
        entries: suggestions in order of rank.
        placed_rank: rank of the track that was put in the timeline, or None.
        warnings: what could not be used, one sentence each.
        credits: lines that name the makers and licences of the footage.
        back_link: address of a page that lists several reviews, or an empty string.
    """

    title: str
    scope_label: str
    scope_start_s: float
    scope_duration_s: float
    film: Sequence[FilmFrame]
    segments_s: Sequence[float]
    answer: Suggestions
    entries: Sequence[Entry]
    placed_rank: int | None = None
    warnings: Sequence[str] = ()
    credits: Sequence[str] = ()
    back_link: str = ""


def render_review(review: Review) -> str:
    """Return the page; everything it needs is inside it."""
    return _template("page.html").render(
        review=review,
        prompt=review.answer.prompt,
        entries=[_entry(entry, review) for entry in review.entries],
        tiles=_tiles(review.film),
        viewer_frames=[{"at": frame.at_s, "src": data_uri(frame)} for frame in review.film],
        style=_part("page.css"),
        script=_part("page.js"),
        wave_width=WIDTH,
        wave_height=HEIGHT,
        places=places,
    )


def write_review(review: Review, path: Path) -> None:
    """Write the page to a file; the file appears whole or not at all.

    Raises:
        OSError: where the place cannot be written.
    """
    write_page(render_review(review), path)


def write_page(page: str, path: Path) -> None:
    """Write text to a file that appears whole or not at all, making its folder where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(page, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def render_template(name: str, **values: Any) -> str:
    """Return a template of this room filled with values, with the style of the review page as ``style``."""
    return _template(name).render(style=_part("page.css"), **values)


def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("temptrack.review", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock"] = clock
    return environment.get_template(name)


def _part(name: str) -> Markup:
    return Markup(resources.files("temptrack.review").joinpath(name).read_text(encoding="utf-8"))


def data_uri(item: FilmFrame | Sound) -> str:
    """Return a picture or sound as an address that holds it."""
    data = item.image if isinstance(item, FilmFrame) else item.data
    return f"data:{item.content_type};base64,{base64.b64encode(data).decode('ascii')}"


def evenly(film: Sequence[FilmFrame], most: int) -> list[FilmFrame]:
    """Return at most so many pictures, evenly spread."""
    count = min(most, len(film))
    return [film[index * len(film) // count] for index in range(count)]


def _tiles(film: Sequence[FilmFrame]) -> list[dict[str, object]]:
    return [{"at": frame.at_s, "src": data_uri(frame)} for frame in evenly(film, _TILES)]


def _entry(entry: Entry, review: Review) -> dict[str, object]:
    suggestion = entry.suggestion
    track, excerpt, fit = suggestion.track, suggestion.excerpt, suggestion.fit
    best = max((item.suggestion.score for item in review.entries), default=1.0)
    loops = fit.loop_start_s is not None and fit.loop_end_s is not None
    return {
        "suggestion": suggestion,
        "track": track,
        "byline": " · ".join(part for part in (track.artist, track.album) if part),
        "facts": _facts(track),
        "strength": round(100 * max(suggestion.score, 0.0) / best) if best > 0 else 0,
        "wave": outline(entry.peaks),
        "wave_start": WIDTH * excerpt.start_s / max(track.duration_s, 0.001),
        "wave_span": WIDTH * excerpt.duration_s / max(track.duration_s, 0.001),
        "sound": data_uri(entry.sound) if entry.sound else "",
        "note": entry.note,
        "loop_from": (fit.loop_start_s or 0.0) - excerpt.start_s if loops else "",
        "loop_to": (fit.loop_end_s or 0.0) - excerpt.start_s if loops else "",
        "tags": [
            {"text": reason.text.removeprefix("tagged "), "score": reason.score}
            for reason in suggestion.reasons
            if reason.kind is ReasonKind.TAG
        ][:_TAGS_SHOWN],
        "evidence": [line for line in grouped(suggestion.reasons) if line.kind is not ReasonKind.TAG],
        "placed": suggestion.rank == review.placed_rank,
    }


def _facts(track: Track) -> list[str]:
    facts = [clock(track.duration_s)]
    if track.tempo_bpm is not None:
        facts.append(f"{track.tempo_bpm:.0f} bpm")
    if track.key is not None:
        facts.append(track.key)
    if track.vocals is not None:
        facts.append("vocals" if track.vocals else "instrumental")
    if track.loudness_lufs is not None:
        facts.append(f"{track.loudness_lufs:.0f} LUFS")
    return facts
