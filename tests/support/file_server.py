"""A web server of files that can be told to misbehave, one request after the other."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Fault:
    """What a server does with one request instead of answering it well.

    Attributes:
        status: what to answer instead of 200 or 206.
        headers: to send with it.
        cut_after: how many bytes of the file to send before closing the connection; the length promises all.
        hold_after: how many bytes to send before waiting for ``FileServer.release``.
        ranges: whether a wish for a part of the file is heard.
        flip_at: a byte of the file to send wrong.
        body: what to send instead of the file.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    hold_after: int | None = None
    ranges: bool = True
    flip_at: int | None = None
    body: bytes | None = None


@dataclass
class Heard:
    """A request: the path, and the first byte asked for where one was."""

    path: str
    start_byte: int | None


class FileServer:
    """Files by path, and what happens to the next requests.

    Attributes:
        url: where it listens.
        faults: taken by one request each, in order; then every request is answered well.
        heard: the requests so far.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.faults: deque[Fault] = deque()
        self.heard: list[Heard] = []
        self.holding, self.release = threading.Event(), threading.Event()
        self.url = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        wish = handler.headers.get("Range", "")
        start = int(wish.removeprefix("bytes=").removesuffix("-")) if wish else None
        self.heard.append(Heard(handler.path, start))
        fault = self.faults.popleft() if self.faults else Fault()
        content = self.files.get(handler.path.removeprefix("/")) if fault.body is None else fault.body
        if content is None or fault.status is not None:
            _head(handler, fault.status or 404, {"Content-Length": "0", **fault.headers})
            return
        if fault.flip_at is not None:
            content = bytes(byte ^ (at == fault.flip_at) for at, byte in enumerate(content))
        if start is None or not fault.ranges:
            part, status, headers = content, 200, {}
        elif start >= len(content):
            _head(handler, 416, {"Content-Range": f"bytes */{len(content)}", "Content-Length": "0"})
            return
        else:
            part, status = content[start:], 206
            headers = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        _head(handler, status, {"Content-Length": str(len(part)), **headers, **fault.headers})
        if fault.hold_after is not None:
            handler.wfile.write(part[: fault.hold_after])
            self.holding.set()
            self.release.wait()
            part = part[fault.hold_after :]
        handler.wfile.write(part if fault.cut_after is None else part[: fault.cut_after])


def _head(handler: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str]) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()


@contextmanager
def serving(files: Mapping[str, bytes]) -> Iterator[FileServer]:
    """Serve files on the loopback interface."""
    files_served = FileServer(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                files_served.answer(self)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        files_served.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield files_served
        finally:
            files_served.release.set()
            server.shutdown()
            thread.join()
