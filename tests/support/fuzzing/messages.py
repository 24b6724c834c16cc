"""Messages of strangers: requests of the services, and what comes over the pipe of the companion."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status
from pydantic import ValidationError

from panel.framing import Decoder, FramingError, encode
from support.fake_bundle import FakeBundle
from support.fuzzing.target import Reader, Target, after_a_byte
from support.serving import running
from support.stored_library import store_rows
from support.suggesters import LIBRARY, make_picture, make_rows
from temptrack import home
from temptrack.companion.faults import bad_params, error_object
from temptrack.companion.methods import PLACES, method_of
from temptrack.companion.pictures import Pictures
from temptrack.companion.server import CompanionServer
from temptrack.companion.suggest_messages import PlanParams
from temptrack.errors import InvalidRequest
from temptrack.library.report import IndexReport
from temptrack.library.store import LibraryStore, delete_library, library_names
from temptrack.library.types import TrackFilter
from temptrack.server.callers import RIGHT_OF_CALL
from temptrack.server.options import ServerOptions
from temptrack.server.pages import page
from temptrack.server.shelf import Shelf
from temptrack.server.workings import Workings
from temptrack.suggest.cue_report import CueReport
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.types import Query
from temptrack.wire import convert
from temptrack.wire.status import error_of
from temptrack_api.v1 import bundle_pb2, library_pb2, suggestion_pb2

CALLS = tuple(sorted(RIGHT_OF_CALL))
"""Every call of every service; the first byte of an input chooses one."""

_STREAMS = frozenset({"IndexLibrary", "StreamTrackAudio"})
_PATIENCE_S = 30.0
_COUNTS = ("found", "added", "updated", "moved", "unchanged", "shared", "removed")


def _request_of(call: str) -> type[Message]:
    modules = {
        "SuggestionService": suggestion_pb2,
        "LibraryService": library_pb2,
        "BundleService": bundle_pb2,
    }
    service, method = call.rsplit(".", 1)[1].split("/")
    found: type[Message] = getattr(modules[service], f"{method}Request")
    return found


def _requests() -> Iterator[Message]:
    bundle = FakeBundle()
    query = Query(
        library=LIBRARY,
        prompt="calm piano, no drums, 90-120 bpm",
        picture=make_picture(bundle),
        scope_s=Fraction(30),
        where=TrackFilter(tempo_min_bpm=60, key="A minor", licences=("CC0-1.0",), exclude_ids=("track-001",)),
        limit=3,
    )
    yield convert.query_to_message(query)
    yield suggestion_pb2.SuggestRequest(library=LIBRARY, reference_track_id="track-002", blind=True)
    report = CueReport(LIBRARY, "track-000", "removed", Fraction(1001, 24), Fraction(10), "cut", "Blender")
    yield convert.cue_report_to_message(report)
    picture = suggestion_pb2.Picture(jpeg=b"\xff\xd8\xff\xd9", repeats=1)
    yield suggestion_pb2.EncodeSegmentRequest(pictures=[picture], encoder_id=bundle.frame_encoder_id)
    yield bundle_pb2.GetBundleRequest()
    yield library_pb2.CreateLibraryRequest(name="other")
    yield library_pb2.ListLibrariesRequest(page_size=2, page_token="1.0")
    yield library_pb2.GetLibraryRequest(name=LIBRARY)
    yield library_pb2.IndexLibraryRequest(library=LIBRARY, folders=["/music/../.."])
    yield library_pb2.ListTracksRequest(library=LIBRARY, page_size=5, page_token="5.2")
    yield library_pb2.RemoveTracksRequest(library=LIBRARY, track_ids=["track-001", "none"])
    yield library_pb2.DeleteLibraryRequest(name=LIBRARY)
    yield library_pb2.StreamTrackAudioRequest(library=LIBRARY, track_id="track-003")


def _call_seeds() -> Iterator[bytes]:
    """Yield a byte that chooses the call, and its request."""
    for request in _requests():
        (number,) = [place for place, call in enumerate(CALLS) if isinstance(request, _request_of(call))]
        yield bytes([number]) + request.SerializeToString()


@contextmanager
def _requests_read(_scratch: Path) -> Iterator[Reader]:
    """Read requests as the services do first, without a server around them."""
    kinds = [_request_of(call) for call in CALLS]

    def read(data: bytes) -> object:
        kind = kinds[data[0] % len(kinds)] if data else kinds[0]
        message: Any = kind.FromString(data[1:])
        if isinstance(message, suggestion_pb2.SuggestRequest):
            query = convert.query_from_message(message)
            return convert.query_to_message(query)
        if isinstance(message, suggestion_pb2.ReportCueRequest):
            report = convert.cue_report_from_message(message)
            return convert.cue_report_to_message(report)
        if isinstance(message, library_pb2.ListTracksRequest | library_pb2.ListLibrariesRequest):
            return page(range(500), size=message.page_size, token=message.page_token, edition="2")
        return message

    yield read


@contextmanager
def _calls_answered(scratch: Path) -> Iterator[Reader]:
    """Send requests to a real server, over a socket, as bytes."""
    bundle = FakeBundle()
    music = scratch / "music"
    music.mkdir()
    options = ServerOptions(
        listen="127.0.0.1:0", drain_s=0, allow_roots=(music,), audit_log=scratch / "audit.jsonl", audit_mb=1
    )

    def load(shelf: Shelf) -> LocalSuggester:
        return LocalSuggester(bundle, shelf.reader, current_edition=shelf.edition, list_libraries=shelf.infos)

    def index(store: LibraryStore, *_others: object) -> IndexReport:
        return IndexReport.model_validate(
            {**dict.fromkeys(_COUNTS, 0), "library": store.name, "missing": (), "failed": ()}
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(home.ENVIRONMENT_VARIABLE, str(scratch / "home"))
        store_rows(LIBRARY, make_rows(bundle), bundle)
        with (
            running(options, Workings(load=load, index_folders=index)) as address,
            grpc.insecure_channel(address) as channel,
        ):
            calls = [_caller(channel, call) for call in CALLS]

            def read(data: bytes) -> object:
                number = data[0] % len(CALLS) if data else 0
                try:
                    return calls[number](data[1:])
                except grpc.RpcError as error:
                    status = rpc_status.from_call(error)
                    ours = None if status is None else error_of(status)
                    raise ours or AssertionError(f"{CALLS[number]} ended in {error}") from None
                finally:
                    _tidy(CALLS[number], bundle)

            yield read


def _caller(channel: grpc.Channel, call: str) -> Callable[[bytes], object]:
    if call.rpartition("/")[2] in _STREAMS:
        stream: Any = channel.unary_stream(call)
        return lambda data: list(stream(data, timeout=_PATIENCE_S))
    unary: Any = channel.unary_unary(call)
    return lambda data: unary(data, timeout=_PATIENCE_S)


def _tidy(call: str, bundle: FakeBundle) -> None:
    """Bring the libraries back to what every input finds."""
    if call.endswith(("/CreateLibrary", "/DeleteLibrary", "/RemoveTracks")):
        for name in library_names():
            if name != LIBRARY or call.endswith("/RemoveTracks"):
                delete_library(name)
        if LIBRARY not in library_names():
            store_rows(LIBRARY, make_rows(bundle), bundle)


class _Open(io.BytesIO):
    """A pipe whose content outlives it."""

    def close(self) -> None:
        """Stay open."""


def _pipe_seeds() -> Iterator[bytes]:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "libraries", "params": {}}
    yield encode(asked) + encode({"jsonrpc": "2.0", "method": "exit"})
    yield encode({**asked, "id": "a", "params": {"progress_token": 3}}) + encode(asked)
    yield encode({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}})
    yield encode({**asked, "method": "cancel", "params": {"id": 1}}) + encode({"id": 7, "result": None})
    yield b"Content-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


@contextmanager
def _pipe(_scratch: Path) -> Iterator[Reader]:
    """Let a companion read a pipe to its end. It is never introduced: that would start the engines."""

    def read(data: bytes) -> object:
        out = _Open()
        server = CompanionServer(io.BytesIO(data), out, end=lambda: None)
        try:
            server.serve()
        finally:
            server.close()
            answers = Decoder().feed(out.getvalue())
        for answer in answers:
            assert answer["error"]["code"] != -32603, answer
        return answers

    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(PLACES, "initialize")
        yield read


_METHODS = tuple(PLACES)


def _params_seeds() -> Iterator[bytes]:
    """Yield a byte that chooses the method, and its params as JSON."""
    strip: dict[str, object] = {"id": "1", "name": "one", "kind": "movie", "path": "/film/one.mov"}
    strip |= {"start_frames": 0, "end_frames": 48, "speed": "5/4"}
    lanes = [{"name": "V1", "strips": [strip]}]
    timeline = {"name": "cut", "rate": {"numerator": 24}, "start_frames": 0, "end_frames": 48, "lanes": lanes}
    params: dict[str, dict[str, object]] = {
        "plan": {"timeline": {"strips": timeline}, "scope": {"kind": "whole"}},
        "suggest": {"library": "stock", "prompt": "calm", "filters": {"key": "A minor"}, "limit": 3},
        "initialize": {
            "protocol": 1,
            "host": {"name": "a", "version": "1"},
            "plugin_version": "1",
            "process_id": 1,
        },
        "track/file": {"library": "stock", "track_id": "t1"},
        "cancel": {"id": 1},
    }
    for method, values in params.items():
        yield bytes([_METHODS.index(method)]) + json.dumps(values).encode()


@contextmanager
def _params(_scratch: Path) -> Iterator[Reader]:
    """Check the params of every method; a host's description of a timeline is laid out too."""

    def read(data: bytes) -> object:
        name = _METHODS[data[0] % len(_METHODS)] if data else "plan"
        try:
            values = json.loads(data[1:].decode("utf-8"))
        except (ValueError, RecursionError):
            raise InvalidRequest("No JSON: the reader of the pipe refuses it.", reason="BAD_PARAMS") from None
        try:
            params = method_of(name).params.model_validate(values if isinstance(values, dict) else {})
        except ValidationError as error:
            wrong = bad_params(name, error)
            encode(error_object(wrong).model_dump())
            raise wrong from error
        timeline = getattr(params, "timeline", None)
        if isinstance(params, PlanParams) and timeline is not None and timeline.strips is not None:
            return Pictures().of(timeline, params.scope, (), params.path_map or ())
        return params

    yield read


