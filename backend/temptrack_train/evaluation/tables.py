"""Finished cells to tables: figures with intervals, gains of paired systems, and which claims hold."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from temptrack_train.evaluation.catalogue import Claim, TablePlan
from temptrack_train.evaluation.cells import CellResult
from temptrack_train.evaluation.intervals import FIGURES, Estimate, estimate, estimate_gain
from temptrack_train.evaluation.metrics import chance, measure
from temptrack_train.evaluation.protocol import PooledRanks
from temptrack_train.evaluation.questions import (
    CLIPS_BY_PICTURE,
    CLIPS_BY_PICTURE_AND_WORDS,
    CLIPS_BY_WORDS,
    TRACKS_BY_PICTURE,
    Question,
)

Results = Mapping[str, Sequence[CellResult]]
"""By key of a system the results of its seeds, in the order of the seeds."""

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


def _ranks(results: Results, system: str, question: Question) -> list[PooledRanks]:
    return [result.answers[question].ranks for result in results[system]]


def make_line(results: Results, labels: Sequence[str], system: str | None, question: Question) -> TableLine:
    """Return one line; chance takes its pool sizes from whatever system was asked the question."""
    if system is None:
        asked = next(cells[0].answers[question] for cells in results.values() if question in cells[0].answers)
        pool, full = (chance(ranks.pool_size) for ranks in (asked.ranks.pools[0], asked.ranks.full))
        figures = [pool.median_rank, *pool.recall.values()]
        exact = {name: Estimate(value, value, value) for name, value in zip(FIGURES, figures, strict=True)}
        return TableLine(
            labels,
            question.direction,
            exact,
            pool.pool_size,
            None,
            full.recall[10],
            full.pool_size,
            None,
            None,
        )
    answers = [result.answers[question] for result in results[system]]
    ranks = [answer.ranks for answer in answers]
    graded = [answer.ndcg for answer in answers if answer.ndcg is not None]
    return TableLine(
        labels=labels,
        direction=question.direction,
        pool=estimate(ranks, _SEED),
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
    better, worse = _ranks(results, *claim.better), _ranks(results, *claim.worse)
    gain = estimate_gain(better, worse, _SEED)["r10"]
    of_better, of_worse = estimate(better, _SEED)["r10"], estimate(worse, _SEED)["r10"]
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
    gain = None
    if system != base:
        gain = {
            question: estimate_gain(
                _ranks(results, system, question), _ranks(results, base, question), _SEED
            )["r10"]
            for question in OPTION_QUESTIONS
        }
    graded = [cell.answers[CLIPS_BY_PICTURE_AND_WORDS].ndcg for cell in results[system]]
    known = [value for value in graded if value is not None]
    return OptionLine(
        label=label,
        r10={
            question: estimate(_ranks(results, system, question), _SEED)["r10"]
            for question in OPTION_QUESTIONS
        },
        gain=gain,
        ndcg=_mean(known) if known else None,
    )
