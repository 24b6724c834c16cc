"""A batch on a Ray cluster of three nodes of which one is killed: as if nothing had happened."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import ray

from support import batches
from support.fake_opener import FakeOpener
from temptrack.batch.answering import in_threads
from temptrack.batch.plan import read_plan
from temptrack.batch.rules import Rules
from temptrack.batch.run import Batch, run_batch
from temptrack.errors import Unavailable

CUTS = 8
# Ray opens sockets, files and processes of its own and leaves some to the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    batches.use_fake_bundle(monkeypatch)
    batches.stock(tmp_path / "music")
    batches.cuts(tmp_path / "cuts", CUTS)
    (tmp_path / "seen").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    return tmp_path


@pytest.fixture
def cluster(place: Path) -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 80 * 2**20})
    for _ in range(2):
        made.add_node(num_cpus=1, object_store_memory=80 * 2**20)
    made.wait_for_nodes()
    yield made
    ray.shutdown()
    made.shutdown()  # type: ignore[no-untyped-call]


def ordered(place: Path, out: str) -> Batch:
    plan = read_plan(place / "cuts", defaults={"library": "stock", "prompt": "calm"})
    return Batch(plan, place / out, rules=Rules(no_repeat=3, family=0.1), review=False)


def test_a_node_that_is_killed_costs_nothing_but_time(place: Path, cluster: Any) -> None:
    from temptrack.batch.on_ray import on_ray

    opener = FakeOpener(place / "seen")
    run_batch(ordered(place, "undisturbed"), opener, spread=in_threads(2))
    nodes = list(cluster.worker_nodes)

    def kill_one(step: str, done: int, _total: int) -> None:
        if step == "asking" and done == 2 and nodes:
            cluster.remove_node(nodes.pop(), allow_graceful=False)

    report = run_batch(ordered(place, "farm"), opener, spread=on_ray(cluster.address), progress=kill_one)
    assert (report.asked, report.failed) == (CUTS, ())
    assert len(nodes) == 1
    assert batches.written(place / "farm") == batches.written(place / "undisturbed")
    elsewhere = {path.name for path in (place / "seen").iterdir()} - {str(os.getpid())}
    assert len(elsewhere) >= 2


def test_a_cluster_that_is_not_there_is_said(place: Path) -> None:
    from temptrack.batch.on_ray import on_ray

    with pytest.raises(Unavailable, match="No Ray cluster answers"):
        run_batch(ordered(place, "farm"), FakeOpener(place / "seen"), spread=on_ray("no such address"))
