"""Puts the server together, starts it and stops it."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import grpc
import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from temptrack import errors
from temptrack.server import metrics
from temptrack.server.audit import AuditLog
from temptrack.server.engine import Engine
from temptrack.server.gate import Gate
from temptrack.server.indexing import Indexing
from temptrack.server.interceptors import (
    CountInterceptor,
    DeadlineInterceptor,
    ErrorInterceptor,
    SignInInterceptor,
)
from temptrack.server.library_service import LibraryService
from temptrack.server.options import ServerOptions
from temptrack.server.shelf import Shelf
from temptrack.server.suggestion_service import BundleService, SuggestionService
from temptrack.server.telemetry import metrics_page, tracing
from temptrack.server.tls import server_credentials
from temptrack.server.workings import Workings, workings_of
from temptrack.suggest.types import EngineInfo
from temptrack.wire import limits
from temptrack.wire.address import Address
from temptrack_api.v1 import (
    bundle_pb2,
    bundle_pb2_grpc,
    library_pb2,
    library_pb2_grpc,
    suggestion_pb2,
    suggestion_pb2_grpc,
)

log = logging.getLogger(__name__)

SERVICES: Final = (
    suggestion_pb2.DESCRIPTOR.services_by_name["SuggestionService"].full_name,
    library_pb2.DESCRIPTOR.services_by_name["LibraryService"].full_name,
    bundle_pb2.DESCRIPTOR.services_by_name["BundleService"].full_name,
)

_CHANNEL_OPTIONS = (
    ("grpc.max_send_message_length", limits.MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", limits.MAX_MESSAGE_BYTES),
    # Two servers on one port would each get half of the calls.
    ("grpc.so_reuseport", 0),
    # Clients ping every 30 s while a call waits; more often is taken for an attack.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 20_000),
    # A seat that lost its power says no goodbye; its calls end within two minutes.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # Whoever connects and says nothing is not waited for.
    ("grpc.server_handshake_timeout_ms", 20_000),
)


class Server:
    """One gRPC server of one bundle. Not ready for calls before ``load`` is done; health says so."""

    def __init__(self, options: ServerOptions, workings: Workings) -> None:
        """Prepare a server inside a running event loop; no port is taken yet.

        Raises:
            InvalidRequest, Forbidden, NotFound: an option cannot be used.
        """
        self._options = options
        self._address = options.address()
        self._credentials = server_credentials(options)
        self._shelf = Shelf(options.roots(), workings.hold)
        self._engine = Engine(
            lambda: workings.load(self._shelf),
            at_once=options.calls_at_once or workings.calls_at_once,
            queue_limit=options.queue_limit,
        )
        self._audit = AuditLog(options.audit_log, max_mb=options.audit_mb, keep=options.audit_keep)
        self._indexing = Indexing(self._shelf, workings.index_folders)
        self._health = health.aio.HealthServicer()
        self._server = grpc.aio.server(
            interceptors=(
                *tracing(enabled=options.tracing),
                CountInterceptor(),
                ErrorInterceptor(),
                SignInInterceptor(Gate(options)),
                DeadlineInterceptor(options.deadline_s),
            ),
            options=_CHANNEL_OPTIONS,
            maximum_concurrent_rpcs=options.call_limit,
        )
        self._add_services()

    async def start(self) -> Address:
        """Take the port and answer health checks with NOT_SERVING. Returns where it listens.

        Raises:
            Unavailable: the port is taken, or is not ours to take.
        """
        await self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        try:
            port = self._add_port()
        except RuntimeError as error:
            raise errors.Unavailable(
                f"The server cannot listen on {self._address}: the port is taken, or not of this machine.",
                reason="PORT_TAKEN",
                hint="Stop what listens there, or choose another address with --listen.",
                metadata={"address": str(self._address)},
            ) from error
        await self._server.start()
        return Address(self._address.host, port)

    async def load(self) -> EngineInfo:
        """Load and warm up the bundle, then answer health checks with SERVING."""
        info = await self._engine.load()
        await self._set_health(health_pb2.HealthCheckResponse.SERVING)
        return info

    async def reload(self) -> EngineInfo:
        """Load the bundle anew beside the one that serves, and serve it from then on; no call is dropped.

        A bundle that cannot be loaded changes nothing.

        Raises:
            TemptrackError: it cannot be loaded.
        """
        try:
            info = await self._engine.load()
        except Exception:
            metrics.RELOADS.labels("failed").inc()
            raise
        metrics.RELOADS.labels("loaded").inc()
        return info

    async def stop(self) -> None:
        """Take no new calls, let those under way finish, and let go of everything."""
        await self._health.enter_graceful_shutdown()
        self._indexing.stop()
        await self._server.stop(self._options.drain_s)
        await asyncio.to_thread(self._engine.close)
        self._audit.close()

    def _add_services(self) -> None:
        server = self._server
        suggestions = SuggestionService(
            self._engine, self._shelf, self._audit, deadline_s=self._options.deadline_s
        )
        suggestion_pb2_grpc.add_SuggestionServiceServicer_to_server(suggestions, server)
        libraries = LibraryService(self._shelf, self._engine, self._indexing, self._audit)
        library_pb2_grpc.add_LibraryServiceServicer_to_server(libraries, server)
        bundle_pb2_grpc.add_BundleServiceServicer_to_server(BundleService(self._engine), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        if self._options.reflection:
            from grpc_reflection.v1alpha import reflection

            names = (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, server)

    def _add_port(self) -> int:
        if self._credentials is None:
            return self._server.add_insecure_port(str(self._address))
        return self._server.add_secure_port(str(self._address), self._credentials)

    async def _set_health(self, status: Any) -> None:
        for name in ("", *SERVICES):
            await self._health.set(name, status)


def run(
    options: ServerOptions,
    *,
    on_ready: Callable[[Address, EngineInfo], None] | None = None,
    workings: Workings | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; a second one ends at once.

    Args:
        options: what to serve, and where.
        on_ready: called once the server is ready for calls.
        workings: what to serve instead of the bundle the options name.

    Raises:
        TemptrackError: an option cannot be used, the port is taken, or the bundle cannot be loaded.
    """
    if workings is None:
        workings = workings_of(options)
    asyncio.run(_serve(options, workings, on_ready))


