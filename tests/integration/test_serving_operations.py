"""What those who run a server see of it: metrics, log, traces, and a bundle loaded anew."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.served_process import read_until, served_in_a_process
from support.serving import PATIENCE_S, DoubleSuggester, serving
from temptrack import errors
from temptrack.client.remote import RemoteSuggester
from temptrack.server.telemetry import metrics_page
from temptrack.suggest.types import Query

ROOT = Path(__file__).parents[2]
QUERY = Query(library="stock", prompt="calm")


def fetched(port: int | None) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def value_of(line: str, page: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_calls_are_counted_by_how_they_ended() -> None:
    double = DoubleSuggester()
    good = 'temptrack_calls_total{code="OK",method="Suggest"}'
    bad = 'temptrack_calls_total{code="NOT_FOUND",method="Suggest"}'
    with metrics_page("127.0.0.1:0") as port:
        before = fetched(port)
        with serving(double) as address, RemoteSuggester(address) as remote:
            remote.suggest(QUERY)
            double.failure = errors.NotFound("Gone.")
            with pytest.raises(errors.NotFound):
                remote.suggest(QUERY)
        # A call is counted once it has ended, which its caller may know first; a stopped server ended all.
        after = fetched(port)
    assert [value_of(line, after) - value_of(line, before) for line in (good, bad)] == [1, 1]
    assert value_of('temptrack_serving{bundle="double-0",provider="cpu"}', after) == 1
    assert value_of("temptrack_calls_under_way", after) == 0


def test_the_dashboard_asks_for_nothing_that_is_not_there() -> None:
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "temptrack.json").read_text())
    wanted = {
        name
        for panel in dashboard["panels"]
        for target in panel.get("targets", ())
        for name in re.findall(r"\btemptrack_\w+", target["expr"])
    }
    with metrics_page("127.0.0.1:0") as port, serving(DoubleSuggester()) as address:
        with RemoteSuggester(address) as remote:
            remote.suggest(QUERY)
        page = fetched(port)
    families = set(re.findall(r"^# TYPE (\S+) ", page, re.MULTILINE))
    assert wanted
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in wanted} <= families


def test_a_metrics_port_that_is_taken_is_told() -> None:
    with (
        metrics_page("127.0.0.1:0") as port,
        pytest.raises(errors.Unavailable) as caught,
        metrics_page(f"127.0.0.1:{port}"),
    ):
        pass
    assert caught.value.reason == "METRICS_PORT"


def test_every_line_of_the_log_is_an_object_with_its_call_and_caller() -> None:
    program = """
import logging
from support.serving import DoubleSuggester, serving
from temptrack.client.remote import RemoteSuggester
from temptrack.server.telemetry import configure_log
from temptrack.suggest.types import Query
configure_log("json", "info")
double = DoubleSuggester()
double.failure = KeyError("somewhere")
with serving(double) as address, RemoteSuggester(address) as remote:
    try:
        remote.suggest(Query(library="stock", prompt="calm"))
    except Exception:
        pass
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "tests", capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    (failed,) = [line for line in lines if line["level"] == "error"]
    assert failed["method"] == "Suggest"
    assert failed["caller"].startswith("127.0.0.1:")
    assert "KeyError" in failed["exception"]
    assert failed["timestamp"].endswith("Z")


def test_a_hangup_loads_the_bundle_anew_and_drops_no_call() -> None:
    with served_in_a_process() as process:
        address = read_until(process.stdout, "ready").split()[1]
        with RemoteSuggester(address, deadline_s=PATIENCE_S) as remote:
            assert remote.info().bundle_id == "fake-0"
            process.send_signal(signal.SIGHUP)
            assert "from now on" in read_until(process.stdout, "Serving bundle fake-0 (")
            assert remote.info().bundle_id == "fake-0"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_traces_reach_a_collector() -> None:
    program = """
import os
from concurrent.futures import ThreadPoolExecutor
import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from support.serving import DoubleSuggester, serving
from temptrack.client.remote import RemoteSuggester
from temptrack.server.options import ServerOptions
from temptrack.suggest.types import Query

class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    def Export(self, request, context):
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    print("span", span.name, flush=True)
        return trace_service_pb2.ExportTraceServiceResponse()

collector = grpc.server(ThreadPoolExecutor(1))
trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Collector(), collector)
port = collector.add_insecure_port("127.0.0.1:0")
collector.start()
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{port}"
options = ServerOptions(listen="127.0.0.1:0", drain_s=0, tracing=True)
with serving(DoubleSuggester(), options=options) as address, RemoteSuggester(address) as remote:
    remote.suggest(Query(library="stock", prompt="calm"))
from opentelemetry import trace
trace.get_tracer_provider().shutdown()
collector.stop(None).wait()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT / "tests",
        env=os.environ | {"OTEL_EXPORTER_OTLP_INSECURE": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "SuggestionService/Suggest" in done.stdout
