"""Calls that come at a bad time, in bad shape, or from somebody who stops listening."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import grpc

from support.bombs import jpeg_bomb
from support.fake_server import fake_workings
from support.faults.fault import Fault, FaultPlace, bad_input, refused
from support.planted_tracks import planted, planted_library
from support.serving import PATIENCE_S, DoubleSuggester, holding_the_device, running, serving
from temptrack import errors
from temptrack.client.connection import Connection
from temptrack.client.library_client import LibraryClient
from temptrack.client.remote import RemoteSuggester
from temptrack.server import app
from temptrack.server.options import ServerOptions
from temptrack.suggest.types import Query
from temptrack_api.v1 import suggestion_pb2, suggestion_pb2_grpc

QUERY = Query(library="stock", prompt="calm")
SUGGEST = "/temptrack_api.v1.SuggestionService/Suggest"
REQUEST = suggestion_pb2.SuggestRequest(library="stock", prompt="calm")


def options(**given: object) -> ServerOptions:
    return ServerOptions.model_validate({"listen": "127.0.0.1:0", "drain_s": 0, **given})


def ask(address: str, deadline_s: float = PATIENCE_S) -> object:
    with RemoteSuggester(address, deadline_s=deadline_s) as remote:
        return remote.suggest(QUERY)


@contextmanager
def waiting_call(place: FaultPlace, address: str) -> Iterator["grpc.Future[object]"]:
    """Have a call wait in the line of a server whose device is busy."""
    with grpc.insecure_channel(address) as channel:
        call = suggestion_pb2_grpc.SuggestionServiceStub(channel).Suggest.future(REQUEST, timeout=PATIENCE_S)
        place.told.wait_for("in the queue of the device")
        yield call
        with suppress(grpc.FutureCancelledError):
            call.exception(PATIENCE_S)


def full_queue(place: FaultPlace) -> errors.TemptrackError:
    double = DoubleSuggester()
    with serving(double, options=options(queue_limit=0)) as address:
        with holding_the_device(double, address):
            error = refused(lambda: ask(address))
        ask(address)
    return error


def too_many_calls(_place: FaultPlace) -> errors.TemptrackError:
    double = DoubleSuggester()
    with serving(double, options=options(call_limit=1)) as address:
        with holding_the_device(double, address):
            error = refused(lambda: ask(address))
        ask(address)
    return error


def expires_in_the_queue(place: FaultPlace) -> errors.TemptrackError:
    double = DoubleSuggester()
    with serving(double) as address:
        with holding_the_device(double, address):
            error = refused(lambda: ask(address, deadline_s=1.5))
            place.told.wait_for("gave up before it reached the device")
        assert double.queries == []
        ask(address)
    return error


def cancelled_in_the_queue(place: FaultPlace) -> str:
    double = DoubleSuggester()
    with serving(double) as address:
        with holding_the_device(double, address), waiting_call(place, address) as call:
            call.cancel()
            place.told.wait_for("gave up before it reached the device")
        assert double.queries == []
        ask(address)
    return "CANCELLED, made by the caller"


def cancelled_at_work(_place: FaultPlace) -> str:
    double = DoubleSuggester()
    double.gate.clear()
    with serving(double) as address:
        with grpc.insecure_channel(address) as channel:
            call = suggestion_pb2_grpc.SuggestionServiceStub(channel).Suggest.future(REQUEST)
            assert double.started.wait(PATIENCE_S)
            call.cancel()
            double.gate.set()
        # The turn of the work that nobody waits for is given back: only one may work at a time.
        ask(address)
    return "CANCELLED, made by the caller"


def unread_stream(place: FaultPlace) -> errors.TemptrackError:
    """Begin to fetch a track and read nothing more of it."""
    sound = place.write("music/a.wav", bytes(32 * 2**20))
    record = planted(0)
    at = replace(record.file, path=str(sound), root=str(sound.parent))
    planted_library([replace(record, file=at)], name="stock")
    with running(options(deadline_s=0.3, call_limit=1), fake_workings()) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        client = LibraryClient(connection)
        _, _, parts = client.audio("stock", record.id)
        next(parts)
        place.told.wait_for("has read nothing")
        error = refused(lambda: sum(map(len, parts)))
        # The one call that may be under way is free again.
        _, size_bytes, parts = client.audio("stock", record.id)
        assert sum(map(len, parts)) == size_bytes
        connection.close()
    return error


def connects(hello: bytes) -> Callable[[FaultPlace], str]:
    """Connect many times and say no more than this."""

    def provoke(place: FaultPlace) -> str:
        kept = [pair for pair in app._CHANNEL_OPTIONS if pair[0] != "grpc.server_handshake_timeout_ms"]
        place.patch.setattr(app, "_CHANNEL_OPTIONS", (*kept, ("grpc.server_handshake_timeout_ms", 300)))
        with serving(DoubleSuggester()) as address:
            host, port = address.split(":")
            silent = [socket.create_connection((host, int(port)), PATIENCE_S) for _ in range(100)]
            for one in silent:
                one.sendall(hello)
            ask(address)
            for one in silent:
                with suppress(ConnectionResetError):
                    while one.recv(4096):
                        pass
                one.close()
            ask(address)
        return "a connection that the server closes; others get their answers"

    return provoke


def sends(method: str, content: bytes, *, heals: bool = True) -> Callable[[FaultPlace], str]:
    """Send bytes past the client's own checks."""

    def provoke(_place: FaultPlace) -> str:
        unlimited = [("grpc.max_send_message_length", -1)]
        with serving(DoubleSuggester()) as address:
            with grpc.insecure_channel(address, options=unlimited) as channel:
                try:
                    channel.unary_unary(method, bytes)(content, timeout=PATIENCE_S)
                    told = ""
                except grpc.RpcError as failure:
                    told = f"{failure.code().name}: {failure.details()}"
            ask(address)
        return told

    return provoke


