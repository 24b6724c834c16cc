"""What surrounds every call: errors become statuses, and no call goes on for ever."""

import asyncio
import logging
import uuid
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from grpc_status import rpc_status

from temptrack import errors
from temptrack.wire.status import status_of

log = logging.getLogger(__name__)

Handler = Any
"""A gRPC handler: its published type knows only synchronous servers."""

_OURS: Final = "/temptrack_api."
_STREAM_DEADLINE_S: Final = 24 * 3600.0
"""Indexing a large library takes hours; a stream nobody reads ends with its connection long before this."""


class _Around(grpc.aio.ServerInterceptor):
    """Surrounds every call of our services with a context manager; health and reflection are left alone."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap the handler of a call."""
        handler = await continuation(handler_call_details)
        if handler is None or not handler_call_details.method.startswith(_OURS):
            return handler
        return self._stream(handler) if handler.response_streaming else self._unary(handler)

    @abstractmethod
    def around(
        self, context: grpc.aio.ServicerContext[Any, Any], *, streaming: bool
    ) -> AbstractAsyncContextManager[None]:
        """Return what surrounds a call."""

    def request(self, received: Any, _handler: Handler) -> Any:
        """Turn what was received into what the handler takes."""
        return received

    deserializes: bool = False

    def _unary(self, handler: Handler) -> Handler:
        async def call(received: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            async with self.around(context, streaming=False):
                return await handler.unary_unary(self.request(received, handler), context)

        return grpc.unary_unary_rpc_method_handler(
            call,
            None if self.deserializes else handler.request_deserializer,
            handler.response_serializer,
        )

    def _stream(self, handler: Handler) -> Handler:
        async def call(received: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            async with self.around(context, streaming=True):
                async for message in handler.unary_stream(self.request(received, handler), context):
                    yield message

        return grpc.unary_stream_rpc_method_handler(
            call,
            None if self.deserializes else handler.request_deserializer,
            handler.response_serializer,
        )


class ErrorInterceptor(_Around):
    """Turns every error into a status; the outermost interceptor.

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
    async def around(
        self, context: grpc.aio.ServicerContext[Any, Any], *, streaming: bool
    ) -> AsyncIterator[None]:
        """Let the call run and answer its errors."""
        try:
            yield
        except errors.TemptrackError as error:
            log.info("Refused %s: %s", error.reason, error)
            await _abort(context, error)
        except grpc.aio.AbortError:
            raise
        except Exception as error:
            log_id = uuid.uuid4().hex[:12]
            log.exception("Call failed, log id %s", log_id)
            await _abort(context, _unexpected(log_id), cause=error)


class DeadlineInterceptor(_Around):
    """Ends calls whose callers set no deadline; with one, gRPC itself ends them."""

    def __init__(self, default_s: float) -> None:
        self._default_s = default_s

    @asynccontextmanager
    async def around(
        self, context: grpc.aio.ServicerContext[Any, Any], *, streaming: bool
    ) -> AsyncIterator[None]:
        """Let the call run for the default time at most."""
        limit_s = _STREAM_DEADLINE_S if streaming else self._default_s
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


def time_left_s(context: grpc.aio.ServicerContext[Any, Any], default_s: float) -> float:
    """Return how long the caller goes on waiting, in seconds, at most the server's own limit."""
    left = context.time_remaining()
    return default_s if left is None else min(left, default_s)


async def _abort(
    context: grpc.aio.ServicerContext[Any, Any],
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
