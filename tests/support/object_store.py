"""An object store on this machine that speaks S3, and that can be away for a while."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

BUCKET = "music"


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class ObjectStore:
    """Keeps what was put while it is away. Requests are served one by one: a put if absent is atomic.

    Attributes:
        writes: method, path and the condition (If-None-Match) of every request that writes.
        goes_away_at: asked at each write; "before" or "after" it the store leaves without answering.
    """

    def __init__(self) -> None:
        self.writes: list[tuple[str, str, str]] = []
        self.goes_away_at: Callable[[str], Literal["", "before", "after"]] = lambda _path: ""
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer | None = None
        self._thread = threading.Thread()
        self._port = 0
        self._is_away = False

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which every tool finds an S3 store."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "suite",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }

    def start(self) -> None:
        """Answer, at the same address as before."""
        self._is_away = False
        self.goes_away_at = lambda _path: ""
        self._server = make_server("127.0.0.1", self._port, self, request_handler=_Quiet)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        """Go away: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        leaves = ""
        if method in {"PUT", "POST", "DELETE"} and not self._is_away:
            self.writes.append((method, path, environ.get("HTTP_IF_NONE_MATCH", "")))
            leaves = self.goes_away_at(path)
        if leaves == "after":
            b"".join(self._app(environ, lambda *_answer: None))
        if self._is_away or leaves:
            self._is_away = True
            # Neither a status nor a body: the other side sees the connection end.
            environ["werkzeug.socket"].close()
            raise ConnectionError
        return self._app(environ, start_response)  # type: ignore[no-any-return]


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Run a store with a bucket, and let this process and its children find it."""
    store = ObjectStore()
    store.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in store.environment.items():
                patch.setenv(name, value)
            _make_bucket(store)
            yield store
    finally:
        store.stop()


def _make_bucket(store: ObjectStore) -> None:
    import urllib.request

    request = urllib.request.Request(f"{os.environ['AWS_ENDPOINT_URL']}/{BUCKET}", method="PUT")
    urllib.request.urlopen(request).close()
    store.writes.clear()
