"""Servers that are not there, or are not ours."""

import http.server
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from fractions import Fraction

import grpc
import pytest

from support.serving import PATIENCE_S, DoubleSuggester, no_index, running, serving
from temptrack import errors
from temptrack.client.remote import RemoteSuggester
from temptrack.server.options import ServerOptions
from temptrack.server.workings import Workings
from temptrack.suggest.cue_report import CueReport
from temptrack.suggest.types import Query

QUERY = Query(library="stock", prompt="calm")


def reason_of_info(address: str) -> str:
    with (
        RemoteSuggester(address, deadline_s=PATIENCE_S) as remote,
        pytest.raises(errors.Unavailable) as caught,
    ):
        remote.info()
    return caught.value.reason


def test_nobody_listening_is_unavailable_with_the_next_step() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with RemoteSuggester(f"127.0.0.1:{port}") as remote, pytest.raises(errors.Unavailable) as caught:
        remote.suggest(QUERY)
    assert caught.value.reason == "UNREACHABLE"
    assert f"127.0.0.1:{port}" in caught.value.message
    assert "temptrack serve" in caught.value.hint


def test_a_name_that_does_not_resolve_is_unavailable() -> None:
    with RemoteSuggester("no-such-host.invalid:7353") as remote, pytest.raises(errors.Unavailable) as caught:
        remote.info()
    assert caught.value.reason == "UNREACHABLE"


def test_a_port_that_accepts_and_stays_silent_costs_the_deadline_and_no_more() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        with (
            RemoteSuggester(f"127.0.0.1:{port}", deadline_s=0.5) as remote,
            pytest.raises(errors.DeadlineExceeded) as caught,
        ):
            remote.info()
    assert "0.5 s" in caught.value.message


def test_a_web_server_on_the_port_is_told_apart() -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            reason = reason_of_info(f"127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join(PATIENCE_S)
    assert reason == "NOT_TEMPTRACK"


def test_a_server_that_does_not_know_the_call_is_told_apart() -> None:
    with bare_grpc_server() as address:
        assert reason_of_info(address) == "NOT_TEMPTRACK"


def test_a_server_of_before_reports_of_cues_is_no_stranger() -> None:
    report = CueReport("stock", "t1", "inserted", Fraction(0), Fraction(10))
    with (
        bare_grpc_server() as address,
        RemoteSuggester(address) as remote,
        pytest.raises(errors.NotSupported) as caught,
    ):
        remote.report_cue(report)
    assert caught.value.reason == "CUE_REPORTS_UNKNOWN"


def test_a_web_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(DoubleSuggester()) as address, RemoteSuggester(address, deadline_s=PATIENCE_S) as remote:
        assert remote.info().bundle_id == "double-0"


def test_a_taken_port_is_told_with_the_next_step() -> None:
    workings = Workings(load=lambda _shelf: DoubleSuggester(), index_folders=no_index)
    with (
        serving(DoubleSuggester()) as address,
        pytest.raises(errors.Unavailable) as caught,
        running(ServerOptions(listen=address), workings),
    ):
        pass
    assert caught.value.reason == "PORT_TAKEN"
    assert address in caught.value.message
    assert "--listen" in caught.value.hint


@contextmanager
def bare_grpc_server() -> Iterator[str]:
    with ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        yield f"127.0.0.1:{port}"
        server.stop(None).wait(PATIENCE_S)
