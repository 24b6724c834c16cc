"""Runs a batch: first every unit by itself, in any order and on any machine, then one choice over all.

The two halves are apart so that stopping changes nothing. What a unit is answered depends on that unit alone,
and is kept under an id made of all it depends on; what is chosen depends on all answers in the order of the
plan. See docs/adr/0018.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from temptrack.api.library import Library
from temptrack.batch.answers import Answers
from temptrack.batch.asking import Asker
from temptrack.batch.choosing import Chooser
from temptrack.batch.contact_sheet import ContactSheet
from temptrack.batch.handing_on import HandingOn
from temptrack.batch.plan import Plan, PlanRow
from temptrack.batch.reading import Reader, Settings, in_shard, unit_id
from temptrack.batch.report import BatchReport, FailedRow
from temptrack.batch.rules import Rules
from temptrack.batch.units import Unit
from temptrack.errors import AlreadyExists, Cancelled, InvalidRequest, TemptrackError
from temptrack.library.types import LibraryInfo
from temptrack.seat.failures import explain

OpenLibrary = Callable[[str], Library]
"""Opens a library by name."""

Progress = Callable[[str, int, int], None]
"""Told what is being done ("asking", "writing"), how many are done, and of how many."""

_ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it was ordered.

    Attributes:
        plan: what is asked.
        folder: where answers are kept and everything is written.
        rules: what may be placed.
        settings: what holds for all requests.
        shard: (i, n) to answer only that share of the plan, and choose nothing; None for the whole.
        jobs: units to work on at a time.
        review: whether to write the review page.
        resume: whether answers that lie in the folder already may be there.
    """

    plan: Plan
    folder: Path
    rules: Rules = field(default_factory=Rules)
    settings: Settings = field(default_factory=Settings)
    shard: tuple[int, int] | None = None
    jobs: int = 1
    review: bool = True
    resume: bool = False


