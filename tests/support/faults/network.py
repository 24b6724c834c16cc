"""Servers that end, names that lead nowhere, and whatever else answers."""

import asyncio
import os
import signal
import threading
from dataclasses import replace

from support.bad_input.libraries import bundle
from support.bad_input.servers import closed_port
from support.fake_server import fake_workings
from support.faults.calls import ask, options
from support.faults.fault import Fault, FaultPlace, bad_input, refused
from support.planted_tracks import planted, planted_library
from support.replicas import named
from support.serving import PATIENCE_S, DoubleSuggester, no_index, running, serving
from temptrack import errors
from temptrack.client.connection import Connection
from temptrack.client.library_client import LibraryClient
from temptrack.model.bundles import load_bundle
from temptrack.server.app import Server, _reloading_on_signal
from temptrack.server.shelf import Shelf
from temptrack.server.workings import Workings
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.types import Suggester


def dead_address(_place: FaultPlace) -> None:
    with (
        serving(DoubleSuggester()) as address,
        named([f"127.0.0.1:{closed_port()}", address]) as name,
    ):
        for _ in range(5):
            ask(name)


def gone_and_back(_place: FaultPlace) -> errors.TemptrackError:
    """Ask through one connection before, while and after its only server is away."""
    with serving(DoubleSuggester()) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        client = LibraryClient(connection)
        assert client.list_libraries()
    error = refused(client.list_libraries)
    with serving(DoubleSuggester(), options=options(listen=address)):
        assert client.list_libraries()
    connection.close()
    return error


def stopped_in_a_stream(place: FaultPlace) -> errors.TemptrackError:
    sound = place.write("music/a.wav", bytes(32 * 2**20))
    record = planted(0)
    at = replace(record.file, path=str(sound), root=str(sound.parent))
    planted_library([replace(record, file=at)], name="stock")
    with running(options(), fake_workings()) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        client = LibraryClient(connection)
        _, _, parts = client.audio("stock", record.id)
        next(parts)
    error = refused(lambda: sum(map(len, parts)))
    with running(options(listen=address), fake_workings()):
        _, size_bytes, parts = client.audio("stock", record.id)
        assert sum(map(len, parts)) == size_bytes
    connection.close()
    return error


def out_of_time_to_drain(_place: FaultPlace) -> errors.TemptrackError:
    """Stop the only server while it works for a call that takes longer than it may drain."""
    double, caught = DoubleSuggester(), list[errors.TemptrackError]()
    double.gate.clear()

    def work(address: str) -> None:
        caught.append(refused(lambda: ask(address)))
        # A run of a graph cannot be stopped: the server ends once this one has.
        double.gate.set()

    with serving(double) as address:
        asking = threading.Thread(target=work, args=(address,))
        asking.start()
        assert double.started.wait(PATIENCE_S)
    asking.join(PATIENCE_S)
    return caught[0]


def damaged_reload(place: FaultPlace) -> None:
    """Load a bundle with a changed file at a hangup."""
    first = DoubleSuggester()
    (bundle(place) / "frames.onnx").write_bytes(b"no grape")

    def load(shelf: Shelf) -> Suggester:
        if first.started.is_set():
            return LocalSuggester(load_bundle(place.folder / "bundle", device="cpu"), shelf.reader)
        first.started.set()
        return first

    workings = Workings(load=load, index_folders=no_index)

    async def live() -> None:
        server = Server(options(), workings)
        address = str(await server.start())
        await server.load()
        async with _reloading_on_signal(server):
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.to_thread(place.told.wait_for, "the old one serves on")
            await asyncio.to_thread(ask, address)
        await server.stop()

    asyncio.run(live())
    assert len(first.queries) == 1


_REPLICAS = "tests/integration/test_replicas.py::test_no_call_is_lost_and_none_answered_in_two_ways"
_RETRY = "by itself: the client tries up to four times, elsewhere if it can"
_ANSWERS = "the answer, from the other replica after the client's own retry"

