"""Where the command line writes: answers on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from temptrack.suggest.clock import clock

__all__ = ["PLAIN_WIDTH", "answers", "clock", "json_text", "notes", "print_json"]

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

PLAIN_WIDTH = 100
"""Columns of tables that go to a file or a pipe."""


def answers() -> "Console":
    """Return a console on standard output."""
    return _console(stderr=False)


def notes() -> "Console":
    """Return a console on standard error, for progress, warnings and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    # Made anew each time: tests and callers may have put other streams in place since.
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False)


def print_json(value: "BaseModel | Mapping[str, Any]") -> None:
    """Print one JSON document on standard output, readable by people and programs."""
    sys.stdout.write(json_text(value))


def json_text(value: "BaseModel | Mapping[str, Any]") -> str:
    """Return a JSON document, two spaces of indent, ending in a newline."""
    plain = value if isinstance(value, Mapping) else value.model_dump(mode="json")
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"
