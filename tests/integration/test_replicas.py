"""Two replicas behind one name, killed, stopped and brought back while seats ask them."""

import json
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from support import replica_seats
from support.planted_tracks import planted
from support.replicas import Replica
from support.serving import PATIENCE_S
from temptrack.library.store import LibraryStore
from temptrack.model.bundles import load_bundle
from temptrack.suggest.local import LocalSuggester

SEEDS = (1, 2)
ANSWERS_BETWEEN = 12
"""So many answers a process of seats gets before the next thing happens to a replica."""


class Seats:
    """The processes of seats, and every line they wrote."""

    def __init__(self, processes: list["subprocess.Popen[str]"]) -> None:
        self._processes = processes
        self.told: list[dict[str, str | int]] = []

    def go_on(self) -> None:
        """Wait for one more answer of each process."""
        for process in self._processes:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, "the seats ended by themselves"
            self.told.append(json.loads(line))

    def go_on_until(self, reached: Callable[[], bool]) -> None:
        """Wait until something holds, an answer at a time."""
        while not reached():
            self.go_on()

    def end(self) -> None:
        """Let every call under way get its answer, and no other begin."""
        for process in self._processes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            self.told += map(json.loads, process.stdout)
            assert process.wait(PATIENCE_S) == 0


@contextmanager
def asking(replicas: list[Replica]) -> Iterator[Seats]:
    command = [sys.executable, replica_seats.__file__]
    addresses = [replica.address for replica in replicas]
    with ExitStack() as stack:
        processes = []
        for seed in SEEDS:
            process = subprocess.Popen(
                [*command, str(seed), *addresses], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.callback(process.kill)
            processes.append(stack.enter_context(process))
        yield Seats(processes)


@pytest.fixture
def engine() -> LocalSuggester:
    """The same library and bundle as the replicas', in this process."""
    bundle = load_bundle(device="cpu")
    store = LibraryStore.create("stock", bundle_id=bundle.id, bundle_digest=bundle.digest)
    store.upsert([planted(index, dim=bundle.embed_dim) for index in range(40)])
    return LocalSuggester(bundle, lambda name: LibraryStore.open(name).reader())


def test_no_call_is_lost_and_none_answered_in_two_ways(engine: LocalSuggester, tmp_path: Path) -> None:
    replicas = [Replica(tmp_path / name) for name in ("first", "second")]
    with ExitStack() as stack:
        for replica in replicas:
            stack.callback(replica.close)
            replica.start()
        for replica in replicas:
            replica.wait_until_ready()
        seats = stack.enter_context(asking(replicas))
        for number, replica in zip((signal.SIGKILL, signal.SIGTERM), replicas, strict=True):
            for _ in range(ANSWERS_BETWEEN):
                seats.go_on()
            code = replica.end(number)
            assert code == (0 if number == signal.SIGTERM else -number)
            for _ in range(ANSWERS_BETWEEN):
                seats.go_on()
            replica.start()
            replica.wait_until_ready()
            before = len(replica.reports())
            seats.go_on_until(lambda: processes_heard(replica, before) == set(SEEDS))  # noqa: B023
        seats.end()

    lost = [told for told in seats.told if "reason" in told]
    assert lost == []
    answers = defaultdict(set)
    for told in seats.told:
        if not str(told["question"]).startswith("report"):
            answers[told["question"]].add(told["answer"])
    for question, given in answers.items():
        assert given == {replica_seats.answer(engine, question)}
    check_reports(seats, replicas)


def processes_heard(replica: Replica, before: int) -> set[int]:
    """Return which processes of seats a replica has heard from since it had so many reports."""
    return {int(line["timeline"].split()[1].split("-")[0]) for line in replica.reports()[before:]}


def check_reports(seats: Seats, replicas: list[Replica]) -> None:
    """Every cue that a seat was told is written down is, and one that is there twice has one id."""
    sent = {told["question"] for told in seats.told if str(told["question"]).startswith("report")}
    lines = [line for replica in replicas for line in replica.reports()]
    assert {line["timeline"] for line in lines} == sent
    ids = defaultdict(set)
    for line in lines:
        ids[line["timeline"]].add(line["report"])
    assert {len(found) for found in ids.values()} == {1}
    assert len({line["report"] for line in lines}) == len(sent)
    for replica in replicas:
        own = Counter(line["report"] for line in replica.reports())
        assert set(own.values()) == {1}, "written down twice by one replica"
