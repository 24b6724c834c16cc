"""How a command fails: one sentence, the next step, and the exit code of the error's class."""

import json
import os
import sys
import traceback

import typer

from temptrack.errors import Cancelled, InvalidRequest, TemptrackError
from temptrack.seat import failures
from temptrack.seat.failures import DEBUG_VARIABLE

# The parser's base error is private in newer releases of typer; its public subclass leads there.
ParserError: type[Exception] = typer.BadParameter.__mro__[2]


def explain(error: BaseException) -> TemptrackError:
    """Return the error as one of ours; an unexpected one becomes a plain TemptrackError with exit code 1."""
    match error:
        case KeyboardInterrupt() | typer.Abort():
            return Cancelled("Stopped.", hint="Nothing was left half-written; run the same command to go on.")
        case ParserError():
            return _usage(error)
    return failures.explain(error)


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


def _usage(error: Exception) -> InvalidRequest:
    message = str(getattr(error, "format_message", lambda: str(error))())
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "temptrack") if context is not None else "temptrack"
    return InvalidRequest(message, reason="USAGE", hint=f"See {command} --help.")
