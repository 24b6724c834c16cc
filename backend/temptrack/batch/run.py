"""Runs a batch: first every unit by itself, in any order and on any machine, then one choice over all.

The two halves are apart so that stopping changes nothing. What a unit is answered depends on that unit alone,
and is kept under an id made of all it depends on; what is chosen depends on all answers in the order of the
plan. See docs/adr/0018.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from temptrack.batch.answering import Answerer, OpenLibrary, Spread, Work, in_threads
from temptrack.batch.answers import ANSWERS, Answers
from temptrack.batch.choosing import Chooser
from temptrack.batch.handing_on import HandingOn
from temptrack.batch.plan import Plan, PlanRow
from temptrack.batch.reading import Settings, in_shard
from temptrack.batch.report import BatchReport, FailedRow
from temptrack.batch.reporting import Reporting
from temptrack.batch.rules import Rules
from temptrack.batch.units import Unit
from temptrack.errors import AlreadyExists, Cancelled, InvalidRequest, TemptrackError
from temptrack.seat.failures import explain

Progress = Callable[[str, int, int], None]
"""Told what is being done ("asking", "writing"), how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it was ordered.

    Attributes:
        plan: what is asked.
        folder: where answers are kept and everything is written.
        rules: what may be placed.
        settings: what holds for all requests.
        shard: (i, n) to answer only that share of the plan, and choose nothing; None for the whole.
        review: whether to write the review page.
        resume: whether answers that lie in the folder already may be there.
    """

    plan: Plan
    folder: Path
    rules: Rules = field(default_factory=Rules)
    settings: Settings = field(default_factory=Settings)
    shard: tuple[int, int] | None = None
    review: bool = True
    resume: bool = False


def run_batch(
    batch: Batch,
    open_library: OpenLibrary,
    *,
    spread: Spread | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> BatchReport:
    """Answer every unit that is not answered yet, then choose, place and write.

    May be killed at any moment and run again with ``resume``: finished units are not asked again, and what is
    written in the end is the same. A unit that cannot be answered is reported and stops nothing; the next run
    tries it again. The server that answered is told once which music was placed; where it cannot be told, the
    timelines stand and the next run tells it.

    Args:
        batch: what to do.
        open_library: opens the libraries of the plan.
        spread: works on the units; None does it one by one in this process.
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
        work = Work(
            folder=batch.folder.absolute(),
            libraries=tuple(sorted({row.library for row in batch.plan.rows})),
            open_library=open_library,
            settings=batch.settings,
            rules=batch.rules,
            review=batch.review,
        )
        run = _Run(batch, Answerer(work, opened), progress or (lambda *_news: None), cancelled)
        return run.run(spread or in_threads(1), dry_run=dry_run)


class _Run:
    """One run of a batch."""

    def __init__(
        self, batch: Batch, answerer: Answerer, progress: Progress, cancelled: Callable[[], bool]
    ) -> None:
        self._batch = batch
        self._answerer = answerer
        self._progress = progress
        self._cancelled = cancelled
        self._failures: dict[int, TemptrackError] = {}

    def run(self, spread: Spread, *, dry_run: bool) -> BatchReport:
        rows = [
            (number, row)
            for number, row in enumerate(self._batch.plan.rows, start=1)
            if in_shard(row, self._batch.shard)
        ]
        units = self._prepared(rows)
        known = {unit.id for unit in units if self._answerer.answers.has(unit.id)}
        asked = 0
        if not dry_run:
            # Rows that ask the same have one answer.
            missing = {unit.id: unit for unit in units if unit.id not in known}
            asked = self._ask(list(missing.values()), spread, units)
            units = [unit for unit in units if self._answerer.answers.has(unit.id)]
        report = BatchReport(
            folder=str(self._batch.folder.absolute()),
            rows=len(self._batch.plan.rows),
            in_shard=len(rows),
            known=sum(unit.id in known for unit in units),
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
            try:
                units.append(self._answerer.unit(number, row))
            except Exception as error:
                # Whatever is wrong with one timeline must not cost the others theirs.
                self._failures[number] = explain(error)
        return units

    def _ask(self, missing: Sequence[Unit], spread: Spread, units: Sequence[Unit]) -> int:
        """Answer units and return how many were; a failure counts for every row that asks the same."""
        done = 0
        self._progress("asking", 0, len(missing))
        for tried, (unit, error) in enumerate(spread(missing, self._answerer, self._cancelled), start=1):
            if error is None:
                done += 1
            elif not isinstance(error, Cancelled):
                self._failures |= {each.number: error for each in units if each.id == unit.id}
            self._progress("asking", tried, len(missing))
        self._stop_if_cancelled(done)
        return done

    def _hand_on(self, units: Sequence[Unit], report: BatchReport) -> BatchReport:
        def told(count: int, total: int) -> None:
            self._progress("writing", count, total)
            self._stop_if_cancelled(report.asked)

        reporting = Reporting(self._batch.folder, self._answerer.libraries)
        handing_on = HandingOn(
            self._batch.folder,
            [row.timeline for row in self._batch.plan.rows],
            self._answerer.answers,
            Chooser(self._batch.rules),
            self._answerer.sheet,
            reporting=reporting,
        )
        done = handing_on.run(
            units,
            self._answerer.libraries,
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
                "notes": (*done.notes, *reporting.notes),
                "told": reporting.told,
                "untold": reporting.untold,
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


def _check(batch: Batch) -> None:
    if batch.shard is not None and not 1 <= batch.shard[0] <= batch.shard[1]:
        raise InvalidRequest(
            f"There is no shard {batch.shard[0]} of {batch.shard[1]}.",
            reason="BAD_SHARD",
            hint="Count shards from 1: --shard 1/8 to --shard 8/8.",
        )
    # Shards share a folder, so that each of them finds answers of the others there.
    if not batch.resume and batch.shard is None and any(Answers(batch.folder / ANSWERS).known()):
        raise AlreadyExists(
            f"There are answers of an earlier batch in {batch.folder}.",
            reason="BATCH_EXISTS",
            hint="Say --resume to go on with it, or name another folder.",
        )
