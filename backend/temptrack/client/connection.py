"""One channel to one server, and what its failures mean."""

import json
from collections.abc import Callable, Generator
from typing import Any, Final, TypeVar

import grpc
from google.rpc import status_pb2

from temptrack import errors
from temptrack.client.credentials import Credentials, credentials_for
from temptrack.wire import limits
from temptrack.wire.address import parse_address
from temptrack.wire.status import ERROR_OF_STATUS, error_of

DEFAULT_DEADLINE_S: Final = 60.0
"""How long one call may take unless told otherwise; a segment takes under a second."""

_DETAILS_KEY: Final = "grpc-status-details-bin"
_HUNG_UP: Final = ("socket closed", "connection reset")
_BY_US: Final = ("locally cancelled", "channel closed")
_WANTS_TLS: Final = "Something there hung up: if the server has TLS, run `temptrack login` with --ca first."
_WANTS_CERTIFICATE: Final = (
    "Something there hung up: if the server wants certificates of its seats, run `temptrack login` with one "
    "that the studio signed."
)

_READS: Final = ("ListLibraries", "GetLibrary", "ListTracks", "StreamTrackAudio")
"""Calls about libraries that change nothing; a stream is tried again only before its first message came."""

_SERVICE_CONFIG = {
    # Calls spread over all replicas behind a name; those that may be made twice are tried again elsewhere:
    # they change nothing, or, as reports of cues, say which of them are the same.
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [
                {"service": "temptrack_api.v1.SuggestionService"},
                {"service": "temptrack_api.v1.BundleService"},
                *({"service": "temptrack_api.v1.LibraryService", "method": name} for name in _READS),
            ],
            "retryPolicy": {
                # Together longer than the pause between two attempts to connect (below).
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 3,
                # A server that stops says CANCELLED to calls it has not taken yet (grpc/grpc #41785); what a
                # caller cancels is not tried again.
                "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
            },
        }
    ],
}

