"""The way of one request: timeline, scope, picture, suggestions, and the cue that is placed."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from temptrack.cli.cuts import Cut, span
from temptrack.cli.reports import InsertedCue
from temptrack.errors import AlreadyExists, Forbidden, InvalidRequest, NotFound
from temptrack.home import feature_cache_folder
from temptrack.library.types import Track, TrackFilter
from temptrack.media.feature_cache import FeatureCache
from temptrack.media.types import Sampling
from temptrack.suggest.cue import cue_for
from temptrack.suggest.picture import analyse_scope
from temptrack.suggest.types import DEFAULT_LIMIT, DEFAULT_TEXT_WEIGHT, Query, Suggester, Suggestions
from temptrack.timeline.place import place_cue
from temptrack.timeline.scope import ScopeRequest
from temptrack.timeline.segments import RecordRange
from temptrack.timeline.write import write_timeline

LANE_NAME = "Temptrack"
"""The audio lane that cues are placed on."""

CACHE_LIMIT_BYTES = 512 * 2**20
"""How large the cache of picture features may grow; a segment takes a few kilobytes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an editor asks for, as far as it does not depend on the picture.

    Attributes:
        library: name of the library to search.
        prompt: free words; may be empty.
        timeline: the cut, or None to ask by words only.
        part: which part of the timeline.
        media: folders where media are looked for by name.
        where: hard conditions.
        text_weight: 0 picture only, 1 words only.
        like: id, path or title of a track to sound like; may be empty.
        limit: most suggestions.
        blind: rank by sound alone.
        sampling: which frames are looked at.
    """

    library: str
    prompt: str = ""
    timeline: Path | None = None
    part: ScopeRequest = field(default_factory=ScopeRequest.whole)
    media: tuple[Path, ...] = ()
    where: TrackFilter = field(default_factory=TrackFilter)
    text_weight: float = DEFAULT_TEXT_WEIGHT
    like: str = ""
    limit: int = DEFAULT_LIMIT
    blind: bool = False
    sampling: Sampling = Sampling.STANDARD

    @property
    def needs_picture(self) -> bool:
        """Whether nothing but the picture says what is wanted."""
        return not (self.prompt or self.like)


@dataclass(frozen=True, slots=True)
class Answered:
    """A wish and its answer.

    Attributes:
        wish: what was asked.
        cut: the timeline, or None without one.
        suggestions: the answer.
        warnings: picture that could not be used, one sentence each.
        segments_seen: segments whose picture had a say.
    """

    wish: Wish
    cut: Cut | None
    suggestions: Suggestions
    warnings: tuple[str, ...] = ()
    segments_seen: int = 0


def ask(
    wish: Wish,
    suggester: Suggester,
    *,
    cut: Cut | None,
    tracks: Callable[[], Sequence[Track]],
    progress: Callable[[int, int], None] | None = None,
) -> Answered:
    """Look at the picture and rank the library.

    Where no picture can be seen, words or a reference track go on without it, for the length of the scope.

    Args:
        wish: what is asked.
        suggester: what answers.
        cut: what ``read_cut`` read, or None without a timeline.
        tracks: all tracks of the library; called only to find the track of ``wish.like``.
        progress: told (done, total) segments of picture.
    """
    warnings: tuple[str, ...] = ()
    reference = find_track(wish.like, tracks()) if wish.like else None
    query = Query(
        library=wish.library,
        prompt=wish.prompt,
        text_weight=wish.text_weight,
        where=wish.where,
        reference_track_id=reference.id if reference else None,
        limit=wish.limit,
        blind=wish.blind,
    )
    if cut is not None:
        picture = analyse_scope(
            cut.scope,
            suggester,
            sampling=wish.sampling,
            cache=FeatureCache(feature_cache_folder(), CACHE_LIMIT_BYTES),
            progress=progress,
            require_picture=wish.needs_picture,
        )
        query = replace(query, picture=picture.segments, scope_s=cut.scope.record.duration_s)
        warnings = (
            *(() if picture.segments else (_unseen(wish, cut),)),
            *cut.file.notes,
            *(problem.message for problem in cut.scope.problems),
            *(warning.message for warning in picture.warnings),
        )
    return Answered(wish, cut, suggester.suggest(query), warnings, segments_seen=len(query.picture))


def _unseen(wish: Wish, cut: Cut) -> str:
    given = [name for name, is_given in (("words", wish.prompt), ("reference track", wish.like)) if is_given]
    return (
        f"No picture of the {cut.scope.label} can be seen from here; what decides: {', '.join(given)} and "
        "the length to fill."
    )


def find_track(wanted: str, tracks: Sequence[Track]) -> Track:
    """Return the one track meant by an id, a path, a file name or a title.

    Raises:
        NotFound: when no track is meant by it.
        InvalidRequest: when several are.
    """
    folded = wanted.casefold()
    tests: tuple[Callable[[Track], bool], ...] = (
        lambda track: track.id == wanted,
        lambda track: track.path == str(Path(wanted).expanduser().absolute()),
        lambda track: track.title.casefold() == folded,
        lambda track: Path(track.path).name.casefold() == folded,
        lambda track: folded in f"{track.artist} {track.title}".casefold(),
    )
    for test in tests:
        found = [track for track in tracks if test(track)]
        if len(found) == 1:
            return found[0]
        if found:
            some = ", ".join(f"'{track.title}' ({track.id})" for track in found[:4])
            raise InvalidRequest(
                f"'{wanted}' means {len(found)} tracks of this library: {some}.",
                reason="TRACK_AMBIGUOUS",
                hint="Give the id of one of them; `temptrack library show` lists them.",
            )
    raise NotFound(
        f"There is no track '{wanted}' in this library.",
        reason="TRACK_NOT_FOUND",
        hint="Give an id, a path or a title; `temptrack library show` lists them.",
        metadata={"track": wanted},
    )


def insert(answered: Answered, rank: int, out: Path) -> InsertedCue:
    """Place a suggestion in a copy of the timeline.

    Args:
        answered: the answer and its timeline.
        rank: which suggestion, from 1.
        out: where the new timeline goes.

    Raises:
        InvalidRequest: no such suggestion, or no timeline to place it in.
    """
    cut = answered.cut
    if cut is None:
        raise InvalidRequest(
            "There is no timeline to insert music in.",
            reason="NO_TIMELINE",
            hint="Name a timeline before --library.",
        )
    found = [item for item in answered.suggestions.suggestions if item.rank == rank]
    if not found:
        count = len(answered.suggestions.suggestions)
        raise InvalidRequest(
            f"There is no suggestion {rank}; this request has {count}.",
            reason="NO_SUCH_RANK",
            hint=f"Use --insert 1 to {count}." if count else "Loosen the filters.",
        )
    cue = cue_for(found[0], cut.scope, answered.suggestions.library)
    placed = place_cue(cut.file, cue, lane_name=LANE_NAME)
    write_timeline(placed, out)
    first, last = cue.parts[0].record, cue.parts[-1].record
    whole = RecordRange(first.start_frames, last.end_frames - first.start_frames, first.rate)
    return InsertedCue(rank=rank, path=str(out.absolute()), lane=LANE_NAME, record=span(whole))


def check_output(out: Path, timeline: Path | None, *, force: bool) -> None:
    """Make sure that a file may be written before long work begins.

    Raises:
        AlreadyExists: it is there and ``force`` is not set.
        InvalidRequest: it is a folder, the timeline itself, or its suffix is not one that can be written.
        NotFound: its folder is not there.
        Forbidden: its folder may not be written to.
    """
    if out.is_dir():
        raise InvalidRequest(
            f"'{out}' is a folder.", reason="OUTPUT_IS_FOLDER", hint="Name a file, such as cut-music.otio."
        )
    if not out.parent.is_dir():
        raise NotFound(
            f"There is no folder '{out.parent}' to write to.", reason="NO_FOLDER", hint="Make it first."
        )
    if timeline is not None and out.exists() and out.samefile(timeline):
        raise InvalidRequest(
            f"'{out}' is the timeline itself.",
            reason="OUTPUT_IS_INPUT",
            hint="Write to another file; the original is never changed.",
        )
    if out.exists() and not force:
        raise AlreadyExists(
            f"'{out}' is there already.",
            reason="OUTPUT_EXISTS",
            hint="Choose another name, or say --force to replace it.",
            metadata={"path": str(out)},
        )
    if not os.access(out.parent, os.W_OK):
        raise Forbidden(
            f"'{out.parent}' may not be written to.",
            reason="OUTPUT_FORBIDDEN",
            hint="Choose another place, or change its permissions.",
        )
