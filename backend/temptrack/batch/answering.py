"""Answers units and keeps the answers: what a run does in its threads, and each worker of a cluster."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

from temptrack.api.library import Library, open_library
from temptrack.batch.answers import ANSWERS, Answers
from temptrack.batch.asking import Asker
from temptrack.batch.contact_sheet import ContactSheet
from temptrack.batch.plan import PlanRow
from temptrack.batch.reading import Reader, Settings, unit_id
from temptrack.batch.rules import Rules
from temptrack.batch.units import Unit
from temptrack.errors import TemptrackError
from temptrack.library.types import LibraryInfo
from temptrack.seat.failures import explain

OpenLibrary = Callable[[str], Library]
"""Opens a library by name; picklable where a cluster is used."""


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens libraries of this machine or of a server.

    Attributes:
        server: HOST:PORT, or None for this machine.
        bundle: id or folder of a bundle to use instead of the library's.
        device: "auto", "cpu" or "cuda".
    """

    server: str | None = None
    bundle: str | None = None
    device: str = "auto"

    def __call__(self, name: str) -> Library:
        """Open a library."""
        if self.server is not None:
            return Library(name, server=self.server)
        return open_library(name, bundle=self.bundle, device=self.device)


@dataclass(frozen=True, slots=True)
class Work:
    """All that a worker has to know, picklable.

    Attributes:
        folder: folder of the batch.
        libraries: names of the libraries that are asked.
        open_library: opens one of them.
        settings: what holds for all requests.
        rules: for the gate of licences.
        review: whether pictures for the review page are made.
        infos: the libraries as the ids of the units were made with; None takes them as they are.
    """

    folder: Path
    libraries: tuple[str, ...]
    open_library: OpenLibrary
    settings: Settings
    rules: Rules
    review: bool
    infos: Mapping[str, LibraryInfo] | None = None


class Answerer:
    """Answers units of a batch. May be used from several threads.

    Attributes:
        answers: where the answers are kept.
        sheet: makes the review page; None where there is none.
        work: what it was made for, with the libraries as they were then.
    """

    def __init__(self, work: Work, opened: ExitStack) -> None:
        """Open the libraries.

        Args:
            work: what to do.
            opened: closes them.
        """
        self.answers = Answers(work.folder / ANSWERS)
        self._reader = Reader()
        self._settings = replace(
            work.settings, licences=work.rules.licences, no_licences=work.rules.no_licences
        )
        self.libraries = {name: opened.enter_context(work.open_library(name)) for name in work.libraries}
        infos = work.infos or {name: music.info() for name, music in self.libraries.items()}
        self.work = replace(work, infos=infos)
        self._askers = {
            name: Asker(music, infos[name], cache(music.tracks), self._reader, self._settings)
            for name, music in self.libraries.items()
        }
        self.sheet = ContactSheet(work.folder, self._reader) if work.review else None

    def unit(self, number: int, row: PlanRow) -> Unit:
        """Return a row with what its answer depends on; raises what reading the timeline raises."""
        info = self._askers[row.library].info
        return Unit(number, row, unit_id(row, self._reader.cut(row), info, self._settings))

    def answer(self, unit: Unit, cancelled: Callable[[], bool]) -> None:
        """Answer a unit and keep the answer, unless it is there.

        Args:
            unit: what is asked.
            cancelled: asked before every segment of picture whether to stop.
        """
        if self.answers.has(unit.id):
            return
        answer = self._askers[unit.row.library].answer(unit.id, unit.row, cancelled)
        if self.sheet is not None:
            for index, scene in enumerate(answer.scenes):
                self.sheet.strip(unit, index, scene)
        # Last, because with it the unit counts as done.
        self.answers.put(answer)


Tried = Iterator[tuple[Unit, TemptrackError | None]]
"""Units as they were tried, in any order, each with why it could not be answered, or None."""


class Spread(Protocol):
    """Spreads units over workers."""

    def __call__(self, units: Sequence[Unit], answerer: Answerer, cancelled: Callable[[], bool]) -> Tried:
        """Answer units until all are tried or ``cancelled`` says so."""


def in_threads(jobs: int) -> Spread:
    """Return what answers so many units at a time in threads of this process."""

    def spread(units: Sequence[Unit], answerer: Answerer, cancelled: Callable[[], bool]) -> Tried:
        waiting = iter(units)
        running: dict[Future[None], Unit] = {}
        with ThreadPoolExecutor(jobs, "batch") as threads:
            while True:
                while len(running) < jobs and not cancelled():
                    unit = next(waiting, None)
                    if unit is None:
                        break
                    running[threads.submit(answerer.answer, unit, cancelled)] = unit
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    error = future.exception()
                    yield running.pop(future), None if error is None else explain(error)

    return spread