ENDS = (
    Fault(
        "SIGKILL of a replica under load",
        "one of two `temptrack serve`, asked by four seats in two processes, and started again",
        None,
        _RETRY + "; connections to the one that is back are made within a second or so",
        shown_by=_REPLICAS,
        caller=_ANSWERS + "; every answer to a question is the same to the last bit",
        admin="the end of the process; the other replica's load grows",
    ),
    Fault(
        "SIGTERM of a replica under load",
        "the other of the two, likewise",
        None,
        "it takes no new calls, answers those under way, and ends with exit code 0; " + _RETRY,
        shown_by=_REPLICAS,
        caller="the answer; new calls go to the other replica",
        admin="info: Stopping; grpc.health.v1 says NOT_SERVING",
    ),
    Fault(
        "SIGKILL of a replica that has just written down a cue",
        "as above, while seats report cues",
        None,
        _RETRY,
        lost="nothing; the other replica may write the same report down again, under the same `report` id",
        shown_by=_REPLICAS,
        caller=_ANSWERS,
        admin="one line a report in each audit log; ids tell which lines of two logs are one report",
    ),
    Fault(
        "SIGTERM while a call is under way",
        "one call, held until health says NOT_SERVING",
        None,
        "needs nothing",
        shown_by="tests/integration/test_serving_process.py::"
        "test_a_signal_lets_calls_under_way_finish_and_then_ends_well",
        caller="the answer",
        admin="info: Stopping; exit code 0",
    ),
    Fault(
        "a call that takes longer than a stopping server may drain",
        "the only server stops, with no time to drain",
        out_of_time_to_drain,
        "when a server is there again; with another replica, by the client's own retry",
        lost="the work done for the call",
    ),
    Fault(
        "a server stops while it sends a track",
        "32 MB, stopped after the first part",
        stopped_in_a_stream,
        "with the next try: what a seat keeps of a track is kept whole or not at all",
        shown_by="tests/unit/companion/test_track_files.py::test_a_transfer_that_breaks_off_leaves_nothing_and_can_be_tried_again",
    ),
    Fault(
        "the only server goes away and comes back",
        "asked through one connection before, meanwhile and after",
        gone_and_back,
        "by itself: the same connection answers again",
    ),
    Fault(
        "a server stops while it indexes",
        "its caller follows the run",
        None,
        "with the next run, which goes on where this one ended",
        lost="nothing: what was indexed until then stays",
        shown_by="tests/integration/test_serving_libraries.py::test_a_server_that_stops_stops_its_runs_and_says_so",
        caller="the report, with `cancelled`",
        admin="info: Stopping",
    ),
    Fault(
        "a damaged bundle at a reload",
        "SIGHUP with one changed byte in a file of it",
        damaged_reload,
        "with the next SIGHUP, once the bundle is whole; the old one serves on",
    ),
    Fault(
        "a reload under way",
        "a call that began before ends after it",
        None,
        "needs nothing",
        shown_by="tests/unit/server/test_engine_reload.py::"
        "test_calls_under_way_keep_their_bundle_and_later_ones_get_the_new",
        caller="the answer, of the bundle that the call began with",
        admin="info: Serving bundle … from now on; temptrack_reloads_total{outcome=loaded}",
    ),
)

NAMES = (
    Fault(
        "a name with one dead address",
        "two addresses, nobody at one of them, five questions",
        dead_address,
        "needs nothing: calls go where somebody answers",
    ),
    Fault("a name that is unknown", "no-such-host.invalid", bad_input("a host that is unknown"), _RETRY),
    Fault("nobody at the address", "a closed port", bad_input("a server that is not there"), _RETRY),
    Fault(
        "a machine that accepts and stays silent",
        "a deadline of half a second",
        bad_input("a machine that accepts and stays silent"),
        "when the machine answers; a call costs its deadline and no more",
    ),
    Fault(
        "a web server on the port",
        "HTTP/1.1",
        bad_input("a web server on the port"),
        "with the right address",
    ),
    Fault(
        "a web proxy in the environment",
        "http_proxy names a closed port",
        None,
        "needs nothing: it is not asked",
        shown_by="tests/integration/test_serving_strangers.py::test_a_web_proxy_in_the_environment_is_not_asked",
        caller="the answer",
        admin="nothing",
    ),
    Fault(
        "a server that is still loading",
        "asked before its bundle is there",
        bad_input("a server that is still loading"),
        "by itself: grpc.health.v1 says SERVING",
    ),
)
