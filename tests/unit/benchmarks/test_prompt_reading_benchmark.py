from benchmarks.quality.prompt_reading import Probe, compare, probes, table

from support.fake_bundle import FakeBundle
from support.memory_library import MemoryLibrary
from support.suggesters import LIBRARY, make_engine, make_rows

BUNDLE = FakeBundle()
ROWS = make_rows(BUNDLE)


def test_a_range_that_is_read_fills_the_first_ten_and_its_price_is_stated() -> None:
    reader = MemoryLibrary(LIBRARY, ROWS, BUNDLE)
    probe = next(probe for probe in probes() if probe.added == "between 90 and 110 bpm")
    row = compare(probe, make_engine(BUNDLE, ROWS), reader)
    # Random embeddings: as words a tempo is met by chance, as read always.
    assert row["as_words"] < row["as_read"] == 1.0
    assert row["subjects_not_worse"] == 10
    assert row["nearness_as_read"] < 1.0
    assert "| between 90 and 110 bpm |" in table([row])


def test_words_that_nothing_is_read_of_change_nothing() -> None:
    reader = MemoryLibrary(LIBRARY, ROWS, BUNDLE)
    probe = Probe("by the sea", "mean rank", lambda found, _: float(sum(one.rank for one in found)))
    row = compare(probe, make_engine(BUNDLE, ROWS), reader)
    assert row["as_words"] == row["as_read"]
    assert row["nearness_as_words"] == row["nearness_as_read"]
