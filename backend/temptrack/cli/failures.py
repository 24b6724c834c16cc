"""How a command fails: one sentence, the next step, and the exit code of the error's class."""

import errno
import json
import os
import sys
import traceback

import typer

from temptrack.errors import Cancelled, Forbidden, InvalidRequest, NotFound, NotSupported, TemptrackError

DEBUG_VARIABLE = "TEMPTRACK_DEBUG"
"""Set to 1 to see the traceback of an unexpected error."""

# The parser's base error is private in newer releases of typer; its public subclass leads there.
ParserError: type[Exception] = typer.BadParameter.__mro__[2]

_EXTRA_OF_PACKAGE = {
    "grpc_reflection": "server",
    "lancedb": "cpu",
    "librosa": "cpu",
    "mutagen": "cpu",
    "onnxruntime": "cpu",
    "pyarrow": "cpu",
    "pyloudnorm": "cpu",
    "tokenizers": "cpu",
    "watchfiles": "cpu",
}


def explain(error: BaseException) -> TemptrackError:
    """Return the error as one of ours; an unexpected one becomes a plain TemptrackError with exit code 1."""
    match error:
        case TemptrackError():
            return error
        case KeyboardInterrupt() | typer.Abort():
            return Cancelled("Stopped.", hint="Nothing was left half-written; run the same command to go on.")
        case ModuleNotFoundError() if _root(error) in _EXTRA_OF_PACKAGE:
            return _missing_extra(_root(error))
        case ParserError():
            return _usage(error)
        case OSError():
            return _from_system(error)
    return TemptrackError(
        f"Something went wrong inside temptrack ({type(error).__name__}: {error}).",
        hint=f"This is a bug: please report it with the output of the same command under {DEBUG_VARIABLE}=1.",
    )


def report(error: BaseException, *, as_json: bool) -> int:
    """Print an error on standard error and return the exit code.

    Args:
        error: what was raised.
        as_json: print a JSON object instead of words.
    """
    ours = explain(error)
    if os.environ.get(DEBUG_VARIABLE) == "1":
        traceback.print_exception(error)
    if as_json:
        sys.stderr.write(json.dumps({"error": _as_dict(ours)}, ensure_ascii=False) + "\n")
        return ours.exit_code
    from rich.text import Text

    from temptrack.cli.screen import notes

    label = ("Stopped", "yellow") if isinstance(ours, Cancelled) else ("Error", "bold red")
    message = ours.message.removeprefix("Stopped.").strip()
    line = Text.assemble((label[0], label[1]), ": " if message else ".", message)
    # Paths must stay whole when copied from the screen, so lines are never folded here.
    console = notes()
    console.print(line, soft_wrap=True)
    if ours.hint:
        console.print(Text.assemble(("  → ", "cyan"), ours.hint), soft_wrap=True)
    return ours.exit_code


def _as_dict(error: TemptrackError) -> dict[str, object]:
    return {
        "reason": error.reason,
        "message": error.message,
        "hint": error.hint,
        "metadata": error.metadata,
        "exit_code": error.exit_code,
    }


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


def _usage(error: Exception) -> InvalidRequest:
    message = str(getattr(error, "format_message", lambda: str(error))())
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "temptrack") if context is not None else "temptrack"
    return InvalidRequest(message, reason="USAGE", hint=f"See {command} --help.")


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
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
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
