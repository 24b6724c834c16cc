"""Do differing pictures give differing lists? Counted, not judged: this footage has no labels."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.quality.footage import MOVIES, Footage, movies, scope_of

from temptrack.library.types import LibraryInfo
from temptrack.suggest.picture import analyse_scope
from temptrack.suggest.types import Query, Suggester

DEPTH = 10
STILL_S = 10
_PHOTOS = ("church", "seashore", "volcano", "ballplayer", "coral_reef", "steam_locomotive", "alp", "espresso")


def find_footage(reference: Path) -> list[Footage]:
    """Return all movies of the reference material, at most a minute of each, and a few photos."""
    found = movies(reference)
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
        if one.path.suffix.lower() in MOVIES and one.duration_s >= 2 * STILL_S
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
    scope = scope_of(footage)
    analysis = analyse_scope(scope, suggester)
    query = Query(library=library, picture=analysis.segments, scope_s=scope.record.duration_s, limit=DEPTH)
    return [suggestion.track.path for suggestion in suggester.suggest(query).suggestions]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    return len(set(one) & set(other))