def newer_field(_place: FaultPlace) -> None:
    newer = REQUEST.SerializeToString() + b"\xfa\x3f\x03new"
    with serving(DoubleSuggester()) as address, grpc.insecure_channel(address) as channel:
        channel.unary_unary(SUGGEST, bytes, lambda answer: answer)(newer, timeout=PATIENCE_S)


def bomb(_place: FaultPlace) -> errors.TemptrackError:
    double = DoubleSuggester()
    picture = suggestion_pb2.Picture(jpeg=jpeg_bomb(30_000), repeats=1)
    with serving(double) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        stub = suggestion_pb2_grpc.SuggestionServiceStub(connection.channel)
        request = suggestion_pb2.EncodeSegmentRequest(pictures=[picture])
        error = refused(lambda: connection.call(stub.EncodeSegment, request))
        connection.close()
        ask(address)
    assert double.encoded == []
    return error


_AGAIN = "by itself: the next call is answered"
_FREE = "by itself, once the line has moved on"

LOAD = (
    Fault(
        "the line before the device is full", "a call while one works and none may wait", full_queue, _FREE
    ),
    Fault("too many calls under way", "a second call where one may be under way", too_many_calls, _FREE),
    Fault(
        "one caller makes too many calls",
        "a second call where one is allowed",
        bad_input("a second call where one is allowed"),
        "by itself, after the time that the answer names; other callers notice nothing",
        shown_by="tests/integration/test_serving_trust.py::"
        "test_a_caller_of_too_many_calls_is_held_and_another_is_not",
    ),
    Fault("a deadline passes in the line", "the device is busy for longer", expires_in_the_queue, _AGAIN),
    Fault("a caller cancels in the line", "the device is busy meanwhile", cancelled_in_the_queue, _AGAIN),
    Fault(
        "a caller cancels while the device works for it",
        "where one call may work at a time",
        cancelled_at_work,
        "by itself: the run of the graph ends, and its turn is given back",
    ),
    Fault(
        "an answer takes longer than the server allows",
        "the caller set no shorter deadline",
        bad_input("an answer later than the server allows"),
        _AGAIN,
    ),
    Fault(
        "a caller dies while its index run goes on",
        "the stream of progress is cut",
        None,
        "by itself: the run stops, and the library takes the next one",
        lost="nothing: what was indexed until then stays",
        shown_by="tests/integration/test_serving_libraries.py::"
        "test_a_caller_that_goes_away_stops_the_run_and_meanwhile_nobody_else_may",
        caller="nothing any more; others meanwhile FAILED_PRECONDITION INDEX_RUNNING",
        admin="info: Refused INDEX_RUNNING",
    ),
    Fault(
        "a caller stops reading a track",
        "a second of silence where 0.3 s are allowed and one call may be under way",
        unread_stream,
        "by itself: the file is closed and the place of the call is free",
    ),
    Fault(
        "connections that say nothing",
        "100 of them, given up after 0.3 s instead of 20",
        connects(b""),
        _AGAIN,
    ),
    Fault(
        "connections that stop after half a greeting",
        "100 that send the first line of HTTP/2",
        connects(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        _AGAIN,
    ),
)

SENT = (
    Fault(
        "a message of 100 MB", "sent past the client's own check", sends(SUGGEST, bytes(100 * 2**20)), _AGAIN
    ),
    Fault("a question of 16 MB", "by the client", bad_input("a message beyond 16 MB"), _AGAIN),
    Fault("bytes that are no message", "four of them", sends(SUGGEST, b"\xff" * 4), _AGAIN),
    Fault("65 pictures in a segment", "64 are allowed", bad_input("65 pictures in a segment"), _AGAIN),
    Fault("a PNG bomb", "30,000 pixels square", bad_input("a picture of 30000 x 30000 pixels"), _AGAIN),
    Fault("a JPEG bomb", "30,000 pixels square", bomb, _AGAIN),
    Fault("a picture cut off", "after 40 bytes", bad_input("a picture cut off"), _AGAIN),
    Fault("a picture of 2 MB", "1 MB is allowed", bad_input("a picture of 2 MB"), _AGAIN),
    Fault(
        "a newer client with a field that the server does not know",
        "a question with such a field",
        newer_field,
        "needs nothing: the field is passed over",
        lost="what the field asked for; clients see the server's version in `temptrack doctor --server`",
    ),
    Fault(
        "a newer client with a call that the server does not know",
        "a method of this service that is none",
        sends("/temptrack_api.v1.SuggestionService/Compose", b""),
        "with a newer server",
    ),
    Fault(
        "an older server that knows no reports of cues",
        "a cue is placed and reported",
        None,
        "with a newer server",
        lost="the line of the audit log",
        shown_by="tests/integration/test_serving_strangers.py::"
        "test_a_server_of_before_reports_of_cues_is_no_stranger",
        caller="UNIMPLEMENTED CUE_REPORTS_UNKNOWN; the seat goes on, the timeline stands",
        admin="nothing",
    ),
    Fault(
        "an older client, or one with another encoder",
        "pictures meant for another frame encoder",
        bad_input("pictures for another encoder"),
        "the client asks what is served and encodes anew; features of two encoders never mix",
    ),
)