@contextmanager
def _panel(_scratch: Path) -> Iterator[Reader]:
    def read(data: bytes) -> object:
        decoder = Decoder()
        return [message for byte in range(0, len(data), 7) for message in decoder.feed(data[byte : byte + 7])]

    yield read


_JSON = (
    b'"id"',
    b'"method"',
    b'"params"',
    b"null",
    b"1e999",
    b"NaN",
    b"[[[[[[[[",
    b'"\\ud800"',
    b'"jsonrpc":"2.0"',
)
_FRAME = (b"Content-Length: ", b"\r\n\r\n", b"\r\n", b"content-length:", b"99999999999")
_STRIPS = tuple(
    f'"{word}"'.encode()
    for word in (
        "timeline",
        "strips",
        "lanes",
        "kind",
        "meta",
        "rate",
        "retiming",
        "scope",
        "items",
        "path",
        "files",
    )
)

TARGETS = (
    Target("requests", _requests_read, _call_seeds, refusals=(DecodeError,), share=4000),
    Target("calls", _calls_answered, _call_seeds, sockets=True, share=40),
    Target("pipe", _pipe, _pipe_seeds, words=_FRAME + _JSON, share=500),
    Target("params", _params, _params_seeds, words=_JSON + _STRIPS, share=600, json_start=after_a_byte),
    Target("panel", _panel, _pipe_seeds, words=_FRAME + _JSON, refusals=(FramingError,), share=800),
)
