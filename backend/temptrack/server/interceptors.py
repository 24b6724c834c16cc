"""What surrounds every call: counting, errors as statuses, signing in, and an end for every call."""

import asyncio
import logging
import time
import uuid
from abc import abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import grpc
import grpc.aio
import structlog
from google.protobuf.message import DecodeError
from grpc_status import rpc_status

from temptrack import errors
from temptrack.server import metrics
from temptrack.server.callers import answer, current_caller
from temptrack.server.calls import NOBODY_WAITS, Call
from temptrack.server.gate import Gate
from temptrack.wire.status import status_of

log = logging.getLogger(__name__)

Messages = AsyncGenerator[Any, None]
Context = grpc.aio.ServicerContext[Any, Any]

Handler = Any
"""A gRPC handler: its published type knows only synchronous servers."""

_OURS: Final = "/temptrack_api."
_STREAM_DEADLINE_S: Final = 24 * 3600.0
"""Indexing a large library takes hours; a stream nobody reads ends with its connection long before this."""

_OF_NO_WEIGHT: Final = ("STARTING", "STOPPING", "PICTURE_CORRUPT")
"""Reasons for which a server that is well sends callers away."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call that came in.

    Attributes:
        method: its full name, such as "/temptrack_api.v1.BundleService/GetBundle".
        request: its message, or the bytes of it before they were read.
        context: what gRPC knows about it.
        streaming: whether it is answered with a stream.
    """

    method: str
    request: Any
    context: Context
    streaming: bool


class _Around(grpc.aio.ServerInterceptor):
    """Surrounds every call of our services with a context manager; health and reflection are left alone."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap the handler of a call."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or not method.startswith(_OURS):
            return handler
        return self._stream(handler, method) if handler.response_streaming else self._unary(handler, method)

    @abstractmethod
    def around(self, incoming: Incoming) -> AbstractAsyncContextManager[None]:
        """Return what surrounds a call."""

    def request(self, received: Any, _handler: Handler) -> Any:
        """Turn what was received into what the handler takes."""
        return received

    def stream_of(self, handler: Handler, received: Any, context: Context) -> Messages:
        """Return the messages of a stream."""
        messages: Messages = handler.unary_stream(self.request(received, handler), context)
        return messages

    deserializes: bool = False

    def _unary(self, handler: Handler, method: str) -> Handler:
        async def call(received: Any, context: Context) -> Any:
            async with self.around(Incoming(method, received, context, streaming=False)):
                return await handler.unary_unary(self.request(received, handler), context)

        return grpc.unary_unary_rpc_method_handler(
            call,
            None if self.deserializes else handler.request_deserializer,
            handler.response_serializer,
        )

    def _stream(self, handler: Handler, method: str) -> Handler:
        async def call(received: Any, context: Context) -> Messages:
            async with (
                self.around(Incoming(method, received, context, streaming=True)),
                aclosing(self.stream_of(handler, received, context)) as messages,
            ):
                async for message in messages:
                    yield message

        return grpc.unary_stream_rpc_method_handler(
            call,
            None if self.deserializes else handler.request_deserializer,
            handler.response_serializer,
        )


class CountInterceptor(_Around):
    """Counts calls and their time, and names them in the log; the outermost interceptor."""

    @asynccontextmanager
    async def around(self, incoming: Incoming) -> AsyncIterator[None]:
        """Let the call run and count how it ended."""
        method = incoming.method.rpartition("/")[2]
        structlog.contextvars.bind_contextvars(method=method, call=uuid.uuid4().hex[:12])
        began_at = time.perf_counter()
        metrics.UNDER_WAY.inc()
        code = "CANCELLED"
        try:
            yield
            code = "OK"
        except grpc.aio.AbortError:
            code = _code_of(incoming.context)
            raise
        finally:
            metrics.UNDER_WAY.dec()
            metrics.CALLS.labels(method, code).inc()
            metrics.CALL_SECONDS.labels(method).observe(time.perf_counter() - began_at)


class ErrorInterceptor(_Around):
    """Turns every error into a status; only what counts is further out.

    It also reads the request, because gRPC itself would answer bytes that are no message with the inside of
    an exception.
    """

    deserializes = True

    def request(self, received: Any, handler: Handler) -> Any:
        """Read the message of a request."""
        read = handler.request_deserializer
        try:
            return received if read is None else read(received)
        except DecodeError as error:
            raise errors.InvalidRequest(
                f"The {len(received)} bytes of the request are no message of this call.",
                reason="NOT_A_MESSAGE",
                hint="Client and server may be of different versions: bring both to the same one.",
            ) from error

    @asynccontextmanager
    async def around(self, incoming: Incoming) -> AsyncIterator[None]:
        """Let the call run and answer its errors."""
        try:
            yield
        except errors.TemptrackError as error:
            log.log(_weight_of(error), "Refused %s: %s", error.reason, error)
            await _abort(incoming.context, error)
        except grpc.aio.AbortError:
            raise
        except Exception as error:
            log_id = uuid.uuid4().hex[:12]
            log.exception("Call failed, log id %s", log_id)
            await _abort(incoming.context, _unexpected(log_id), cause=error)


class DeadlineInterceptor(_Around):
    """Ends calls whose callers set no deadline, and streams whose callers stop reading."""

    def __init__(self, default_s: float) -> None:
        self._default_s = default_s

    @asynccontextmanager
    async def around(self, incoming: Incoming) -> AsyncIterator[None]:
        """Let the call run for the default time at most."""
        limit_s = _STREAM_DEADLINE_S if incoming.streaming else self._default_s
        try:
            async with asyncio.timeout(limit_s) as limit:
                yield
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise errors.DeadlineExceeded(
                f"The call took longer than the {limit_s:g} s this server allows.",
                hint="Ask for less at once, or try again when the server is less busy.",
            ) from error

    def stream_of(self, handler: Handler, received: Any, context: Context) -> Messages:
        """Yield the messages of a stream; none may wait for its reader longer than a call may take."""
        return self._while_read(super().stream_of(handler, received, context), context)

    async def _while_read(self, messages: Messages, context: Context) -> Messages:
        loop, sending = asyncio.get_running_loop(), asyncio.current_task()
        ending: list[asyncio.Task[None]] = []

        def end() -> None:
            log.info("A caller has read nothing for %g s; its stream ends.", self._default_s)
            metrics.DROPPED.labels("unread").inc()
            if sending is not None:
                sending.cancel()
            ending.append(loop.create_task(self._say_unread(context)))

        async with aclosing(messages):
            async for message in messages:
                unread = loop.call_later(self._default_s, end)
                try:
                    yield message
                finally:
                    unread.cancel()

    async def _say_unread(self, context: Context) -> None:
        """Leave word for a caller who may read on some day; gRPC keeps it behind what they have not read."""
        error = errors.DeadlineExceeded(
            f"Nothing of the stream was read for {self._default_s:g} s.",
            reason="STREAM_UNREAD",
            hint="Ask again, and read what comes without long pauses.",
        )
        with suppress(grpc.aio.AbortError, asyncio.CancelledError):
            await _abort(context, error)


class SignInInterceptor(_Around):
    """Lets nobody in whom the gate does not admit; handlers find the caller with ``current_caller``."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    @asynccontextmanager
    async def around(self, incoming: Incoming) -> AsyncIterator[None]:
        """Let the call run for the caller it is of."""
        caller = self._gate.admit(incoming.method, incoming.request, incoming.context)
        answer(caller)
        structlog.contextvars.bind_contextvars(caller=caller.name)
        yield


