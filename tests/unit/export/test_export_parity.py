import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from temptrack.errors import AlreadyExists, Corrupt
from temptrack.model.manifest import TensorSpec
from temptrack_export.assembly import Assembly, whole_or_nothing
from temptrack_export.graphs import Example
from temptrack_export.parity import EXACT, Bounds, compare, lowest_cosine

ROWS = np.random.default_rng(0).standard_normal((40, 16))


def test_equal_rows_agree_in_everything() -> None:
    parity = compare(ROWS, ROWS.copy())
    assert parity.lowest_cosine == pytest.approx(1.0)
    assert (parity.largest_error, parity.same_top10, parity.shared_top10) == (0.0, 1.0, 1.0)
    EXACT.check("graph", parity)


def test_one_bad_row_is_enough_to_be_refused() -> None:
    found = ROWS.copy()
    found[7] += 0.5 * np.abs(found[7]).max()
    with pytest.raises(Corrupt, match=r"graph: lowest cosine to torch is 0\.\d+, below 0\.9999"):
        EXACT.check("graph", compare(ROWS, found))


def test_a_row_that_is_no_number_is_refused() -> None:
    found = ROWS.copy()
    found[3] = np.nan
    assert math.isnan(lowest_cosine(ROWS, found))
    with pytest.raises(Corrupt, match="cosine"):
        Bounds(lowest_cosine=0.5).check("graph", compare(ROWS, found))


def test_another_order_of_the_first_ten_is_seen_where_the_cosine_is_high() -> None:
    candidates = np.eye(12)
    queries = np.linspace(1.0, 1.1, 12)[None]
    moved = queries.copy()
    moved[0, [10, 11]] = queries[0, [11, 10]]
    parity = compare(queries, moved, candidates=candidates)
    assert parity.lowest_cosine > 0.9999
    assert parity.same_top10 == 0.0
    assert parity.shared_top10 == 1.0
    with pytest.raises(Corrupt, match="first ten"):
        EXACT.check("graph", parity)


def test_ten_candidates_leave_nothing_to_choose() -> None:
    assert compare(ROWS[:10], ROWS[:10]).same_top10 is None


def test_the_manifest_names_graph_figure_and_command() -> None:
    metrics = compare(ROWS, ROWS).metrics("query_tower", "temptrack-export bundle")
    assert [one.name for one in metrics] == [
        "parity/query_tower/lowest_cosine",
        "parity/query_tower/largest_error",
        "parity/query_tower/same_top10",
        "parity/query_tower/shared_top10",
    ]
    assert {one.command for one in metrics} == {"temptrack-export bundle"}


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"

    def fail_halfway() -> None:
        with whole_or_nothing(folder) as partial:
            (partial / "graph.onnx").write_bytes(b"half")
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        fail_halfway()
    assert list(tmp_path.iterdir()) == []
    with whole_or_nothing(folder) as partial:
        (partial / "graph.onnx").write_bytes(b"whole")
        assert not folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    with pytest.raises(AlreadyExists), whole_or_nothing(folder):
        pass


class _FixedLength(nn.Module):
    """Asks for a length as a Python number, which tracing bakes into the graph."""

    def forward(self, rows: Tensor) -> Tensor:
        return rows + torch.zeros(1, 16).expand(len(rows), -1)


class _Doubling(nn.Module):
    def forward(self, rows: Tensor) -> Tensor:
        return rows * 2


INPUTS = {"features": Example(torch.tensor(ROWS, dtype=torch.float32), {0: "rows"})}
OUTPUTS = [TensorSpec(name="embeddings", dtype="float32", shape=("rows", 16))]


def test_a_graph_and_its_figures_are_kept(tmp_path: Path) -> None:
    assembly = Assembly(tmp_path, "a command")
    assembly.add("words_tower", _Doubling(), inputs=INPUTS, outputs=OUTPUTS, bounds=EXACT)
    assert [entry.file for entry in assembly.files] == ["words_tower.onnx"]
    assert assembly.graphs["words_tower"].inputs[0].shape == ("rows", 16)
    assert assembly.metrics[0].value == pytest.approx(1.0)


def test_a_graph_that_only_fits_the_length_of_its_example_is_refused(tmp_path: Path) -> None:
    assembly = Assembly(tmp_path, "a command")
    with pytest.raises(Corrupt, match=r"torch gave rows of shape \(1, 16\), the graph of \(40, 16\)"):
        assembly.add("words_tower", _FixedLength(), inputs=INPUTS, outputs=OUTPUTS, bounds=EXACT)
    assert assembly.files == []
