"""What a fuzz target is: bytes of a stranger, read the way the product reads them."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

Reader = Callable[[bytes], object]
"""Reads one input; returns a value or raises an error of ours."""


def at_start(_data: bytes) -> int:
    """Return where JSON begins that is all of an input."""
    return 0


def after_a_byte(_data: bytes) -> int:
    """Return where JSON begins after a byte that chooses something."""
    return 1


def after_a_line(data: bytes) -> int:
    """Return where JSON begins after a first line."""
    return data.find(b"\n") + 1


@dataclass(frozen=True)
class Target:
    """One way into the product.

    Attributes:
        name: as the command line and the corpus call it.
        open: prepares the reader for as long as a ``with`` block lasts, in a folder that is its own; the only
            place it may write to.
        seeds: inputs to begin with, made by our own code.
        words: pieces that engines may put into inputs.
        ends: how the names of the reference timelines end that are seeds too, where they are at hand.
        refusals: what the reader may raise beside TemptrackError.
        sockets: whether the reader may connect to a server of its own.
        share: its part of the inputs, of some ten thousand parts; what takes milliseconds an input gets few.
        json_start: where the JSON of an input begins, for those that hold JSON.
    """

    name: str
    open: Callable[[Path], AbstractContextManager[Reader]]
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[bytes, ...] = ()
    ends: tuple[str, ...] = ()
    refusals: tuple[type[Exception], ...] = ()
    sockets: bool = False
    share: int = 100
    json_start: Callable[[bytes], int] | None = None
