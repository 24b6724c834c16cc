"""A batch on a Ray cluster of three nodes of which one is killed in mid-run: the same as undisturbed.

    python -m benchmarks.batch.nodes --library NAME --footage FOLDER

NAME is a library of this machine. The three nodes are processes of this machine with a processor each. When
a third of the units are answered, a node is killed without warning. All files are compared byte by byte with
those of a run in one process, and every file that is made once is looked at again at the end. Writes
results/batch-nodes.json.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.batch.premises import options_for, prepare
from benchmarks.batch.results import write_result
from benchmarks.batch.traces import FileState, differing, made_again, made_once

from temptrack.batch.answering import Opener, in_threads
from temptrack.batch.on_ray import on_ray
from temptrack.batch.plan import read_plan
from temptrack.batch.rules import Rules
from temptrack.batch.run import Batch, Progress, run_batch
from temptrack.home import ENVIRONMENT_VARIABLE

RULES = Rules(no_repeat=5, family=0.2)
NODES = 3
_STORE_BYTES = 100 * 2**20


def main() -> None:
    options = options_for(__doc__, timelines=60).parse_args()
    premises = prepare("nodes", options)
    work = premises.work
    plan = read_plan(premises.plan, defaults={"library": premises.library.uri})
    # Before any node starts: they take it over.
    os.environ[ENVIRONMENT_VARIABLE] = str(work / "home-farm")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    farm = _farmed(Batch(plan, work / "farm", rules=RULES, review=options.review), work)
    os.environ[ENVIRONMENT_VARIABLE] = str(work / "home-undisturbed")
    run_batch(
        Batch(plan, work / "undisturbed", rules=RULES, review=options.review),
        Opener(),
        spread=in_threads(1),
    )
    files, unlike = differing(work / "farm", work / "undisturbed")
    document = {
        "what": premises.in_words(
            cluster=f"{NODES} Ray nodes on this machine, a processor each; one killed in mid-run"
        ),
        **farm,
        "files": files,
        "differing": unlike,
    }
    write_result("nodes", document)
    if unlike or any(farm["made_again"].values()) or farm["nodes_left"] != NODES - 1:
        sys.exit(1)


def _farmed(batch: Batch, work: Path) -> dict[str, Any]:
    """Run a batch on a cluster, kill a node, and return what was seen."""
    import ray
    from ray.cluster_utils import Cluster

    head: dict[str, Any] = {"num_cpus": 1, "object_store_memory": _STORE_BYTES}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    for _ in range(NODES - 1):
        cluster.add_node(**head)
    cluster.wait_for_nodes()
    at_the_kill: dict[str, dict[Path, FileState]] = {}
    answered: list[int] = []
    began = time.monotonic()
    try:
        report = run_batch(
            batch,
            Opener(),
            spread=on_ray(cluster.address),
            progress=_killing(cluster, batch.folder, work / "home-farm", at_the_kill, answered),
        )
        nodes = 1 + len(cluster.worker_nodes)
    finally:
        ray.shutdown()
        cluster.shutdown()  # type: ignore[no-untyped-call]
    last = made_once(batch.folder, work / "home-farm")
    return {
        "farm_s": round(time.monotonic() - began, 1),
        "nodes_left": nodes,
        "answered_at_the_kill": answered[0],
        "asked": report.asked,
        "failed": len(report.failed),
        "made_once": {kind: len(paths) for kind, paths in last.items()},
        "made_again": made_again(at_the_kill, last),
    }


def _killing(
    cluster: Any, out: Path, home: Path, seen: dict[str, dict[Path, FileState]], answered: list[int]
) -> Progress:
    def told(step: str, done: int, total: int) -> None:
        if step == "asking" and done >= total // 3 and not answered:
            cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
            seen.update(made_once(out, home))
            answered.append(done)

    return told


if __name__ == "__main__":
    main()
