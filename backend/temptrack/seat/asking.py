"""The way of one request: timeline, scope, picture, suggestions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from temptrack.errors import InvalidRequest, NotFound
from temptrack.home import expanded, feature_cache_folder
from temptrack.library.types import Track, TrackFilter
from temptrack.media.feature_cache import FeatureCache
from temptrack.media.types import Sampling
from temptrack.seat.cuts import Cut, read_cut, scope_report
from temptrack.seat.reports import SuggestReport
from temptrack.suggest.picture import PictureAnalysis, analyse_scope
from temptrack.suggest.types import DEFAULT_LIMIT, DEFAULT_TEXT_WEIGHT, Query, Suggester, Suggestions
from temptrack.timeline.scope import ScopeRequest

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
        encoded: those of them that were looked at for this answer; the others were known.
    """

    wish: Wish
    cut: Cut | None
    suggestions: Suggestions
    warnings: tuple[str, ...] = ()
    segments_seen: int = 0
    encoded: int = 0


def ask(
    wish: Wish,
    suggester: Suggester,
    *,
    cut: Cut | None,
    tracks: Callable[[], Sequence[Track]],
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    picture: PictureAnalysis | None = None,
) -> Answered:
    """Look at the picture and rank the library.

    Where no picture can be seen, words or a reference track go on without it, for the length of the scope.

    Args:
        wish: what is asked.
        suggester: what answers.
        cut: what ``read_cut`` read, or None without a timeline.
        tracks: all tracks of the library; called only to find the track of ``wish.like``.
        progress: told (done, total) segments of picture.
        cancelled: asked before every segment whether to stop.
        picture: what was seen in the cut already; None looks at it.

    Raises:
        Cancelled: when ``cancelled`` said so.
    """
    warnings: tuple[str, ...] = ()
    encoded = 0
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
        if picture is None:
            picture = look(wish, suggester, cut, progress=progress, cancelled=cancelled)
            encoded = picture.encoded
        query = replace(query, picture=picture.segments, scope_s=cut.scope.record.duration_s)
        warnings = (
            *(() if picture.segments else (_unseen(wish, cut),)),
            *cut.file.notes,
            *(problem.message for problem in cut.scope.problems),
            *(warning.message for warning in picture.warnings),
        )
    return Answered(
        wish,
        cut,
        suggester.suggest(query),
        warnings,
        segments_seen=len(query.picture),
        encoded=encoded,
    )


def read_wished(wish: Wish) -> Cut | None:
    """Read the part of the timeline that a wish is about; None where it asks by words only.

    A part without any usable picture is an error only where nothing but the picture says what is wanted.
    """
    if wish.timeline is None:
        return None
    return read_cut(wish.timeline, wish.part, media=wish.media, require_picture=wish.needs_picture)


def look(
    wish: Wish,
    suggester: Suggester,
    cut: Cut,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    require_picture: bool | None = None,
) -> PictureAnalysis:
    """Look at the picture of a cut, as ``ask`` does.

    Args:
        wish: what is asked.
        suggester: what encodes.
        cut: the timeline.
        progress: told (done, total) segments of picture.
        cancelled: asked before every segment whether to stop.
        require_picture: whether none is an error; None: where nothing else says what is wanted.

    Raises:
        NotReady: there is no usable picture, but some is required (NO_PICTURE).
        Cancelled: when ``cancelled`` said so.
    """
    return analyse_scope(
        cut.scope,
        suggester,
        sampling=wish.sampling,
        cache=FeatureCache(feature_cache_folder(), CACHE_LIMIT_BYTES),
        progress=progress,
        cancelled=cancelled,
        require_picture=wish.needs_picture if require_picture is None else require_picture,
    )


def suggest_report(answered: Answered) -> SuggestReport:
    """Return an answer in the form that goes out as JSON."""
    return SuggestReport(
        **dict(answered.suggestions),
        scope=scope_report(answered.cut, answered.segments_seen) if answered.cut else None,
        warnings=answered.warnings,
    )


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
        lambda track: track.path == str(expanded(wanted).absolute()),
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
