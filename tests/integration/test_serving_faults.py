"""What goes wrong between a client and a server, over real sockets: each fault has its own error."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import numpy as np
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from support.serving import (
    PATIENCE_S,
    SIZE_PX,
    DoubleSuggester,
    holding_the_device,
    serving,
)
from temptrack import errors
from temptrack.client.connection import Connection
from temptrack.client.library_client import LibraryClient
from temptrack.client.remote import RemoteSuggester
from temptrack.server.options import ServerOptions
from temptrack.suggest.types import Query
from temptrack.wire import limits
from temptrack.wire.status import STATUS_OF_ERROR
from temptrack_api.v1 import library_pb2, library_pb2_grpc, suggestion_pb2, suggestion_pb2_grpc

QUERY = Query(library="stock", prompt="calm")
FRAMES = np.zeros((1, SIZE_PX, SIZE_PX, 3), dtype=np.uint8)


@pytest.fixture
def double() -> DoubleSuggester:
    return DoubleSuggester()


@pytest.fixture
def address(double: DoubleSuggester) -> Iterator[str]:
    with serving(double) as where:
        yield where


@pytest.fixture
def remote(address: str) -> Iterator[RemoteSuggester]:
    with RemoteSuggester(address, deadline_s=PATIENCE_S) as suggester:
        yield suggester


@pytest.fixture
def raw(address: str) -> Iterator[suggestion_pb2_grpc.SuggestionServiceStub]:
    with grpc.insecure_channel(address) as channel:
        yield suggestion_pb2_grpc.SuggestionServiceStub(channel)


@pytest.mark.parametrize("kind", STATUS_OF_ERROR)
def test_an_error_of_the_engine_arrives_as_it_was_raised(
    kind: type[errors.TemptrackError], double: DoubleSuggester, remote: RemoteSuggester
) -> None:
    double.failure = kind("Über 'x' failed.", reason="SOME_REASON", hint="Do that.", metadata={"path": "/é"})
    with pytest.raises(errors.TemptrackError) as caught:
        remote.suggest(QUERY)
    error = caught.value
    assert type(error) is kind
    assert (error.message, error.reason, error.hint) == ("Über 'x' failed.", "SOME_REASON", "Do that.")
    assert error.metadata["path"] == "/é"
    assert error.exit_code == kind.exit_code


def test_an_error_too_long_for_the_wire_arrives_shortened(
    double: DoubleSuggester, remote: RemoteSuggester
) -> None:
    double.failure = errors.NotFound(
        "𝄞" * 100_000, hint="h" * 100_000, metadata={f"key{n}": "é" * 10_000 for n in range(50)}
    )
    with pytest.raises(errors.NotFound) as caught:
        remote.suggest(QUERY)
    assert caught.value.message.startswith("𝄞" * 200)
    assert caught.value.message.endswith("…")


def test_a_bug_arrives_as_a_log_id_and_nothing_of_its_inside(
    double: DoubleSuggester, remote: RemoteSuggester, caplog: pytest.LogCaptureFixture
) -> None:
    double.failure = KeyError("/secret/path")
    with pytest.raises(errors.TemptrackError) as caught:
        remote.suggest(QUERY)
    assert type(caught.value) is errors.TemptrackError
    assert "secret" not in str(caught.value) + repr(caught.value.metadata)
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert caught.value.metadata["log_id"] in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[0] is KeyError
    caplog.clear()


def test_errors_carry_the_details_other_languages_look_for(
    double: DoubleSuggester, raw: suggestion_pb2_grpc.SuggestionServiceStub
) -> None:
    double.failure = errors.Overloaded("Too much.", hint="Wait.")
    with pytest.raises(grpc.RpcError) as caught:
        raw.Suggest(suggestion_pb2.SuggestRequest(library="stock", prompt="calm"))
    status = rpc_status.from_call(caught.value)
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(retry)
    assert (info.domain, info.reason, info.metadata["hint"]) == ("temptrack", "OVERLOADED", "Wait.")
    assert retry.retry_delay.ToMilliseconds() > 0


def test_an_expired_deadline_is_told_and_the_work_never_reaches_the_device(
    double: DoubleSuggester, address: str, dropped: threading.Event
) -> None:
    with holding_the_device(double, address), RemoteSuggester(address, deadline_s=1.5) as hasty:
        with pytest.raises(errors.DeadlineExceeded) as caught:
            hasty.suggest(QUERY)
        assert dropped.wait(PATIENCE_S)
    assert "1.5 s" in caught.value.message
    assert double.queries == []


def test_a_cancelled_call_is_told_and_the_work_never_reaches_the_device(
    double: DoubleSuggester,
    address: str,
    raw: suggestion_pb2_grpc.SuggestionServiceStub,
    dropped: threading.Event,
    queued: threading.Event,
) -> None:
    with holding_the_device(double, address):
        queued.clear()
        call = raw.Suggest.future(suggestion_pb2.SuggestRequest(library="stock", prompt="calm"))
        assert queued.wait(PATIENCE_S)
        call.cancel()
        assert dropped.wait(PATIENCE_S)
    assert double.queries == []


class Stopping(library_pb2_grpc.LibraryServiceServicer):
    """Says to its first calls what gRPC says for a server that stops before it takes them."""

    def __init__(self, *, refusals: int) -> None:
        self.refusals = refusals

    def ListLibraries(  # noqa: N802 - the name is the protocol's
        self, request: Any, context: grpc.ServicerContext
    ) -> library_pb2.ListLibrariesResponse:
        if self.refusals:
            self.refusals -= 1
            context.abort(grpc.StatusCode.CANCELLED, "CANCELLED")
        return library_pb2.ListLibrariesResponse()

    CreateLibrary = ListLibraries


@pytest.fixture
def stopping() -> Iterator[tuple[Stopping, LibraryClient]]:
    servicer = Stopping(refusals=1)
    with ThreadPoolExecutor(1) as workers:
        server = grpc.server(workers)
        library_pb2_grpc.add_LibraryServiceServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        connection = Connection(f"127.0.0.1:{port}", deadline_s=PATIENCE_S)
        yield servicer, LibraryClient(connection)
        connection.close()
        server.stop(None).wait(PATIENCE_S)


def test_what_a_stopping_server_never_took_is_asked_again(stopping: tuple[Stopping, LibraryClient]) -> None:
    servicer, client = stopping
    assert client.list_libraries() == []
    assert servicer.refusals == 0


def test_what_may_not_be_done_twice_is_not_asked_again(stopping: tuple[Stopping, LibraryClient]) -> None:
    _, client = stopping
    with pytest.raises(errors.Unavailable) as caught:
        client.create_library("stock")
    assert caught.value.reason == "STOPPING"


def test_closing_the_client_cancels_its_calls(
    double: DoubleSuggester, address: str, dropped: threading.Event, queued: threading.Event
) -> None:
    outcome: list[errors.TemptrackError] = []
    remote = RemoteSuggester(address, deadline_s=PATIENCE_S)

    def ask() -> None:
        try:
            remote.suggest(QUERY)
        except errors.TemptrackError as error:
            outcome.append(error)

    with holding_the_device(double, address):
        queued.clear()
        asking = threading.Thread(target=ask)
        asking.start()
        assert queued.wait(PATIENCE_S)
        remote.close()
        asking.join(PATIENCE_S)
        assert dropped.wait(PATIENCE_S)
    assert [type(error) for error in outcome] == [errors.Cancelled]
    assert double.queries == []


def test_the_server_ends_calls_whose_callers_would_wait_for_ever(double: DoubleSuggester) -> None:
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, deadline_s=0.2)
    double.gate.clear()
    with serving(double, options=options) as address, RemoteSuggester(address) as remote:
        with pytest.raises(errors.DeadlineExceeded) as caught:
            remote.suggest(QUERY)
        double.gate.set()
    assert "0.2 s" in caught.value.message


def test_a_full_queue_refuses_and_says_when_to_come_back(
    double: DoubleSuggester, queued: threading.Event
) -> None:
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, queue_limit=1)
    with serving(double, options=options) as address, grpc.insecure_channel(address) as channel:
        stub = suggestion_pb2_grpc.SuggestionServiceStub(channel)
        with holding_the_device(double, address):
            queued.clear()
            waiting = stub.Suggest.future(suggestion_pb2.SuggestRequest(library="stock", prompt="second"))
            assert queued.wait(PATIENCE_S)
            with RemoteSuggester(address) as remote, pytest.raises(errors.Overloaded) as caught:
                remote.suggest(QUERY)
        assert waiting.result(PATIENCE_S).considered == 1
    assert caught.value.reason == "QUEUE_FULL"
    assert float(caught.value.metadata["retry_after_s"]) > 0


def test_too_many_calls_at_once_are_refused(double: DoubleSuggester) -> None:
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, call_limit=1)
    with (
        serving(double, options=options) as address,
        holding_the_device(double, address),
        RemoteSuggester(address) as remote,
        pytest.raises(errors.Overloaded) as caught,
    ):
        remote.suggest(QUERY)
    assert address in caught.value.message
    assert double.queries == []


def test_a_message_beyond_the_limit_is_refused(
    double: DoubleSuggester, remote: RemoteSuggester, raw: suggestion_pb2_grpc.SuggestionServiceStub
) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        remote.suggest(Query(library="stock", prompt="x" * limits.MAX_MESSAGE_BYTES))
    assert caught.value.reason == "MESSAGE_TOO_LARGE"
    with pytest.raises(grpc.RpcError) as refused:
        raw.Suggest(suggestion_pb2.SuggestRequest(prompt="x" * limits.MAX_MESSAGE_BYTES))
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert double.queries == []


def test_bytes_that_are_no_message_are_refused_in_words(address: str) -> None:
    with grpc.insecure_channel(address) as channel:
        path = "/temptrack_api.v1.SuggestionService/Suggest"
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path, bytes)
        with pytest.raises(grpc.RpcError) as caught:
            call(b"\xff\xff\xff\xff")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "4 bytes" in str(caught.value.details())


@pytest.mark.parametrize(
    "query",
    [
        Query(library="stock", prompt="lone \ud800 surrogate"),
        Query(library="stock", prompt="calm", limit=2**40),
    ],
    ids=["no Unicode", "limit of 41 bits"],
)
def test_what_does_not_fit_the_wire_is_refused(query: Query, remote: RemoteSuggester) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        remote.suggest(query)
    assert caught.value.reason == "NOT_SENDABLE"


@pytest.fixture
def dropped(caplog: pytest.LogCaptureFixture) -> Iterator[threading.Event]:
    """Is set when a call gives up before it reaches the device."""
    with heard("gave up before it reached the device", caplog) as event:
        yield event


@pytest.fixture
def queued(caplog: pytest.LogCaptureFixture) -> Iterator[threading.Event]:
    """Is set when a call joins the queue of the device."""
    with heard("in the queue of the device", caplog) as event:
        yield event


@contextmanager
def heard(words: str, caplog: pytest.LogCaptureFixture) -> Iterator[threading.Event]:
    event = threading.Event()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if words in record.getMessage():
                event.set()

    logger = logging.getLogger("temptrack.server")
    listener = Listener()
    logger.addHandler(listener)
    with caplog.at_level(logging.DEBUG, logger=logger.name):
        yield event
    logger.removeHandler(listener)
