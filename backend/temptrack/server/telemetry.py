"""What a server tells those who run it: its log, its metrics, its traces."""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import grpc.aio
import structlog
from prometheus_client import start_http_server

from temptrack import errors
from temptrack.wire.address import parse_address


def configure_log(form: Literal["text", "json"], level: str) -> None:
    """Write the log to standard error, each line with the call and the caller it is about.

    Args:
        form: "text" for people, "json" for collectors: one object a line.
        level: least weight that is written, such as "info".
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderers: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


@contextmanager
def metrics_page(listen: str | None) -> Iterator[int | None]:
    """Serve Prometheus metrics over HTTP while the block runs. Yields the port, or None.

    Raises:
        Unavailable: the port is taken, or is not ours to take.
    """
    if listen is None:
        yield None
        return
    address = parse_address(listen)
    try:
        server, thread = start_http_server(address.port, address.host)
    except OSError as error:
        raise errors.Unavailable(
            f"Metrics cannot be served at {address}: {error.strerror}.",
            reason="METRICS_PORT",
            hint="Choose another address with --metrics.",
            metadata={"address": str(address)},
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def tracing(*, enabled: bool) -> Sequence[grpc.aio.ServerInterceptor]:
    """Return what traces every call, where that was asked for.

    Where to, and how much of it, OpenTelemetry reads from the environment (OTEL_EXPORTER_OTLP_ENDPOINT,
    OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER).

    Raises:
        NotSupported: OpenTelemetry is not installed.
    """
    if not enabled:
        return ()
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.grpc import aio_server_interceptor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise errors.NotSupported(
            "Traces need OpenTelemetry, which is not installed.",
            reason="MISSING_EXTRA",
            hint="Run `pip install 'temptrack[tracing]'`, or leave out --tracing.",
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "temptrack"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return (aio_server_interceptor(),)