def call_of(context: Context, default_s: float) -> Call:
    """Return who calls, and how long they go on waiting: at most the server's own limit in seconds."""
    left = context.time_remaining()
    wait_s = default_s if left is None else min(left, default_s)
    return Call(caller=current_caller().name, expires_at=time.monotonic() + wait_s)


def _weight_of(error: errors.TemptrackError) -> int:
    """Return how much an error matters to whoever runs the server: more where it is not the caller's.

    That a caller gave up is told where their work was dropped.
    """
    if error.reason == NOBODY_WAITS:
        return logging.DEBUG
    is_ours = isinstance(error, errors.Corrupt | errors.Unavailable) and error.reason not in _OF_NO_WEIGHT
    return logging.WARNING if is_ours else logging.INFO


def _code_of(context: Context) -> str:
    code: Any = context.code()
    known = {status.value[0]: status.name for status in grpc.StatusCode}
    return code.name if isinstance(code, grpc.StatusCode) else known.get(code, "UNKNOWN")


async def _abort(
    context: Context,
    error: errors.TemptrackError,
    *,
    cause: Exception | None = None,
) -> None:
    status = rpc_status.to_status(status_of(error))
    await context.abort(status.code, status.details, status.trailing_metadata)
    raise AssertionError("abort returned") from (cause or error)


def _unexpected(log_id: str) -> errors.TemptrackError:
    return errors.TemptrackError(
        f"The server failed unexpectedly; its log has the details under {log_id}.",
        hint="Report it to whoever runs the server, with that id.",
        metadata={"log_id": log_id},
    )