def run_batch(
    batch: Batch,
    open_library: OpenLibrary,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> BatchReport:
    """Answer every unit that is not answered yet, then choose, place and write.

    May be killed at any moment and run again with ``resume``: finished units are not asked again, and what is
    written in the end is the same. A unit that cannot be answered is reported and stops nothing; the next run
    tries it again.

    Args:
        batch: what to do.
        open_library: opens the libraries of the plan.
        dry_run: look at everything and write nothing.
        progress: told how far it is.
        cancelled: asked often whether to stop.

    Raises:
        AlreadyExists: there are answers in the folder and ``resume`` is not set (BATCH_EXISTS).
        InvalidRequest: the shard is none (BAD_SHARD).
        Cancelled: when ``cancelled`` said so; what was answered is kept.
        TemptrackError: what a library of the plan raises when it is opened.
    """
    _check(batch)
    with ExitStack() as opened:
        return _Run(batch, open_library, opened, progress or (lambda *_news: None), cancelled).run(dry_run)


class _Run:
    """One run of a batch."""

    def __init__(
        self,
        batch: Batch,
        open_library: OpenLibrary,
        opened: ExitStack,
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> None:
        self._batch = batch
        self._progress = progress
        self._cancelled = cancelled
        self._answers = Answers(batch.folder / _ANSWERS)
        self._reader = Reader()
        self._failures: dict[int, TemptrackError] = {}
        names = sorted({row.library for row in batch.plan.rows})
        rules = batch.rules
        self._settings = replace(batch.settings, licences=rules.licences, no_licences=rules.no_licences)
        self._askers = {
            name: _asker(opened.enter_context(open_library(name)), self._reader, self._settings)
            for name in names
        }
        self._sheet = ContactSheet(batch.folder, self._reader) if batch.review else None

    def run(self, dry_run: bool) -> BatchReport:
        rows = [
            (number, row)
            for number, row in enumerate(self._batch.plan.rows, start=1)
            if in_shard(row, self._batch.shard)
        ]
        units = self._prepared(rows)
        missing = list({unit.id: unit for unit in units if not self._answers.has(unit.id)}.values())
        known = len(units) - sum(1 for unit in units if unit.id in {each.id for each in missing})
        asked = 0
        if not dry_run:
            asked = self._ask(missing)
            units = [unit for unit in units if self._answers.has(unit.id)]
        report = BatchReport(
            folder=str(self._batch.folder.absolute()),
            rows=len(self._batch.plan.rows),
            in_shard=len(rows),
            known=known,
            asked=asked,
            failed=(),
            complete=False,
        )
        # Where nothing at all was answered, empty cue sheets would only hide what went wrong.
        if units and not dry_run and self._batch.shard is None:
            report = self._hand_on(units, report)
        return report.model_copy(update={"failed": self._failed()})

    def _prepared(self, rows: Sequence[tuple[int, PlanRow]]) -> list[Unit]:
        units = []
        for number, row in rows:
            self._stop_if_cancelled(0)
            asker = self._askers[row.library]
            try:
                made = unit_id(row, self._reader.cut(row), asker.info, self._settings)
                units.append(Unit(number, row, made))
            except Exception as error:
                # Whatever is wrong with one timeline must not cost the others theirs.
                self._failures[number] = explain(error)
        return units

    def _ask(self, units: Sequence[Unit]) -> int:
        """Answer units, a few at a time, and return how many were answered."""
        done = tried = 0
        self._progress("asking", 0, len(units))
        with ThreadPoolExecutor(self._batch.jobs, "batch") as threads:
            waiting = iter(units)
            running: dict[Future[None], Unit] = {}
            while True:
                while len(running) < self._batch.jobs and not self._cancelled():
                    unit = next(waiting, None)
                    if unit is None:
                        break
                    running[threads.submit(self._answer, unit)] = unit
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    unit = running.pop(future)
                    error = future.exception()
                    tried += 1
                    if error is None:
                        done += 1
                    elif not isinstance(error, Cancelled):
                        self._failures[unit.number] = explain(error)
                    self._progress("asking", tried, len(units))
        self._stop_if_cancelled(done)
        return done

    def _answer(self, unit: Unit) -> None:
        answer = self._askers[unit.row.library].answer(unit.id, unit.row, self._cancelled)
        if self._sheet is not None:
            for index, scene in enumerate(answer.scenes):
                self._sheet.strip(unit, index, scene)
        # Last, because with it the unit counts as done.
        self._answers.put(answer)

    def _hand_on(self, units: Sequence[Unit], report: BatchReport) -> BatchReport:
        def told(count: int, total: int) -> None:
            self._progress("writing", count, total)
            self._stop_if_cancelled(report.asked)

        handing_on = HandingOn(
            self._batch.folder,
            [row.timeline for row in self._batch.plan.rows],
            self._answers,
            Chooser(self._batch.rules),
            self._sheet,
        )
        done = handing_on.run(
            units,
            {name: asker.music for name, asker in self._askers.items()},
            title=Path(self._batch.plan.name).name,
            progress=told,
        )
        self._failures |= done.failures
        return report.model_copy(
            update={
                "complete": True,
                "scenes": sum(done.outcomes.values()),
                "outcomes": dict(done.outcomes),
                "timelines": tuple(map(str, done.timelines)),
                "files": tuple(map(str, done.files)),
                "notes": tuple(done.notes),
            }
        )

    def _failed(self) -> tuple[FailedRow, ...]:
        rows = self._batch.plan.rows
        return tuple(
            FailedRow(
                row=number,
                timeline=str(rows[number - 1].timeline),
                reason=error.reason,
                message=error.message,
                hint=error.hint,
                exit_code=error.exit_code,
            )
            for number, error in sorted(self._failures.items())
        )

    def _stop_if_cancelled(self, done: int) -> None:
        if self._cancelled():
            raise Cancelled(
                f"Stopped after {done} requests of this run.",
                hint="What was answered is kept; the same command with --resume goes on.",
            )


def _asker(music: Library, reader: Reader, settings: Settings) -> Asker:
    info: LibraryInfo = music.info()
    return Asker(music, info, cache(music.tracks), reader, settings)


def _check(batch: Batch) -> None:
    if batch.shard is not None and not 1 <= batch.shard[0] <= batch.shard[1]:
        raise InvalidRequest(
            f"There is no shard {batch.shard[0]} of {batch.shard[1]}.",
            reason="BAD_SHARD",
            hint="Count shards from 1: --shard 1/8 to --shard 8/8.",
        )
    # Shards share a folder, so that each of them finds answers of the others there.
    if not batch.resume and batch.shard is None and any((batch.folder / _ANSWERS).glob("*")):
        raise AlreadyExists(
            f"There are answers of an earlier batch in {batch.folder}.",
            reason="BATCH_EXISTS",
            hint="Say --resume to go on with it, or name another folder.",
        )
