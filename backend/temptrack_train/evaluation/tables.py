"""Finished cells to tables: figures with intervals, gains of paired systems, and which claims hold."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from temptrack_train.evaluation.catalogue import Claim, TablePlan
from temptrack_train.evaluation.cells import CellResult
from temptrack_train.evaluation.intervals import FIGURES, Estimate, Resamples, resample
from temptrack_train.evaluation.metrics import chance, measure
from temptrack_train.evaluation.questions import (
    CLIPS_BY_PICTURE,
    CLIPS_BY_PICTURE_AND_WORDS,
    CLIPS_BY_WORDS,
    TRACKS_BY_PICTURE,
    Answer,
    Question,
)


class Results:
    """The finished cells of an experiment; what was resampled once is kept."""

    def __init__(self, cells: Mapping[str, Sequence[CellResult]]) -> None:
        """Take the results by key of the system, in the order of the seeds."""
        self._cells = cells
        self._resamples: dict[tuple[str, Question], Resamples] = {}

    def answers(self, system: str, question: Question) -> list[Answer]:
        """Return the answers of a system's runs."""
        return [cell.answers[question] for cell in self._cells[system]]

    def any_answer(self, question: Question) -> Answer:
        """Return whatever answer there is to a question; all have the same pools."""
        return next(
            cells[0].answers[question] for cells in self._cells.values() if question in cells[0].answers
        )

    def resamples(self, system: str, question: Question) -> Resamples:
        """Return the resampled figures of a system's answers."""
        key = (system, question)
        if key not in self._resamples:
            self._resamples[key] = resample([answer.ranks for answer in self.answers(*key)], _SEED)
        return self._resamples[key]


Verdict = Literal["holds", "holds the other way", "not settled"]

_SEED = 0
OPTION_QUESTIONS = (TRACKS_BY_PICTURE, CLIPS_BY_PICTURE, CLIPS_BY_PICTURE_AND_WORDS, CLIPS_BY_WORDS)


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line with its figures.

    Attributes:
        labels: as planned.
        direction: of the question, which goes before the figures' names in files.
        pool: figures within pools, with intervals.
        pool_size: candidates of a pool.
        spread: standard deviation of R@10 over the pools of one run, averaged over runs.
        full_r10: R@10 in percent within the full pool.
        full_size: candidates of the full pool.
        ndcg: graded, within the full pool; None where unknown.
        hub_skew: of the answers within the full pool; None for chance.
    """

    labels: Sequence[str]
    direction: str
    pool: Mapping[str, Estimate]
    pool_size: int
    spread: float | None
    full_r10: float
    full_size: int
    ndcg: float | None
    hub_skew: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the line for a file: every figure carries its direction."""
        return {
            "labels": list(self.labels),
            "pool_size": self.pool_size,
            **{f"{self.direction}_{name}": asdict(one) for name, one in self.pool.items()},
            f"{self.direction}_r10_spread_over_pools": self.spread,
            f"{self.direction}_r10_full_pool": self.full_r10,
            "full_pool_size": self.full_size,
            f"{self.direction}_ndcg10_full_pool": self.ndcg,
            f"{self.direction}_hub_skew_full_pool": self.hub_skew,
        }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def make_line(results: Results, labels: Sequence[str], system: str | None, question: Question) -> TableLine:
    """Return one line; chance takes its pool sizes from whatever system was asked the question."""
    if system is not None:
        figures = results.resamples(system, question).estimates()
        return answered_line(labels, question, results.answers(system, question), figures)
    asked = results.any_answer(question).ranks
    pool, full = chance(asked.pools[0].pool_size), chance(asked.full.pool_size)
    values = [pool.median_rank, *pool.recall.values()]
    return TableLine(
        labels=labels,
        direction=question.direction,
        pool={name: Estimate(value, value, value) for name, value in zip(FIGURES, values, strict=True)},
        pool_size=pool.pool_size,
        spread=None,
        full_r10=full.recall[10],
        full_size=full.pool_size,
        ndcg=None,
        hub_skew=None,
    )


def answered_line(
    labels: Sequence[str],
    question: Question,
    answers: Sequence[Answer],
    figures: Mapping[str, Estimate] | None = None,
) -> TableLine:
    """Return a line from the answers of one or more runs, with figures that were computed before or not."""
    ranks = [answer.ranks for answer in answers]
    graded = [answer.ndcg for answer in answers if answer.ndcg is not None]
    return TableLine(
        labels=labels,
        direction=question.direction,
        pool=figures or resample(ranks, _SEED).estimates(),
        pool_size=ranks[0].pools[0].pool_size,
        spread=_mean([run.spread().recall[10] for run in ranks]),
        full_r10=_mean([measure(run.full).recall[10] for run in ranks]),
        full_size=ranks[0].full.pool_size,
        ndcg=_mean(graded) if graded else None,
        hub_skew=_mean([answer.hubness.skew for answer in answers]),
    )


def make_table(plan: TablePlan, results: Results) -> list[TableLine]:
    """Return the lines of a planned table."""
    return [make_line(results, line.labels, line.system, line.question) for line in plan.lines]


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim with what was found.

    Attributes:
        claim: what the paper's tables say.
        worse_r10: R@10 of the line that should find less, in percent.
        better_r10: R@10 of the line that should find more.
        gain: better less worse, paired over seeds and queries.
        apart: whether the two lines' own intervals share no point.
        verdict: by the interval of the gain.
    """

    claim: Claim
    worse_r10: float
    better_r10: float
    gain: Estimate
    apart: bool
    verdict: Verdict


def check_claim(claim: Claim, results: Results) -> CheckedClaim:
    """Compare two lines by R@10; a gain whose interval holds 0 settles nothing."""
    better, worse = results.resamples(*claim.better), results.resamples(*claim.worse)
    gain = better.gains_over(worse)["r10"]
    of_better, of_worse = better.estimates()["r10"], worse.estimates()["r10"]
    verdict: Verdict = "holds" if gain.low > 0 else "holds the other way" if gain.high < 0 else "not settled"
    return CheckedClaim(
        claim, of_worse.value, of_better.value, gain, not of_better.overlaps(of_worse), verdict
    )


@dataclass(frozen=True, slots=True)
class OptionLine:
    """What one option changes, by question.

    Attributes:
        label: what the option is.
        r10: of the system with it, in percent, by question.
        gain: over the base system, paired, by question; None for the base itself.
        ndcg: graded, of clips asked for by picture and words.
    """

    label: str
    r10: Mapping[Question, Estimate]
    gain: Mapping[Question, Estimate] | None
    ndcg: float | None


def make_option_line(results: Results, label: str, system: str, base: str) -> OptionLine:
    """Compare a system with the one its option was added to."""
    measured = {question: results.resamples(system, question) for question in OPTION_QUESTIONS}
    gain = {
        question: one.gains_over(results.resamples(base, question))["r10"]
        for question, one in measured.items()
    }
    graded = [answer.ndcg for answer in results.answers(system, CLIPS_BY_PICTURE_AND_WORDS)]
    known = [value for value in graded if value is not None]
    return OptionLine(
        label=label,
        r10={question: one.estimates()["r10"] for question, one in measured.items()},
        gain=None if system == base else gain,
        ndcg=_mean(known) if known else None,
    )
