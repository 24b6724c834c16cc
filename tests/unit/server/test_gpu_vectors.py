"""Room for vectors on a device; the device is the processor, the way is that of CUDA."""

import gc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gen_product_graph import graph
from support.planted_tracks import planted, planted_library, unit_rows
from temptrack.errors import NotReady
from temptrack.library.types import TrackFilter
from temptrack.library.vectors import nowhere
from temptrack.model import products
from temptrack.model.sessions import Session
from temptrack.server.gpu_vectors import GpuVectors
from temptrack.server.options import ServerOptions
from temptrack.server.workings import workings_of

ROWS = unit_rows(1, 100)
QUERY = unit_rows(2, 1)[0]


def test_a_matrix_on_a_device_is_multiplied_as_here() -> None:
    held = GpuVectors(ROWS.nbytes, device="cpu")(ROWS)
    assert held is not None
    np.testing.assert_allclose(held(QUERY), ROWS @ QUERY, atol=1e-6)
    assert held(QUERY).dtype == np.float32


def test_what_does_not_fit_stays_with_the_processor_until_room_is_given_back() -> None:
    hold = GpuVectors(int(1.5 * ROWS.nbytes), device="cpu")
    first = hold(ROWS)
    assert first is not None
    assert hold(ROWS) is None
    assert hold(ROWS[:50]) is not None
    del first
    gc.collect()
    assert hold(ROWS) is not None


def test_a_library_takes_its_place_when_an_older_version_leaves_it() -> None:
    store = planted_library([planted(index) for index in range(100)])
    hold = GpuVectors(int(1.5 * ROWS.nbytes), device="cpu")
    taken: list[Any] = [hold(ROWS)]
    reader, beside = store.reader(hold), store.reader()
    before = reader.search(QUERY, where=TrackFilter(), limit=10)
    assert hold._used_bytes == ROWS.nbytes
    taken.clear()
    gc.collect()
    assert hold._used_bytes == 0
    for one in (reader, beside):
        assert one.search(QUERY, where=TrackFilter(), limit=10) == before
    assert hold._used_bytes == ROWS.nbytes


def test_a_device_without_room_is_left_alone_from_then_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = []

    def full(_session: Session, array: Any) -> Any:
        tried.append(array)
        raise NotReady("0 MiB found no room on cuda: out of memory", reason="DEVICE_NOT_READY")

    monkeypatch.setattr(Session, "place", full)
    hold = GpuVectors(1 << 30, device="cpu")
    assert hold(ROWS) is None
    assert hold(ROWS) is None
    assert len(tried) == 1
    assert "out of memory" in caplog.text


def test_what_the_runtime_refuses_is_an_error_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(products.GRAPH, device="cpu", threads=1)
    session._place = ("cuda", 0)  # this build has none, so that the runtime refuses
    with pytest.raises(NotReady, match="found no room on cuda") as caught:
        session.place(ROWS)
    assert caught.value.reason == "DEVICE_NOT_READY"


def test_only_a_gpu_is_given_vectors_and_only_if_told() -> None:
    assert workings_of(ServerOptions(device="cpu")).hold is nowhere


def test_the_graph_is_the_one_its_tool_makes(tmp_path: Path) -> None:
    assert products.GRAPH.read_bytes() == graph()
