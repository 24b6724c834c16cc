"""Answers queries in this process."""

from collections.abc import Callable, Sequence

from temptrack.errors import Unavailable
from temptrack.library.types import LibraryInfo, LibraryReader, SearchHit, Track
from temptrack.media.types import Frames
from temptrack.model.types import Bundle, SegmentFeatures, Vector
from temptrack.suggest.asking import QueryEmbedder
from temptrack.suggest.conditions import check_no_contradiction, settle
from temptrack.suggest.excerpt import Chosen, choose_excerpt, whole_track
from temptrack.suggest.prompt import ReadPrompt, read_prompt
from temptrack.suggest.question import (
    check_asks_something,
    check_frames,
    check_library,
    check_query,
    query_digest,
)
from temptrack.suggest.readers import CurrentEdition, OpenReader, ReaderCache
from temptrack.suggest.reasons import ReasonFinder
from temptrack.suggest.support import DEPTH, Finding, judge_support, named_things
from temptrack.suggest.types import EngineInfo, Query, Suggestion, Suggestions, Support
from temptrack.suggest.vocabulary import TagVocabulary

ListLibraries = Callable[[], Sequence[LibraryInfo]]
"""Lists the libraries that can be searched."""


VERSION_GONE = "VERSION_GONE"
"""Reason a reader gives when the version it is pinned to is no longer on disk."""


class LocalSuggester:
    """The in-process ``Suggester``: one bundle, any number of libraries. Safe to share between threads.

    The order of suggestions is the order of their scores and what the prompt's preferences add to them;
    nothing is moved up or down afterwards. A recording that a library holds at several places is suggested
    once.
    """

    def __init__(
        self,
        bundle: Bundle,
        open_reader: OpenReader,
        *,
        current_edition: CurrentEdition | None = None,
        list_libraries: ListLibraries = tuple,
    ) -> None:
        """Build an engine; nothing is opened until it is asked for.

        Args:
            bundle: embeds the queries.
            open_reader: opens the newest version of a library.
            current_edition: tells when an open reader is out of date; without it readers stay until closed.
            list_libraries: what ``libraries`` answers.
        """
        self._bundle = bundle
        self._readers = ReaderCache(open_reader, current_edition)
        self._list_libraries = list_libraries
        self._vocabulary = TagVocabulary(bundle.tags)
        self._embedder = QueryEmbedder(bundle)

    def info(self) -> EngineInfo:
        """Say which bundle answers, on which device."""
        spec = self._bundle.frame_spec
        return EngineInfo(
            bundle_id=self._bundle.id,
            bundle_digest=self._bundle.digest,
            frame_encoder_id=self._bundle.frame_encoder_id,
            frame_size_px=spec.size_px,
            frame_interpolation=spec.interpolation,
            provider=self._bundle.provider,
        )

    def warm_up(self) -> None:
        """Do once what the first query would otherwise wait for: embed the tag words."""
        _ = self._embedder.tag_words

    def encode_segment(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        """Encode the frames of one segment.

        Args:
            frames: [count, size, size, 3] uint8 RGB, count at least 1.
            repeats: for each frame, how many sampled moments it stands for, at least 1.

        Raises:
            InvalidRequest: when the frames do not fit the bundle.
        """
        check_frames(frames, repeats, self._bundle)
        return self._bundle.encode_frames(frames, repeats)

    def suggest(self, query: Query) -> Suggestions:
        """Rank the tracks of a library for a query.

        A filter that no track passes gives an empty list.

        Raises:
            InvalidRequest: when the query asks for nothing or holds a value out of range.
            NotFound: when the library or the reference track is not there.
            NotReady: when the library is empty, or was indexed or the picture encoded with something else.
        """
        check_query(query, self._bundle)
        prompt = read_prompt(query.prompt, self._vocabulary)
        check_asks_something(query, prompt.reading)
        check_no_contradiction(query, prompt.reading)
        try:
            return self._answer(query, prompt, self._readers.get(query.library))
        except Unavailable as error:
            if error.reason != VERSION_GONE:
                raise
            # Another process tidied away the version that was pinned, or made the library anew.
            self._readers.drop(query.library)
            return self._answer(query, prompt, self._readers.get(query.library))

    def libraries(self) -> Sequence[LibraryInfo]:
        """List the libraries that can be searched."""
        return tuple(self._list_libraries())

    def close(self) -> None:
        """Let go of all open libraries; the next query opens them again."""
        self._readers.clear()

    def _answer(self, query: Query, prompt: ReadPrompt, reader: LibraryReader) -> Suggestions:
        check_library(reader.info, self._bundle)
        reference = _reference(query, reader)
        conditions = settle(query, prompt, reader.count)
        reading = conditions.reading
        asked = self._embedder.ask(query, reading, reference[1] if reference else None)
        found = (
            reader.search(
                asked.embedding,
                where=conditions.where,
                limit=max(query.limit, DEPTH),
                blind=query.blind,
                distinct=True,
                preferences=conditions.preferences,
            )
            if conditions.considered
            else ()
        )
        hits = found[: query.limit]
        tracks = [reader.track(hit.track_id) for hit in hits]
        chosen = _excerpts(query, reader, tracks, asked.embedding)
        finder = ReasonFinder(
            self._bundle, self._embedder, query=query, reading=reading, asked=asked.embedding
        )
        suggestions = tuple(
            Suggestion(
                rank=rank,
                track=track,
                score=hit.score,
                favour=hit.favour,
                excerpt=choice.excerpt,
                fit=choice.fit,
                reasons=finder.find(track, hit, reader.embedding(track.id), reference),
                also_at=hit.also_at,
            )
            for rank, (hit, track, choice) in enumerate(zip(hits, tracks, chosen, strict=True), start=1)
        )
        return Suggestions(
            query_digest=query_digest(query),
            library=reader.info,
            bundle_id=self._bundle.id,
            bundle_digest=self._bundle.digest,
            text_weight=asked.text_weight,
            prompt=reading,
            considered=conditions.considered,
            support=self._support(query, reading.wanted, found[:DEPTH], reader),
            suggestions=suggestions,
        )

    def _support(
        self, query: Query, wanted: str, hits: Sequence[SearchHit], reader: LibraryReader
    ) -> Support | None:
        below = self._bundle.support_below
        if below is None or not named_things(wanted):
            return None
        ids = [hit.track_id for hit in hits]
        findings = [
            Finding(reader.track(track_id), detail.tag_scores)
            for track_id, detail in zip(ids, reader.details(ids), strict=True)
        ]
        return judge_support(wanted, findings, self._vocabulary, below=below, blind=query.blind)


def _excerpts(query: Query, reader: LibraryReader, tracks: Sequence[Track], asked: Vector) -> list[Chosen]:
    if query.scope_s is None:
        return [whole_track(track.duration_s) for track in tracks]
    details = reader.details([track.id for track in tracks])
    return [
        choose_excerpt(detail, asked, duration_s=track.duration_s, scope_s=float(query.scope_s))
        for detail, track in zip(details, tracks, strict=True)
    ]


def _reference(query: Query, reader: LibraryReader) -> tuple[Track, Vector] | None:
    if not query.reference_track_id:
        return None
    return reader.track(query.reference_track_id), reader.embedding(query.reference_track_id)