async def _serve(
    options: ServerOptions, workings: Workings, on_ready: Callable[[Address, EngineInfo], None] | None
) -> None:
    told_to_stop = _stop_signal()
    server = Server(options, workings)
    with metrics_page(options.metrics_listen):
        address = await server.start()
        try:
            loading = asyncio.ensure_future(server.load())
            stopping = asyncio.ensure_future(told_to_stop.wait())
            await asyncio.wait((loading, stopping), return_when=asyncio.FIRST_COMPLETED)
            if loading.done():
                info = await loading
                log.info("Serving bundle %s on %s at %s", info.bundle_id, info.provider, address)
                if on_ready is not None:
                    on_ready(address, info)
            async with _reloading_on_signal(server):
                await stopping
        finally:
            log.info("Stopping")
            await server.stop()


@asynccontextmanager
async def _reloading_on_signal(server: Server) -> AsyncIterator[None]:
    """Load the bundle anew at each SIGHUP while the block runs."""
    loop = asyncio.get_running_loop()
    hangup = getattr(signal, "SIGHUP", None)
    reloads: set[asyncio.Task[None]] = set()

    async def reload() -> None:
        try:
            info = await server.reload()
            log.info("Serving bundle %s (%s) from now on", info.bundle_id, info.bundle_digest[:12])
        except errors.TemptrackError as error:
            log.warning("The bundle was not loaded anew, the old one serves on: %s", error)
        except Exception:
            log.exception("The bundle was not loaded anew, the old one serves on")

    def begin() -> None:
        reloads.add(task := asyncio.ensure_future(reload()))
        task.add_done_callback(reloads.discard)

    if hangup is None:
        # Windows has no such signal: there a server is started again.
        yield
        return
    loop.add_signal_handler(hangup, begin)
    try:
        yield
    finally:
        loop.remove_signal_handler(hangup)
        await asyncio.gather(*reloads)


def _stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set, once; the next one does what it always does."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)
        told.set()

    for number in numbers:
        # Of all threads gRPC's may get the signal; only the loop's own handler wakes the loop even then.
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:
            # Windows: its loop is woken by every signal.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(told.set))
    return told
