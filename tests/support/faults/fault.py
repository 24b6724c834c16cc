"""One fault: how it is made to happen, and what everybody sees of it, without what varies."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest
from prometheus_client import REGISTRY

from support.bad_input import libraries, pulls, requests, served_libraries, servers, signing
from support.bad_input.case import NONE, Outcome, Place
from support.serving import PATIENCE_S
from temptrack import home
from temptrack.errors import TemptrackError
from temptrack.wire.status import STATUS_OF_ERROR

NOTHING_LOST = "nothing"
UNNOTICED = "the answer, as if nothing had happened"

Row = dict[str, str]

_BAD_INPUT = (
    *libraries.LIBRARIES,
    *libraries.MUSIC,
    *libraries.BUNDLES,
    *pulls.PULLS,
    *requests.QUESTIONS,
    *servers.SERVERS,
    *served_libraries.LIBRARIES,
    *signing.SIGNING,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and what was promised about it.

    Attributes:
        name: the fault in words; unique.
        done: how a test makes it happen.
        provoke: makes it happen, makes sure that it heals as promised, and returns what the caller saw: an
            error, words, or None for an answer as if nothing had happened.
        heals: how the system is well again.
        lost: what is gone for good.
        shown_by: another test that makes it happen too, or that shows what heals and what is lost:
            "tests/…/test_x.py::test_y". A fault without ``provoke`` has one, and ``caller`` and ``admin``.
        caller: what the caller sees, where ``shown_by`` alone shows it.
        admin: what who runs the server sees, likewise.
    """

    name: str
    done: str
    provoke: "Provoke | None"
    heals: str
    lost: str = NOTHING_LOST
    shown_by: str = ""
    caller: str = ""
    admin: str = ""


@dataclass
class Told:
    """What a server told those who run it.

    Attributes:
        lines: weight and words of its log.
        counted: metrics that grew.
    """

    lines: list[tuple[str, str]] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @property
    def heard(self) -> list[tuple[str, str]]:
        """What the log holds unless more was asked for."""
        return [(weight, line) for weight, line in self.lines if weight != "debug"]

    def wait_for(self, words: str) -> None:
        """Wait until its log holds these words."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(words in line for _, line in self.lines), PATIENCE_S)

    def add(self, weight: str, line: str) -> None:
        """Take a line of the log, from any thread."""
        with self._changed:
            self.lines.append((weight, line))
            self._changed.notify_all()


@dataclass
class FaultPlace(Place):
    """A place that hears what servers tell."""

    told: Told = field(default_factory=Told)


Provoke = Callable[[FaultPlace], Outcome | TemptrackError | str | None]


def refused(call: Callable[[], object]) -> TemptrackError:
    """Return the error that a call ends with."""
    with pytest.raises(TemptrackError) as caught:
        call()
    return caught.value


def bad_input(given: str) -> Callable[[Place], Outcome]:
    """Make a bad input of the other table happen."""
    (case,) = [case for case in _BAD_INPUT if case.given == given]
    return case.provoke


def row_of(fault: Fault, folder: Path) -> Row:
    """Make a fault happen in a fresh folder and return its row of the table."""
    row = {"fault": fault.name, "done": fault.done}
    if fault.provoke is None:
        row |= {"caller": fault.caller, "admin": fault.admin}
    else:
        row |= _seen(fault.provoke, folder)
    return row | {"lost": fault.lost, "heals": fault.heals, "shown_by": fault.shown_by}


def _seen(provoke: Provoke, folder: Path) -> Row:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(home.ENVIRONMENT_VARIABLE, str(folder / "home"))
        patch.setenv("COLUMNS", "1000")
        place = FaultPlace(folder / "place", patch)
        place.folder.mkdir(parents=True)
        with _listening(place.told):
            outcome = provoke(place)
        lines = sorted({f"{weight}: {_short(place.plain(line))}" for weight, line in place.told.heard})
        caller = place.plain(outcome) if isinstance(outcome, str) else UNNOTICED
        if isinstance(outcome, Outcome | TemptrackError):
            caller = _said(outcome, place)
    return {"caller": caller, "admin": "; ".join([*lines, *place.told.counted])}


def _said(outcome: Outcome | TemptrackError, place: Place) -> str:
    status = outcome.grpc_status if isinstance(outcome, Outcome) else _status(outcome)
    words = " → ".join(place.plain(words) for words in (outcome.message, outcome.hint) if words)
    return f"{'' if status == NONE else status} {outcome.reason}: {words}".strip()


def _status(error: TemptrackError) -> str:
    cause = error.__cause__
    if isinstance(cause, grpc.RpcError) and isinstance(cause, grpc.Call):
        return str(cause.code().name)
    kind = next(parent for parent in type(error).__mro__ if parent in STATUS_OF_ERROR)
    return STATUS_OF_ERROR[kind].name


def _short(line: str) -> str:
    """Leave out of a line what the caller was told as well."""
    return line.partition(":")[0] if line.startswith("Refused ") else line


@contextmanager
def _listening(told: Told) -> Iterator[None]:
    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.add(record.levelname.lower(), record.getMessage())

    logger, listener = logging.getLogger("temptrack.server"), Listener()
    level, before = logger.level, _counters()
    logger.addHandler(listener)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(listener)
    told.counted = sorted(name for name, count in _counters().items() if count > before.get(name, 0))


def _counters() -> dict[str, float]:
    """Return what servers of this process counted that went wrong; how calls ended is left out."""
    return {
        f"{sample.name}{{{','.join(f'{key}={value}' for key, value in sample.labels.items())}}}": sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name
        in ("temptrack_work_dropped_total", "temptrack_sign_in_refused_total", "temptrack_reloads_total")
    }
