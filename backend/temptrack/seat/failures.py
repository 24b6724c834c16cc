"""Turns whatever was raised into one of temptrack's errors: one sentence and the next step."""

import errno

from temptrack.errors import Forbidden, InvalidRequest, NotFound, NotSupported, TemptrackError

DEBUG_VARIABLE = "TEMPTRACK_DEBUG"
"""Set to 1 to see the traceback of an unexpected error."""

_EXTRA_OF_PACKAGE = {
    "grpc_reflection": "server",
    "httpx2": "pull",
    "lancedb": "cpu",
    "librosa": "cpu",
    "mutagen": "cpu",
    "onnxruntime": "cpu",
    "pyarrow": "cpu",
    "pyloudnorm": "cpu",
    "ray": "batch",
    "tenacity": "pull",
    "tokenizers": "cpu",
    "torch": "train",
    "watchfiles": "cpu",
}


def explain(error: BaseException) -> TemptrackError:
    """Return the error as one of ours; an unexpected one becomes a plain TemptrackError, a bug."""
    match error:
        case TemptrackError():
            return error
        case ModuleNotFoundError() if _root(error) in _EXTRA_OF_PACKAGE:
            return _missing_extra(_root(error))
        case OSError():
            return _from_system(error)
    return TemptrackError(
        f"Something went wrong inside temptrack ({type(error).__name__}: {error}).",
        hint=f"This is a bug: please report it with the output of the same command under {DEBUG_VARIABLE}=1.",
    )


def _root(error: ModuleNotFoundError) -> str:
    return (error.name or "").partition(".")[0]


def _missing_extra(package: str) -> NotSupported:
    extra = _EXTRA_OF_PACKAGE[package]
    gpu = " (or 'temptrack[gpu]' on a machine with an NVIDIA GPU)" if extra == "cpu" else ""
    return NotSupported(
        f"This command needs the package '{package}', which is not installed.",
        reason="MISSING_EXTRA",
        hint=f"Run: pip install 'temptrack[{extra}]'{gpu}.",
        metadata={"package": package, "extra": extra},
    )


def _from_system(error: OSError) -> TemptrackError:
    where = f" '{error.filename}'" if error.filename else ""
    facts = {"path": str(error.filename)} if error.filename else {}
    if isinstance(error, FileNotFoundError):
        return NotFound(f"There is no file or folder{where}.", hint="Check the path.", metadata=facts)
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return Forbidden(
            f"The system does not allow access to{where or ' a file'}.",
            hint="Change its permissions, or choose another place.",
            metadata=facts,
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Forbidden(
            f"The disk is full while writing{where}.",
            reason="DISK_FULL",
            hint="Free some space, or move temptrack's state with TEMPTRACK_HOME.",
            metadata=facts,
        )
    if isinstance(error, NotADirectoryError | IsADirectoryError | FileExistsError):
        return InvalidRequest(
            f"The path{where} is not what was expected: {error.strerror}.",
            hint="Check the path.",
            metadata=facts,
        )
    return TemptrackError(f"The system refused: {error.strerror or error}{where}.", metadata=facts)
