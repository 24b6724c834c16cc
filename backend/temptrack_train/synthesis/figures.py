"""How good the texts of a recipe are, in numbers beside each other."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import fmean, median

from pydantic import BaseModel, ConfigDict, Field

from temptrack_train.synthesis.filters import plain, read
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.types import TrackTags
from temptrack_train.synthesis.writing import Row


class TextFigures(BaseModel):
    """Figures of a set of texts; shares are 0 to 1, and 0 where there are no texts."""

    model_config = ConfigDict(frozen=True)

    texts: int
    tag_recall: float = Field(description="tags of the tracks that the texts say, over all tags")
    tag_precision: float = Field(
        description="terms the texts mention that the tags bear out, over all mentioned"
    )
    distinct_1: float = Field(description="different words over all words")
    distinct_2: float = Field(description="different pairs of neighbouring words over all pairs")
    different: float = Field(description="different texts over all texts")
    words_mean: float
    words_median: float


class Figures(BaseModel):
    """Figures of a run."""

    model_config = ConfigDict(frozen=True)

    tracks: int
    kept: TextFigures = Field(description="the texts that passed")
    first: TextFigures = Field(description="the first text of every track, before any was turned down")
    turned_down: dict[str, int] = Field(description="texts turned down, by fault")
    failed: dict[str, int] = Field(description="tracks without a text, by reason")


def figures_of(rows: Sequence[Row], finder: MentionFinder) -> Figures:
    """Return the figures of a run's rows."""
    kept = [(row, row.text) for row in rows if row.text is not None]
    first = [(row, row.drafts[0].text if row.drafts else row.text) for row in rows]
    return Figures(
        tracks=len(rows),
        kept=_measure(kept, finder),
        first=_measure([(row, text) for row, text in first if text is not None], finder),
        turned_down=_counted(draft.fault for row in rows for draft in row.drafts),
        failed=_counted(row.failure.reason for row in rows if row.failure),
    )


def _measure(texts: Sequence[tuple[Row, str]], finder: MentionFinder) -> TextFigures:
    readings = [read(text, TrackTags(row.track_id, row.tags), finder) for row, text in texts]
    words = [plain(text).split() for _, text in texts]
    pairs = [list(pairwise(row)) for row in words]
    lengths = [len(row) for row in words] or [0]
    return TextFigures(
        texts=len(texts),
        tag_recall=_share(
            sum(len(reading.said) for reading in readings),
            sum(len(reading.said) + len(reading.missed) for reading in readings),
        ),
        tag_precision=_share(
            sum(len(reading.true) for reading in readings),
            sum(len(reading.true) + len(reading.invented) + len(reading.denied) for reading in readings),
        ),
        distinct_1=_distinct(words),
        distinct_2=_distinct(pairs),
        different=_share(len({" ".join(row) for row in words}), len(texts)),
        words_mean=round(fmean(lengths), 2),
        words_median=float(median(lengths)),
    )


def _distinct(rows: Sequence[Sequence[object]]) -> float:
    everything = [item for row in rows for item in row]
    return _share(len(set(everything)), len(everything))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _counted(reasons: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for reason in reasons:
        found[reason] = found.get(reason, 0) + 1
    return dict(sorted(found.items()))
