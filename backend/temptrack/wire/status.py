"""The one table of error class and gRPC status, read one way by the server and the other by the client.

The status carries ``google.rpc.ErrorInfo`` (reason, metadata, and the hint under the key ``hint``) and, where
the same call works later, ``google.rpc.RetryInfo``.
"""

from typing import Final

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

from temptrack import errors

DOMAIN: Final = "temptrack"
RETRY_AFTER_KEY: Final = "retry_after_s"
"""Metadata of an error that says in seconds when the same call is worth another try."""

STATUS_OF_ERROR: Final[dict[type[errors.TemptrackError], grpc.StatusCode]] = {
    errors.InvalidRequest: grpc.StatusCode.INVALID_ARGUMENT,
    errors.NotFound: grpc.StatusCode.NOT_FOUND,
    errors.AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    errors.NotReady: grpc.StatusCode.FAILED_PRECONDITION,
    errors.Forbidden: grpc.StatusCode.PERMISSION_DENIED,
    errors.Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    errors.NotSupported: grpc.StatusCode.UNIMPLEMENTED,
    errors.Overloaded: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Unavailable: grpc.StatusCode.UNAVAILABLE,
    errors.Corrupt: grpc.StatusCode.DATA_LOSS,
    errors.Cancelled: grpc.StatusCode.CANCELLED,
    errors.DeadlineExceeded: grpc.StatusCode.DEADLINE_EXCEEDED,
    errors.TemptrackError: grpc.StatusCode.INTERNAL,
}

ERROR_OF_STATUS: Final[dict[grpc.StatusCode, type[errors.TemptrackError]]] = {
    code: kind for kind, code in STATUS_OF_ERROR.items()
}

_RETRY_AFTER_S: Final[dict[type[errors.TemptrackError], float]] = {
    errors.Overloaded: 1.0,
    errors.Unavailable: 2.0,
}

_HINT_KEY = "hint"
# Trailing metadata above 8 KiB is dropped by gRPC along with the status in it. The message is sent twice,
# once percent-encoded at up to 3 bytes each, all else in base64: 3 * 1024 + 4/3 * (1024 + 512 + 8 * 192).
_MESSAGE_BYTES = 1024
_HINT_BYTES = 512
_ENTRY_BYTES = 128
_KEY_BYTES = 64
_MAX_ENTRIES = 8


def status_of(error: errors.TemptrackError) -> status_pb2.Status:
    """Return the status that tells a caller about an error."""
    kind = _listed_class(type(error))
    metadata = {
        _cut(key, _KEY_BYTES): _cut(value, _ENTRY_BYTES)
        for key, value in list(error.metadata.items())[:_MAX_ENTRIES]
    }
    if error.hint:
        metadata[_HINT_KEY] = _cut(error.hint, _HINT_BYTES)
    details = [error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata)]
    packed = [_packed(detail) for detail in details]
    if kind in _RETRY_AFTER_S:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(round(_retry_after_s(error, kind) * 1000))
        packed.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
    code: int = STATUS_OF_ERROR[kind].value[0]
    return status_pb2.Status(code=code, message=_cut(error.message, _MESSAGE_BYTES), details=packed)


def error_of(status: status_pb2.Status) -> errors.TemptrackError | None:
    """Return the error a status tells about, or None where it was not written by ``status_of``."""
    info = error_details_pb2.ErrorInfo()
    retry = error_details_pb2.RetryInfo()
    retry_after: float | None = None
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            detail.Unpack(info)
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            detail.Unpack(retry)
            retry_after = retry.retry_delay.ToMilliseconds() / 1000
    kind = {code.value[0]: kind for code, kind in ERROR_OF_STATUS.items()}.get(status.code)
    if info.domain != DOMAIN or kind is None:
        return None
    metadata = dict(info.metadata)
    hint = metadata.pop(_HINT_KEY, "")
    if retry_after is not None:
        metadata[RETRY_AFTER_KEY] = f"{retry_after:g}"
    return kind(status.message, reason=info.reason, hint=hint, metadata=metadata)


def _retry_after_s(error: errors.TemptrackError, kind: type[errors.TemptrackError]) -> float:
    told = error.metadata.get(RETRY_AFTER_KEY)
    return _RETRY_AFTER_S[kind] if told is None else float(told)


def _listed_class(kind: type[errors.TemptrackError]) -> type[errors.TemptrackError]:
    return next(parent for parent in kind.__mro__ if parent in STATUS_OF_ERROR)


def _packed(message: error_details_pb2.ErrorInfo | error_details_pb2.RetryInfo) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def _cut(text: str, limit_bytes: int) -> str:
    """Shorten to a number of UTF-8 bytes; file names that are no Unicode become readable instead of fatal."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= limit_bytes:
        return raw.decode()
    return raw[: limit_bytes - 3].decode("utf-8", "ignore") + "…"
