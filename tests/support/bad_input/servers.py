"""Servers that are not there, and what no server takes."""

import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import numpy as np

from support.bad_input.case import Case, Outcome, Place, command, served
from support.serving import ENCODER_ID, PATIENCE_S, SIZE_PX, DoubleSuggester, no_index, running, serving
from temptrack.client.health import check_health
from temptrack.client.remote import RemoteSuggester
from temptrack.server.options import ServerOptions
from temptrack.server.workings import Workings
from temptrack.suggest.types import Query
from temptrack.wire import limits
from temptrack_api.v1 import suggestion_pb2, suggestion_pb2_grpc

QUERY = Query(library="stock", prompt="calm")


def closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
    return port


def unreachable(place: Place) -> Outcome:
    words = ("suggest", "-l", "stock", "-p", "calm", "--server", f"127.0.0.1:{closed_port()}")
    return command(*words)(place)


def unknown_host(_place: Place) -> object:
    with RemoteSuggester("no-such-host.invalid:7353") as remote:
        return remote.suggest(QUERY)


def silent(_place: Place) -> object:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        with RemoteSuggester(address, deadline_s=0.5) as remote:
            return remote.info()


def expired(_place: Place) -> object:
    double = DoubleSuggester()
    double.gate.clear()
    with serving(double) as address, RemoteSuggester(address, deadline_s=1.5) as remote:
        try:
            return remote.suggest(QUERY)
        finally:
            double.gate.set()


def expired_at_the_server(_place: Place) -> object:
    double = DoubleSuggester()
    double.gate.clear()
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, deadline_s=0.2)
    with serving(double, options=options) as address, RemoteSuggester(address) as remote:
        try:
            return remote.suggest(QUERY)
        finally:
            double.gate.set()


def web_server(_place: Place) -> object:
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with RemoteSuggester(f"127.0.0.1:{server.server_port}", deadline_s=PATIENCE_S) as remote:
                return remote.info()
        finally:
            server.shutdown()
            thread.join(PATIENCE_S)


@contextmanager
def starting_server() -> Iterator[str]:
    double, loaded = DoubleSuggester(), threading.Event()

    def load(_shelf: object) -> DoubleSuggester:
        loaded.wait(PATIENCE_S)
        return double

    workings = Workings(load=load, index_folders=no_index)
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0)
    with running(options, workings, loaded=False) as address:
        try:
            yield address
        finally:
            loaded.set()


def starting(_place: Place) -> object:
    with starting_server() as address, RemoteSuggester(address) as remote:
        return remote.info()


def health_of_one_that_starts(_place: Place) -> None:
    with starting_server() as address:
        check_health(address, deadline_s=PATIENCE_S)


def taken_port(_place: Place) -> object:
    workings = Workings(load=lambda _shelf: DoubleSuggester(), index_folders=no_index)
    with serving(DoubleSuggester()) as address, running(ServerOptions(listen=address), workings):
        return address


def suggests(query: Query) -> Callable[[Place], Outcome]:
    def attempt(place: Place) -> object:
        with place.remote() as remote:
            return remote.suggest(query)

    return served(attempt)


def encodes(request: suggestion_pb2.EncodeSegmentRequest) -> Callable[[Place], Outcome]:
    def attempt(place: Place) -> object:
        with place.server() as connection:
            stub = suggestion_pb2_grpc.SuggestionServiceStub(connection.channel)
            return connection.call(stub.EncodeSegment, request)

    return served(attempt)


def pictures(
    *contents: bytes, encoder_id: str = ENCODER_ID, repeats: int = 1
) -> suggestion_pb2.EncodeSegmentRequest:
    return suggestion_pb2.EncodeSegmentRequest(
        pictures=[suggestion_pb2.Picture(png=content, repeats=repeats) for content in contents],
        encoder_id=encoder_id,
    )


def png(size_px: int = SIZE_PX) -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.zeros((size_px, size_px, 3), dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def taken_metrics_port(place: Place) -> Outcome:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        return command("serve", "--listen", "127.0.0.1:0", "--metrics", address)(place)


SERVERS = (
    Case("a server that is not there", unreachable),
    Case("a host that is unknown", served(unknown_host)),
    Case(
        "an address with a wrong port", command("suggest", "-l", "s", "-p", "x", "--server", "studio:99999")
    ),
    Case("a machine that accepts and stays silent", served(silent)),
    Case("an answer later than the caller waits", served(expired)),
    Case("an answer later than the server allows", served(expired_at_the_server)),
    Case("a deadline of no time", served(lambda _place: RemoteSuggester("127.0.0.1:1", deadline_s=0))),
    Case("a web server on the port", served(web_server)),
    Case("a server that is still loading", served(starting)),
    Case("the health of a server that is still loading", served(health_of_one_that_starts)),
    Case("a port that is taken", served(taken_port)),
    Case("a port for metrics that is taken", taken_metrics_port),
    Case("listening to the whole network", command("serve", "--listen", "0.0.0.0:7353")),
    Case("a root to allow that is not there", command("serve", "--allow-root", "FOLDER/no")),
    Case("a message beyond 16 MB", suggests(Query(library="stock", prompt="x" * limits.MAX_MESSAGE_BYTES))),
    Case("a limit of 41 bits", suggests(Query(library="stock", prompt="calm", limit=2**40))),
    Case("no pictures in a segment", encodes(pictures())),
    Case("65 pictures in a segment", encodes(pictures(*[png()] * 65))),
    Case("a picture cut off", encodes(pictures(png()[:40]))),
    Case("a picture without bytes", encodes(pictures(b""))),
    Case("a picture of 2 MB", encodes(pictures(bytes(2 * 2**20)))),
    Case("a picture of another size", encodes(pictures(png(17)))),
    Case("a picture that stands for nothing", encodes(pictures(png(), repeats=0))),
    Case("pictures for another encoder", encodes(pictures(png(), encoder_id="other-frames-1"))),
)
