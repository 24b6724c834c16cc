"""Do differing pictures give differing lists? Counted, not judged: this footage has no labels."""

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from temptrack.library.types import LibraryInfo
from temptrack.media.probe import probe
from temptrack.suggest.picture import analyse_scope
from temptrack.suggest.types import Query, Suggester
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope

DEPTH = 10
STILL_S = 10
LONGEST_S = 60
_MOVIES = frozenset({".mp4", ".mkv", ".webm", ".avi", ".mov"})
_PHOTOS = ("church", "seashore", "volcano", "ballplayer", "coral_reef", "steam_locomotive", "alp", "espresso")


@dataclass(frozen=True, slots=True)
class Footage:
    """A piece of picture to ask for.

    Attributes:
        name: how the matrix calls it.
        path: the file.
        start_s: where the piece starts in the file, seconds.
        duration_s: its length, seconds.
    """

    name: str
    path: Path
    start_s: float
    duration_s: float


def find_footage(reference: Path) -> list[Footage]:
    """Return all movies of the reference material, at most a minute of each, and a few photos."""
    found = []
    for path in sorted((reference / "video").iterdir()):
        if path.suffix.lower() in _MOVIES:
            length_s = probe(path).duration_s
            if length_s:
                found.append(Footage(path.stem, path, 0, min(float(length_s), LONGEST_S)))
    photos = sorted((reference / "images").rglob("*.jpg"))
    for name in _PHOTOS:
        found += [Footage(name, path, 0, STILL_S) for path in photos if path.stem.endswith(f"_{name}")][:1]
    return found


def halves(footage: Sequence[Footage]) -> list[tuple[Footage, Footage]]:
    """Return both halves of every movie long enough: what looks alike ought to sound alike."""
    return [
        (
            Footage(f"{one.name} 1/2", one.path, 0, one.duration_s / 2),
            Footage(f"{one.name} 2/2", one.path, one.duration_s / 2, one.duration_s / 2),
        )
        for one in footage
        if one.path.suffix.lower() in _MOVIES and one.duration_s >= 2 * STILL_S
    ]


def compare_pictures(
    suggester: Suggester, library: LibraryInfo, footage: Sequence[Footage], key_of: Callable[[str], str]
) -> dict[str, Any]:
    """Ask for every piece by its picture alone and count how much the lists share.

    Args:
        suggester: what is asked.
        library: where it looks.
        footage: what is shown to it.
        key_of: how a file is called in the figures.
    """

    def ask(piece: Footage) -> list[str]:
        return [key_of(path) for path in _first_tracks(suggester, library.name, piece)]

    lists = {one.name: ask(one) for one in footage}
    names = list(lists)
    matrix = [[_shared(lists[row], lists[column]) for column in names] for row in names]
    between = [matrix[i][j] for i in range(len(names)) for j in range(i)]
    within = []
    for one, other in halves(footage):
        pair = [ask(half) for half in (one, other)]
        within.append({"footage": one.name.removesuffix(" 1/2"), "shared": _shared(*pair)})
    heard = Counter(track for tracks in lists.values() for track in tracks)
    return {
        "depth": DEPTH,
        "footage": names,
        "overlap": matrix,
        "overlap_by_chance": round(DEPTH * DEPTH / library.track_count, 3),
        "mean_overlap_between": round(sum(between) / len(between), 3),
        "identical_lists": sum(lists[a] == lists[b] for i, a in enumerate(names) for b in names[:i]),
        "distinct_tracks": len(heard),
        "most_frequent": dict(heard.most_common(5)),
        "halves_of_the_same_footage": within,
        "lists": lists,
    }


def overlap_table(figures: Mapping[str, Any]) -> str:
    """Return the matrix as Markdown; rows and columns in the same order."""
    names = figures["footage"]
    head = "| shared of first 10 | " + " | ".join(str(number) for number in range(1, len(names) + 1)) + " |"
    rows = [
        f"| {number} {name} | "
        + " | ".join("·" if i == number - 1 else str(n) for i, n in enumerate(row))
        + " |"
        for number, (name, row) in enumerate(zip(names, figures["overlap"], strict=True), start=1)
    ]
    return "\n".join([head, "|---" * (len(names) + 1) + "|", *rows])


def overlap_summary(figures: Mapping[str, Any]) -> str:
    """Return the counts behind the matrix in two sentences."""
    within = [pair["shared"] for pair in figures["halves_of_the_same_footage"]]
    return (
        f"Two lists share {figures['mean_overlap_between']:.1f} of {DEPTH} tracks on average "
        f"(chance: {figures['overlap_by_chance']:.1f}), two halves of the same footage "
        f"{sum(within) / len(within):.1f}. {figures['identical_lists']} pairs of lists are identical, "
        f"{figures['distinct_tracks']} tracks appear in any."
    )


def _first_tracks(suggester: Suggester, library: str, footage: Footage) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        cut = Path(folder) / "cut.otio"
        otio.adapters.write_to_file(_timeline(footage), str(cut))
        file = read_timeline(cut)
        scope = select_scope(file)
        analysis = analyse_scope(scope, suggester)
        query = Query(
            library=library, picture=analysis.segments, scope_s=scope.record.duration_s, limit=DEPTH
        )
        return [suggestion.track.path for suggestion in suggester.suggest(query).suggestions]


def _timeline(footage: Footage) -> Any:
    video = probe(footage.path).video
    rate = float(video.rate) if video is not None and video.rate is not None else 25.0
    moving = footage.path.suffix.lower() in _MOVIES
    start, length = round(footage.start_s * rate), max(1, int(footage.duration_s * rate))
    span = TimeRange(RationalTime(start, rate), RationalTime(length, rate))
    media = otio.schema.ExternalReference(target_url=footage.path.as_uri())
    if moving:
        media.available_range = TimeRange(RationalTime(0, rate), RationalTime(start + length, rate))
    timeline = otio.schema.Timeline(name=footage.name)
    lane = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    lane.append(otio.schema.Clip(name=footage.name, media_reference=media, source_range=span))
    timeline.tracks.append(lane)
    return timeline


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    return len(set(one) & set(other))
