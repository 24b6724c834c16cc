"""Indexing on a Ray cluster of three nodes of which one is killed, and files that end their workers."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import ray

from support import tones
from support.fake_bundle import FakeBundle
from support.lethal_bundle import WORD, LethalBundle
from temptrack.errors import Unavailable
from temptrack.library import schema
from temptrack.library.ingest import index_folders
from temptrack.library.ray_crew import RayCrew
from temptrack.library.store import LibraryStore

FILES = 14
# Ray opens sockets, files and processes of its own and leaves some to the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number in range(FILES - 1):
        tones.write_audio(folder / f"{number}.wav", tones.tone(200.0 + 40 * number, 0.5))
    shutil.copy(folder / "1.wav", folder / "again.wav")
    return folder


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        head = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
        made = Cluster(initialize_head=True, head_node_args=head)
        for _ in range(2):
            made.add_node(num_cpus=1, object_store_memory=80 * 2**20)
        made.wait_for_nodes()
        yield made
        ray.shutdown()
        made.shutdown()  # type: ignore[no-untyped-call]


def new_library(name: str) -> LibraryStore:
    return LibraryStore.create(name, bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest)


def rows(store: LibraryStore) -> pa.Table:
    records = store.records([track_id for track_id, _, _ in store.states()])
    return schema.to_table(records, schema.table_schema({}))


def test_a_file_that_ends_its_workers_is_left_out_alone(music: Path, cluster: Any) -> None:
    shutil.copy(music / "0.wav", music / f"{WORD}.wav")
    store = new_library("stock")
    report = index_folders(
        store, [music], LethalBundle, open_crew=partial(RayCrew, LethalBundle, cluster.address)
    )
    assert [(Path(one.path).stem, one.reason) for one in report.failed] == [(WORD, "WORKER_DIED")]
    assert report.added == FILES


def test_a_node_that_is_killed_costs_nothing_but_time(music: Path, cluster: Any) -> None:
    here, there = new_library("here"), new_library("there")
    index_folders(here, [music], FakeBundle, workers=0)
    nodes = list(cluster.worker_nodes)

    def kill_one(done: int, _total: int, _path: str, _rate: float) -> None:
        if done == 3 and len(nodes) == 2:
            cluster.remove_node(nodes.pop(), allow_graceful=False)

    crew = partial(RayCrew, FakeBundle, cluster.address)
    report = index_folders(there, [music], FakeBundle, progress=kill_one, open_crew=crew)
    assert (report.added, report.shared, report.failed) == (FILES, 1, ())
    assert len(nodes) == 1
    assert rows(there).equals(rows(here))
    again = index_folders(there, [music], FakeBundle, open_crew=crew)
    assert (again.unchanged, again.added, again.audio_s) == (FILES, 0, 0.0)


def test_a_cluster_that_is_not_there_is_said(music: Path) -> None:
    with pytest.raises(Unavailable, match="No Ray cluster answers"):
        index_folders(
            new_library("stock"),
            [music],
            FakeBundle,
            open_crew=partial(RayCrew, FakeBundle, "no such address"),
        )
