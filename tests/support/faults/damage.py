"""Files that are damaged or gone, and starts that fail."""

import shutil
from collections.abc import Callable
from pathlib import Path

from support.bad_input.case import Outcome, command
from support.bad_input.libraries import with_another_file, with_junk_as_graph, without_its_file
from support.fake_server import fake_workings
from support.faults.calls import ask, options
from support.faults.fault import Fault, FaultPlace, bad_input, refused
from support.planted_tracks import planted, planted_library
from support.serving import running
from temptrack import errors


def serves(prepare: Callable[[FaultPlace], object], *words: str) -> Callable[[FaultPlace], Outcome]:
    """Start `temptrack serve` with what cannot be served."""

    def provoke(place: FaultPlace) -> Outcome:
        prepare(place)
        bundle = ("--bundle", "FOLDER/bundle") if (place.folder / "bundle").exists() else ()
        return command("serve", "--listen", "127.0.0.1:0", *bundle, *words)(place)

    return provoke


def junk_as_graph(place: FaultPlace) -> None:
    refused(lambda: with_junk_as_graph(place))


def no_gpu(place: FaultPlace) -> None:
    place.patch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])


def harmed(
    harm: Callable[[Path], object], *, suffix: str
) -> Callable[[FaultPlace], errors.TemptrackError | None]:
    """Harm the files of a library under a server that is asked before, meanwhile and after."""

    def provoke(place: FaultPlace) -> errors.TemptrackError | None:
        store = planted_library([planted(index) for index in range(20)], name="stock")
        backup = place.folder / "backup"
        shutil.copytree(store.uri, backup)
        with running(options(), fake_workings()) as address:
            for path in Path(store.uri).rglob(f"*{suffix}"):
                if path.is_file():
                    harm(path)
            error = refused(lambda: ask(address))
            shutil.rmtree(store.uri)
            shutil.copytree(backup, store.uri)
            ask(address)
        return error

    return provoke


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def removed_under_a_reader(_place: FaultPlace) -> None:
    """Remove the data of a library that a server holds in memory."""
    store = planted_library([planted(index) for index in range(20)], name="stock")
    with running(options(), fake_workings()) as address:
        ask(address)
        for path in Path(store.uri).rglob("*.lance"):
            if path.is_file():
                path.unlink()
        ask(address)
    with running(options(), fake_workings()) as address:
        assert refused(lambda: ask(address)).reason == "LIBRARY_CORRUPT"


DAMAGE = (
    Fault(
        "a bundle with a changed byte, at start",
        "`temptrack serve`",
        serves(with_another_file),
        "with a whole bundle",
    ),
    Fault(
        "a bundle that lacks a file, at start",
        "`temptrack serve`",
        serves(without_its_file),
        "with a whole bundle",
    ),
    Fault(
        "a bundle with junk as graph, at start",
        "`temptrack serve`",
        serves(junk_as_graph),
        "with a whole bundle",
    ),
    Fault(
        "a library's manifest is damaged",
        "overwritten under a server that has not read it yet",
        harmed(lambda path: path.write_bytes(b"not a manifest"), suffix=".manifest"),
        "from a backup, or by indexing again; the running server answers at once",
    ),
    Fault(
        "a library's data are cut off",
        "in half, likewise",
        harmed(halve, suffix=".lance"),
        "from a backup, or by indexing again; the running server answers at once",
    ),
    Fault(
        "a library's data are removed",
        "likewise",
        harmed(lambda path: path.unlink(), suffix=".lance"),
        "from a backup, or by indexing again; the running server answers at once",
    ),
    Fault(
        "a library's data are removed under a server that holds it",
        "after a question about it, which is asked again",
        removed_under_a_reader,
        "from a backup, or by indexing again; a server that is started meanwhile calls the library damaged",
    ),
    Fault(
        "damaged tokens at start",
        "the file holds half an object",
        bad_input("any token where those of the server are damaged"),
        "from a backup; until then nobody gets in",
    ),
    Fault(
        "damaged notes about servers, at a seat",
        "the file holds half a list",
        bad_input("damaged notes about servers"),
        "with a new `temptrack login`",
        lost="the notes",
    ),
    Fault(
        "a damaged entry of a seat's features",
        "cut off, changed, or of another kind",
        None,
        "by itself: the entry is removed and computed again",
        lost="time",
        shown_by="tests/unit/media/test_feature_cache.py::test_damaged_entry_is_a_miss_and_is_removed",
        caller="the answer",
        admin="nothing",
    ),
    Fault(
        "a file of music that went away",
        "a track is fetched",
        bad_input("sound of a track whose file is gone"),
        "when the file is back; the track is still suggested",
    ),
)

STARTS = (
    Fault(
        "a port that is taken", "by another server", bad_input("a port that is taken"), "with another port"
    ),
    Fault(
        "a port for metrics that is taken",
        "by another server",
        None,
        "with another port",
        shown_by="tests/integration/test_serving_operations.py::test_a_metrics_port_that_is_taken_is_told",
        caller="UNAVAILABLE METRICS_PORT",
        admin="the same, from the command",
    ),
    Fault(
        "a GPU that is wanted and not there",
        "`--require-gpu` where ONNX Runtime says that it has no CUDA",
        serves(no_gpu, "--require-gpu"),
        "with a GPU; the server does not fall back to the CPU",
    ),
    Fault(
        "an unknown key in the configuration",
        "queue_limt",
        bad_input("an option that is none"),
        "with the right name; `temptrack config check` says the same",
    ),
    Fault(
        "a wrong value in the configuration",
        "a queue of -1",
        bad_input("a queue of less than nothing"),
        "with a value in range",
    ),
    Fault(
        "a configuration that is no TOML",
        "a list that does not end",
        bad_input("a configuration that is no TOML"),
        "with the file mended",
    ),
    Fault(
        "a certificate that is not there",
        "--tls-certificate names no file",
        bad_input("a certificate that is not there"),
        "with the file; the server does not start without TLS",
    ),
    Fault(
        "listening to the whole network without signing in",
        "0.0.0.0",
        bad_input("listening to the whole network"),
        "with tokens or certificates, or told so in words",
    ),
)