_CHANNEL_OPTIONS = (
    ("grpc.max_send_message_length", limits.MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", limits.MAX_MESSAGE_BYTES),
    # A proxy of the web has no business between an editor and the studio's server.
    ("grpc.enable_http_proxy", 0),
    # Also how long a connection may take to be made: a machine that accepts and stays silent is given up.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    # gRPC would let these pauses grow to two minutes, in which a server that is back is not seen.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    # A call that waits on a dead machine ends within a minute. Idle channels are left alone: servers close
    # connections that ping without need.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 0),
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
)

AnswerT = TypeVar("AnswerT")


class Connection:
    """A channel whose calls raise temptrack's errors. May be used from several threads."""

    def __init__(
        self,
        address: str,
        *,
        deadline_s: float = DEFAULT_DEADLINE_S,
        credentials: Credentials | None = None,
    ) -> None:
        """Prepare a channel; nothing is sent before the first call.

        Args:
            address: HOST:PORT.
            deadline_s: how long one call may take, in seconds, above 0.
            credentials: how to sign in; None takes what the environment says or `temptrack login` kept.

        Raises:
            InvalidRequest: the address or the deadline is out of range.
            Forbidden: a token would travel readable.
            NotFound: a file of the credentials cannot be read.
        """
        if not deadline_s > 0:
            raise errors.InvalidRequest(
                f"A deadline of {deadline_s} s leaves no time.",
                reason="DEADLINE_RANGE",
                hint="Give more than 0 seconds.",
            )
        where = parse_address(address)
        self.address = str(where)
        self.deadline_s = deadline_s
        shown = credentials_for(self.address) if credentials is None else credentials
        self._metadata = shown.metadata(where)
        secure = shown.channel_credentials()
        self._is_secure = secure is not None
        self.channel = (
            grpc.insecure_channel(self.address, options=_CHANNEL_OPTIONS)
            if secure is None
            else grpc.secure_channel(self.address, secure, options=_CHANNEL_OPTIONS)
        )

    def call(self, method: Callable[..., AnswerT], request: Any) -> AnswerT:
        """Make one unary call within the deadline. Raises what the server raised, or why it cannot answer."""
        try:
            return method(request, timeout=self.deadline_s, metadata=self._metadata)
        except grpc.RpcError as failure:
            raise self._error_of(failure) from failure

    def stream(
        self,
        method: Callable[..., Any],
        request: Any,
        *,
        deadline_s: float | None = None,
    ) -> Generator[Any, None, None]:
        """Yield the messages of a stream; closing the iterator cancels the call."""
        call = method(request, timeout=deadline_s, metadata=self._metadata)
        try:
            yield from call
        except grpc.RpcError as failure:
            raise self._error_of(failure) from failure
        finally:
            call.cancel()

    def close(self) -> None:
        """Close the channel; calls under way are cancelled."""
        self.channel.close()

    def _error_of(self, failure: grpc.RpcError) -> errors.TemptrackError:
        # Every error of a call is a grpc.Call as well; the base class does not say so.
        call: Any = failure
        code: grpc.StatusCode = call.code()
        for key, value in call.trailing_metadata() or ():
            if key == _DETAILS_KEY:
                told = error_of(status_pb2.Status.FromString(value))
                if told is not None:
                    return told
        return self._untold(code, call.details() or "")

    def _untold(self, code: grpc.StatusCode, details: str) -> errors.TemptrackError:
        """Explain a status that no temptrack server wrote: it comes from gRPC itself, or from a stranger."""
        metadata = {"address": self.address, "status": code.name, "details": details}
        kind = ERROR_OF_STATUS.get(code)
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return errors.DeadlineExceeded(
                f"The server at {self.address} did not answer within {self.deadline_s:g} s.",
                hint="Allow more time, or see whether the server is overloaded.",
                metadata=metadata,
            )
        if code is grpc.StatusCode.CANCELLED:
            return self._cancelled(details, metadata)
        if code is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in details:
            return errors.InvalidRequest(
                f"A message to or from {self.address} is larger than {limits.MAX_MESSAGE_BYTES} bytes.",
                reason="MESSAGE_TOO_LARGE",
                hint="Ask about a shorter scope, or for fewer results at once.",
                metadata=metadata,
            )
        if kind is errors.Overloaded:
            return errors.Overloaded(
                f"The server at {self.address} has too many calls under way.",
                hint="Try again in a moment.",
                metadata=metadata,
            )
        if kind is errors.Unavailable and not _speaks_otherwise(details):
            return self._unreachable(details, metadata)
        return errors.Unavailable(
            f"What answers at {self.address} is no temptrack server of this version ({code.name}).",
            reason="NOT_TEMPTRACK",
            hint="Check host and port, and that both ends run the same version.",
            metadata=metadata,
        )

    def _cancelled(self, details: str, metadata: dict[str, str]) -> errors.TemptrackError:
        if details.lower().startswith(_BY_US):
            return errors.Cancelled(f"The call to {self.address} was cancelled.", metadata=metadata)
        return errors.Unavailable(
            f"The server at {self.address} stopped before it answered.",
            reason="STOPPING",
            hint="Try again in a moment.",
            metadata=metadata,
        )

    def _unreachable(self, details: str, metadata: dict[str, str]) -> errors.Unavailable:
        if _fails_to_trust(details):
            return errors.Unavailable(
                f"No safe connection to {self.address} could be made: one end does not trust the other.",
                reason="TLS_REFUSED",
                hint="Check the CA, and that the server's name is in its certificate; see `temptrack login`.",
                metadata=metadata,
            )
        hint = "Start one with `temptrack serve`, or check the address and the firewall."
        if any(words in details.lower() for words in _HUNG_UP):
            # So does a server with TLS to who speaks without, or shows no certificate where one is wanted.
            hint = _WANTS_CERTIFICATE if self._is_secure else _WANTS_TLS
        return errors.Unavailable(
            f"No server answers at {self.address}.", reason="UNREACHABLE", hint=hint, metadata=metadata
        )


def _speaks_otherwise(details: str) -> bool:
    """Whether something answered that is no gRPC server, by the words gRPC has for it."""
    lowered = details.lower()
    return any(words in lowered for words in ("http/1", "http1", "parsing http/2", "settings frame"))


def _fails_to_trust(details: str) -> bool:
    """Whether the handshake of TLS failed, by the words gRPC has for it."""
    lowered = details.lower()
    return any(words in lowered for words in ("ssl", "tls", "certificate", "hostname verification"))
