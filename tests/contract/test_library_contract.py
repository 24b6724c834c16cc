"""What every LibraryReader does, wherever its library is kept."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.fake_bundle import FakeBundle
from support.object_store import BUCKET, object_store
from support.planted_tracks import planted, planted_library, unit_rows
from temptrack.errors import InvalidRequest, NotFound, NotReady
from temptrack.library.store import LibraryStore, delete_library
from temptrack.library.types import LibraryReader, SearchHit, TrackFilter
from temptrack.library.vectors import Hold, nowhere
from temptrack.server.gpu_vectors import GpuVectors

RECORDS = [planted(index) for index in range(40)]
EVERYTHING = TrackFilter()


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with object_store():
        yield f"s3://{BUCKET}"


@pytest.fixture(params=["home folder", "other folder", "file address", "object store"])
def place(request: pytest.FixtureRequest, tmp_path: Path, bucket: str) -> str | None:
    places = {
        "other folder": str(tmp_path / "mount"),
        "file address": f"file://{tmp_path}/bucket",
        "object store": f"{bucket}/{tmp_path.name}",
    }
    return places.get(request.param)


@pytest.fixture
def store(place: str | None) -> LibraryStore:
    return planted_library(RECORDS, uri=place)


@pytest.fixture(params=["processor", "graph"])
def hold(request: pytest.FixtureRequest) -> Hold:
    """Where vectors are ranked by: the graph is that of a GPU, run here on the processor."""
    return nowhere if request.param == "processor" else GpuVectors(1 << 20, device="cpu")


@pytest.fixture
def reader(store: LibraryStore, hold: Hold) -> LibraryReader:
    return LibraryStore.open(store.name).reader(hold)


def test_it_says_what_it_is(store: LibraryStore, reader: LibraryReader) -> None:
    assert reader.info == store.info()
    assert reader.info.track_count == 40
    assert reader.info.bundle_digest == FakeBundle.digest
    assert LibraryStore.open(store.uri).info().digest == reader.info.digest


def test_scores_are_cosines_of_sound_and_words_together(reader: LibraryReader) -> None:
    query = unit_rows(1, 1)[0]
    by_id = {record.id: record for record in RECORDS}
    for blind in (False, True):
        hits = reader.search(query, where=EVERYTHING, limit=40, blind=blind)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        for hit in hits:
            record = by_id[hit.track_id]
            words, sound = record.words.embedding, record.analysis.embedding
            fused = sound if words is None or blind else sound + words
            assert hit.score == pytest.approx(float(query @ fused / np.linalg.norm(fused)), abs=2e-3)
            assert hit.audio_score == pytest.approx(float(query @ sound), abs=2e-3)
            if words is None:
                assert hit.words_score is None
            else:
                assert hit.words_score == pytest.approx(float(query @ words), abs=2e-3)


def test_the_filter_comes_before_the_limit(reader: LibraryReader) -> None:
    query = unit_rows(2, 1)[0]
    where = TrackFilter(vocals=False, tempo_min_bpm=90)
    everyone = reader.search(query, where=EVERYTHING, limit=40)
    allowed = {
        track.id for track in reader.tracks() if track.vocals is False and (track.tempo_bpm or 0) >= 90
    }
    assert 0 < len(allowed) < 20
    found = reader.search(query, where=where, limit=5)
    assert list(found) == [hit for hit in everyone if hit.track_id in allowed][:5]
    assert reader.count(where) == len(allowed)
    assert reader.search(query, where=TrackFilter(licences=("none has this",)), limit=5) == []


@pytest.fixture
def crowded(hold: Hold) -> LibraryReader:
    """One recording at four places, one of them with other words, and five others."""
    first = planted(0)
    copies = [
        replace(planted(100 + place), content_digest=first.content_digest, analysis=first.analysis)
        for place in range(3)
    ]
    same_words = [replace(copy, words=first.words) for copy in copies[:2]]
    return planted_library([first, *same_words, copies[2], *RECORDS[1:6]], "crowded").reader(hold)


@pytest.mark.parametrize("limit", [1, 3, 6, 40])
@pytest.mark.parametrize("blind", [False, True])
def test_a_distinct_search_gives_each_recording_once_as_its_best_track(
    crowded: LibraryReader, limit: int, blind: bool
) -> None:
    shared = RECORDS[0].content_digest
    digests = {record.id: record.content_digest for record in RECORDS}
    for seed in range(4):
        query = unit_rows(seed, 1)[0]
        everyone = crowded.search(query, where=EVERYTHING, limit=40, blind=blind)
        first_of: dict[str, SearchHit] = {}
        for hit in everyone:
            first_of.setdefault(digests.get(hit.track_id, shared), hit)
        found = crowded.search(query, where=EVERYTHING, limit=limit, blind=blind, distinct=True)
        assert [replace(hit, also_at=()) for hit in found] == list(first_of.values())[:limit]
        for hit in found:
            others = [
                crowded.track(other.track_id).path
                for other in everyone
                if digests.get(other.track_id, shared) == digests.get(hit.track_id, shared)
                and other.track_id != hit.track_id
            ]
            assert hit.also_at == tuple(sorted(others))
    assert crowded.count(EVERYTHING) == 9


def test_only_copies_that_pass_the_filter_are_named(crowded: LibraryReader) -> None:
    query = crowded.embedding(RECORDS[0].id)
    first = crowded.search(query, where=EVERYTHING, limit=1, blind=True, distinct=True)[0]
    assert len(first.also_at) == 3
    there = TrackFilter(folder=str(Path(first.also_at[0]).parent))
    again = crowded.search(query, where=there, limit=1, blind=True, distinct=True)[0]
    places = [first.also_at[0], crowded.track(first.track_id).path, *first.also_at[1:]]
    passing = {path for path in places if Path(path).is_relative_to(there.folder or "")}
    assert {crowded.track(again.track_id).path, *again.also_at} == passing
    assert len(passing) < 4


def test_leaving_out_a_track_leaves_out_its_copies(crowded: LibraryReader) -> None:
    where = TrackFilter(exclude_ids=(planted(101).id, "nobody"))
    assert crowded.count(where) == 5
    query = unit_rows(1, 1)[0]
    found = {hit.track_id for hit in crowded.search(query, where=where, limit=40)}
    assert found == {record.id for record in RECORDS[1:6]}


def test_tracks_come_in_order_of_path_and_one_by_one(reader: LibraryReader) -> None:
    tracks = reader.tracks()
    assert [track.path for track in tracks] == sorted(record.file.path for record in RECORDS)
    assert [reader.track(track.id) for track in tracks] == list(tracks)
    assert (len(tracks), tracks[-1], list(tracks[7:9])) == (40, list(tracks)[39], list(tracks)[7:9])
    assert list(tracks[38:60]) == list(tracks)[38:]
    with pytest.raises(IndexError):
        tracks[40]
    first = next(record for record in RECORDS if record.id == tracks[0].id)
    assert [tag.name for tag in tracks[0].tags] == [tag.name for tag in first.analysis.tags]
    assert tracks[0].tempo_bpm == first.analysis.tempo_bpm


def test_details_are_those_of_the_track(reader: LibraryReader) -> None:
    record = RECORDS[3]
    detail = reader.detail(record.id)
    assert detail is reader.detail(record.id)
    assert detail.windows == pytest.approx(np.asarray(record.analysis.windows), abs=2e-3)
    assert np.linalg.norm(detail.windows, axis=1) == pytest.approx(np.ones(3), abs=1e-6)
    assert (detail.beats_s, detail.bars_s, detail.window_s) == ((0.5, 1.0, 1.5, 2.0), (0.5,), 10.0)
    assert detail.words == record.words.text
    assert set(detail.tag_scores) == {tag.name for tag in FakeBundle.tags}
    assert reader.embedding(record.id) == pytest.approx(np.asarray(record.analysis.embedding), abs=2e-3)


def test_details_read_together_come_in_the_order_asked(store: LibraryStore) -> None:
    ids = [record.id for record in (RECORDS[7], RECORDS[2], RECORDS[5])]
    together = store.reader().details(ids)
    for track_id, detail in zip(ids, together, strict=True):
        alone = store.reader().detail(track_id)
        assert np.array_equal(alone.windows, detail.windows)
        assert (alone.words, alone.tag_scores, alone.peaks) == (detail.words, detail.tag_scores, detail.peaks)


def test_a_track_scores_one_with_itself_and_never_more(reader: LibraryReader) -> None:
    for track in reader.tracks():
        best = reader.search(reader.embedding(track.id), where=EVERYTHING, limit=1, blind=True)[0]
        assert best.track_id == track.id
        assert 0.999999 < best.score <= 1.0


def test_a_reader_stays_at_its_version(store: LibraryStore) -> None:
    reader = store.reader()
    before = reader.search(unit_rows(3, 1)[0], where=EVERYTHING, limit=40)
    assert reader.edition == store.edition
    store.remove([record.id for record in RECORDS[:20]])
    store.upsert([planted(99)])
    store.tidy()
    assert reader.edition != store.edition
    assert reader.search(unit_rows(3, 1)[0], where=EVERYTHING, limit=40) == before
    assert reader.detail(RECORDS[0].id).words == RECORDS[0].words.text
    assert store.reader().info.track_count == 21


def test_a_library_made_anew_is_not_taken_for_the_one_before(store: LibraryStore, place: str | None) -> None:
    before = store.reader()
    assert before.edition == store.edition == LibraryStore.open(store.name).edition
    delete_library(store.name)
    planted_library([planted(50)], store.name, place)
    again = LibraryStore.open(store.name)
    after = again.reader()
    assert after.info.version == before.info.version
    assert after.edition == again.edition != before.edition
    assert [track.id for track in after.tracks()] == [planted(50).id]
    again.insert([planted(51)])
    assert again.edition not in {after.edition, before.edition}


@pytest.mark.parametrize("ask", ["track", "detail", "embedding", "audio_file"])
def test_unknown_tracks_are_named(reader: LibraryReader, ask: str) -> None:
    with pytest.raises(NotFound, match="no track 'nobody'") as caught:
        getattr(reader, ask)("nobody")
    assert caught.value.reason == "TRACK_NOT_FOUND"


def test_a_track_whose_file_is_gone_is_named(reader: LibraryReader) -> None:
    with pytest.raises(NotFound) as caught:
        reader.audio_file(RECORDS[0].id)
    assert caught.value.reason == "TRACK_FILE_MISSING"
    assert RECORDS[0].file.path in caught.value.message


@pytest.mark.parametrize(
    ("where", "limit", "dim", "reason"),
    [
        (EVERYTHING, 0, 32, "LIMIT"),
        (EVERYTHING, 5, 31, "QUERY_VECTOR"),
        (TrackFilter(tempo_min_bpm=120, tempo_max_bpm=100), 5, 32, "EMPTY_RANGE"),
        (TrackFilter(key="H minor"), 5, 32, "UNKNOWN_KEY"),
        (TrackFilter(folder="music/ambient"), 5, 32, "FOLDER_NOT_ABSOLUTE"),
    ],
)
def test_questions_that_cannot_be_answered_are_refused(
    reader: LibraryReader, where: TrackFilter, limit: int, dim: int, reason: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        reader.search(unit_rows(4, 1, dim)[0], where=where, limit=limit)
    assert caught.value.reason == reason


def test_vectors_that_are_no_numbers_are_refused(reader: LibraryReader) -> None:
    with pytest.raises(InvalidRequest, match="finite"):
        reader.search(np.full(32, np.nan, dtype=np.float32), where=EVERYTHING, limit=5)


def test_an_empty_library_says_so() -> None:
    reader = planted_library([], "empty").reader()
    assert list(reader.tracks()) == []
    with pytest.raises(NotReady) as caught:
        reader.search(unit_rows(5, 1)[0], where=EVERYTHING, limit=5)
    assert caught.value.reason == "LIBRARY_EMPTY"
    assert "temptrack library index empty" in caught.value.hint
