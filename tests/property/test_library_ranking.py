"""Filters and exact ranking against the plainest possible way to do the same."""

import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.fake_bundle import FAKE_TAGS
from support.planted_tracks import FOLDERS, LICENCES, planted, planted_library, unit_rows
from temptrack.library import schema
from temptrack.library.filters import FilterColumns, path_parts
from temptrack.library.keys import KEYS
from temptrack.library.ranking import Scan
from temptrack.library.recordings import Recordings
from temptrack.library.records import TrackRecord
from temptrack.library.types import TrackFilter
from temptrack.model.products import HeldMatrix

# Every fifth track is a recording that the library holds at another place too.
RECORDS = [
    replace(planted(index), content_digest=planted(index // 2 if index % 5 == 4 else index).content_digest)
    for index in range(120)
]
TABLE = schema.to_table(RECORDS, schema.table_schema({}))
COLUMNS = FilterColumns(TABLE, Recordings(TABLE["content_digest"]))
RECORDING = {record.id: record.content_digest for record in RECORDS}

_case = st.sampled_from((str.upper, str.lower, str.title, str))


@st.composite
def ranges(draw: st.DrawFn, low: float, high: float) -> tuple[float | None, float | None]:
    ends = sorted(draw(st.tuples(st.floats(low, high), st.floats(low, high))))
    return draw(st.sampled_from([(None, None), (ends[0], None), (None, ends[1]), (ends[0], ends[1])]))


@st.composite
def filters(draw: st.DrawFn) -> TrackFilter:
    tempo = draw(ranges(40, 200))
    duration = draw(ranges(0, 420))
    names = st.builds(lambda tag, case: case(tag.name), st.sampled_from(FAKE_TAGS), _case)
    licences = st.builds(lambda licence, case: case(licence), st.sampled_from(LICENCES), _case)
    few = 2
    return TrackFilter(
        tempo_min_bpm=tempo[0],
        tempo_max_bpm=tempo[1],
        duration_min_s=duration[0],
        duration_max_s=duration[1],
        key=draw(st.none() | st.builds(lambda key, case: case(key), st.sampled_from(KEYS), _case)),
        vocals=draw(st.none() | st.booleans()),
        tags_all=tuple(draw(st.lists(names, max_size=few))),
        tags_none=tuple(draw(st.lists(names, max_size=few))),
        licences=tuple(draw(st.lists(licences, max_size=few))),
        licences_not=tuple(draw(st.lists(licences, max_size=few))),
        folder=draw(
            st.none() | st.sampled_from([*FOLDERS, "/", "/MUSIC/", "/music/amb", "/music/./ambient/"])
        ),
        exclude_ids=tuple(draw(st.lists(st.sampled_from([record.id for record in RECORDS]), max_size=few))),
    )


def meets(record: TrackRecord, where: TrackFilter) -> bool:
    """One track at a time, in the words of the documentation."""
    found = record.analysis
    tags = {tag.name for tag in found.tags}
    licence = record.words.licence.lower()
    checks = [
        where.tempo_min_bpm is None
        or (found.tempo_bpm is not None and found.tempo_bpm >= where.tempo_min_bpm),
        where.tempo_max_bpm is None
        or (found.tempo_bpm is not None and found.tempo_bpm <= where.tempo_max_bpm),
        where.duration_min_s is None or found.duration_s >= where.duration_min_s,
        where.duration_max_s is None or found.duration_s <= where.duration_max_s,
        where.key is None or (found.key or "").lower() == where.key.lower(),
        where.vocals is None or found.vocals is where.vocals,
        all(tag.lower() in tags for tag in where.tags_all),
        not any(tag.lower() in tags for tag in where.tags_none),
        not where.licences or licence in {allowed.lower() for allowed in where.licences},
        licence not in {refused.lower() for refused in where.licences_not},
        where.folder is None or _lies_under(record.file.path, where.folder),
        record.content_digest not in {RECORDING[track_id] for track_id in where.exclude_ids},
    ]
    return all(checks)


def _lies_under(path: str, folder: str) -> bool:
    plain = "/" + "/".join(part for part in folder.lower().split("/") if part not in ("", "."))
    return path.lower().startswith(plain.rstrip("/") + "/")


@given(filters())
@settings(max_examples=300)
def test_a_mask_is_what_checking_each_track_gives(where: TrackFilter) -> None:
    assert COLUMNS.mask(where).tolist() == [meets(record, where) for record in RECORDS]


@given(st.integers(0, 2**32), st.integers(1, 60), st.floats(0.0, 1.0), st.integers(1, 400))
@settings(max_examples=150)
def test_filtered_recall_is_one(seed: int, limit: int, share: float, count: int) -> None:
    generator = np.random.default_rng(seed)
    matrix = unit_rows(seed, count)
    matrix[generator.integers(count)] = matrix[0]
    query = unit_rows(seed + 1, 1)[0]
    mask = generator.random(count) < share
    rows, scores = Scan(matrix, query, mask).best(limit)
    every = sorted(
        (-float((matrix[row].astype(np.float64) * query.astype(np.float64)).sum()), row)
        for row in range(count)
        if mask[row]
    )
    assert rows.tolist() == [row for _, row in every[:limit]]
    assert scores.tolist() == [-score for score, _ in every[:limit]]


@given(st.integers(0, 2**32), st.integers(1, 60), st.floats(0.0, 1.0), st.integers(1, 400), st.booleans())
@settings(max_examples=60)
def test_a_device_finds_what_the_processor_finds(
    seed: int, limit: int, share: float, count: int, favouring: bool
) -> None:
    generator = np.random.default_rng(seed)
    # Every row is there twice, so that equal scores meet at every border.
    matrix = np.repeat(unit_rows(seed, count), 2, axis=0)[generator.permutation(2 * count)]
    query = unit_rows(seed + 1, 1)[0]
    mask = generator.random(2 * count) < share
    favour = generator.random(2 * count).round(1) if favouring else None
    here = Scan(matrix, query, mask)
    there = Scan(matrix, query, mask, HeldMatrix(matrix, device="cpu"))
    assert there.spread() == pytest.approx(here.spread(), abs=1e-4)
    for groups in (None, np.arange(2 * count) // 3):
        (rows, scores), found = (scan.best(limit, groups=groups, favour=favour) for scan in (here, there))
        assert found[0].tolist() == rows.tolist()
        assert found[1].tolist() == scores.tolist()


@given(
    st.integers(0, 2**32), st.integers(1, 60), st.floats(0.0, 1.0), st.integers(1, 300), st.integers(1, 300)
)
@settings(max_examples=150)
def test_each_group_comes_once_as_its_best_row(
    seed: int, limit: int, share: float, count: int, kinds: int
) -> None:
    generator = np.random.default_rng(seed)
    groups = generator.integers(kinds, size=count)
    # Rows of one group are alike up to a little noise, or wholly alike, as copies with equal words are.
    noise = unit_rows(seed + 2, count) * (0.1 * generator.integers(2, size=(count, 1)))
    matrix = unit_rows(seed, kinds)[groups] + noise
    matrix = (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)
    query = unit_rows(seed + 1, 1)[0]
    mask = generator.random(count) < share
    rows, scores = Scan(matrix, query, mask).best(limit, groups=groups)
    all_rows, all_scores = Scan(matrix, query, mask).best(count)
    first_of: dict[int, tuple[int, float]] = {}
    for row, score in zip(all_rows.tolist(), all_scores.tolist(), strict=True):
        first_of.setdefault(int(groups[row]), (row, score))
    wanted = list(first_of.values())[:limit]
    assert list(zip(rows.tolist(), scores.tolist(), strict=True)) == wanted


@given(st.integers(0, 2**32), st.integers(1, 50))
@settings(max_examples=100)
def test_scores_do_not_depend_on_the_neighbours_of_a_row(seed: int, limit: int) -> None:
    matrix = unit_rows(seed, 200, 48)
    query = unit_rows(seed + 1, 1, 48)[0]
    order = np.random.default_rng(seed).permutation(200)
    everyone = np.ones(200, dtype=np.bool_)
    rows, scores = Scan(matrix, query, everyone).best(limit)
    shuffled_rows, shuffled_scores = Scan(matrix[order], query, everyone).best(limit)
    assert order[shuffled_rows].tolist() == rows.tolist()
    assert shuffled_scores.tolist() == scores.tolist()
    only_the_best = np.isin(np.arange(200), rows)
    assert Scan(matrix, query, only_the_best).best(limit)[1].tolist() == scores.tolist()


@given(st.permutations(range(30)), st.integers(1, 30))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ranking_does_not_know_the_order_or_number_of_commits(order: list[int], split: int) -> None:
    from temptrack.library.store import delete_library, list_libraries

    for info in list_libraries():
        delete_library(info.name)
    some = [planted(index) for index in range(30)]
    some[7] = replace(some[7], analysis=some[3].analysis, words=some[3].words)
    plain = planted_library(some, "plain").reader()
    other = planted_library([some[index] for index in order[:split]], "other")
    other.upsert([some[index] for index in order[split:]])
    shuffled = other.reader()
    for seed in range(3):
        query = unit_rows(seed, 1)[0]
        for blind in (False, True):
            hits = plain.search(query, where=TrackFilter(), limit=12, blind=blind)
            assert shuffled.search(query, where=TrackFilter(), limit=12, blind=blind) == hits
    assert shuffled.info.digest == plain.info.digest


def test_paths_of_both_families_are_split_alike() -> None:
    assert path_parts("C:\\Musik\\Ä") == path_parts("c:/musik/" + unicodedata.normalize("NFD", "ä"))
    assert path_parts("/a/../B/./c/") == ("/", "b", "c")
