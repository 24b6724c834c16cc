"""How an error goes over the pipe: the one table of error class and JSON-RPC code."""

import logging
import secrets
from typing import Final

from pydantic import ValidationError

from temptrack import errors
from temptrack.companion.messages import ErrorData, ErrorObject
from temptrack.seat.failures import explain

log = logging.getLogger(__name__)


class UnknownMethod(errors.NotSupported):
    """A method that this companion does not have."""

    default_reason = "UNKNOWN_METHOD"


CODE_OF_ERROR: Final[dict[type[errors.TemptrackError], int]] = {
    UnknownMethod: -32601,
    errors.InvalidRequest: -32602,
    errors.Cancelled: -32800,
    errors.NotFound: -32001,
    errors.NotReady: -32002,
    errors.Unavailable: -32003,
    errors.Forbidden: -32004,
    errors.Unauthenticated: -32005,
    errors.NotSupported: -32006,
    errors.Overloaded: -32007,
    errors.AlreadyExists: -32008,
    errors.Corrupt: -32009,
    errors.DeadlineExceeded: -32010,
    errors.TemptrackError: -32603,
}


def error_object(error: BaseException) -> ErrorObject:
    """Return what a caller is told about an error; a bug is logged under an id that the caller is told."""
    ours = explain(error)
    if type(ours) is errors.TemptrackError and ours is not error:
        ours = _bug(error)
    return ErrorObject(
        code=_code_of(ours),
        message=ours.message,
        data=ErrorData(reason=ours.reason, hint=ours.hint, metadata=ours.metadata),
    )


def bad_params(method: str, error: ValidationError) -> errors.InvalidRequest:
    """Return the error for params that are not what a method takes."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, fault["loc"])) or "params"
    return errors.InvalidRequest(
        f"'{method}' was called with a wrong '{where}': {fault['msg'].removeprefix('Value error, ')}.",
        reason="BAD_PARAMS",
        hint="Update the plugin or temptrack, so that both speak the same protocol.",
        metadata={"method": method, "at": where},
    )


def _code_of(error: errors.TemptrackError) -> int:
    return next(CODE_OF_ERROR[kind] for kind in type(error).__mro__ if kind in CODE_OF_ERROR)


def _bug(error: BaseException) -> errors.TemptrackError:
    log_id = secrets.token_hex(4)
    log.error("bug %s", log_id, exc_info=error)
    return errors.TemptrackError(
        f"Something went wrong inside temptrack ({type(error).__name__}, log id {log_id}).",
        hint="Please report it with the companion's log, where that id stands.",
        metadata={"log_id": log_id},
    )
