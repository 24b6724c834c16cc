"""Writes one text for each track, judging each and trying again where it was turned down."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from temptrack.errors import (
    Corrupt,
    DeadlineExceeded,
    InvalidRequest,
    NotReady,
    Overloaded,
    TemptrackError,
    Unavailable,
)
from temptrack_train.datasets.taxonomy import TagKind
from temptrack_train.synthesis.filters import Filter
from temptrack_train.synthesis.types import Failure, Recipe, TrackTags, chance_for

ATTEMPTS: Final = 3
"""Texts tried for one track before it goes without."""

PASSING: Final = (Unavailable, Overloaded, DeadlineExceeded)
"""What may go away by itself; a run that meets nothing else stops rather than fail every track."""

_OF_ONE_TRACK: Final = (*PASSING, InvalidRequest, Corrupt, NotReady)
"""What concerns one text. Anything else, such as a wrong key, concerns all and stops the run."""


class Draft(BaseModel):
    """A text that was turned down."""

    model_config = ConfigDict(frozen=True)

    text: str
    fault: str = Field(description="why: a word of temptrack_train.synthesis.filters.Fault")


class Row(BaseModel):
    """What became of one track; a line of the files of a run."""

    model_config = ConfigDict(frozen=True)

    track_id: str
    text: str | None = Field(default=None, description="null where there is none")
    tags: dict[TagKind, tuple[str, ...]]
    drafts: tuple[Draft, ...] = Field(default=(), description="texts turned down before, in order")
    failure: Failure | None = Field(default=None, description="why there is no text")


Told = Callable[[int], None]
"""Told after each text how many of the tracks have been tried."""


def write_texts(
    recipe: Recipe,
    tracks: Sequence[TrackTags],
    judge: Filter,
    *,
    seed: int,
    attempts: int = ATTEMPTS,
    told: Told = lambda _done: None,
) -> list[Row]:
    """Write texts for tracks; one that fails does not stop the others.

    Same recipe, tracks, seed and texts taken before: same result, however many run at once.

    Args:
        recipe: who writes.
        tracks: what about.
        judge: turns texts down; what passes counts as taken.
        seed: of everything random.
        attempts: most texts to try for one track.
        told: told of progress.

    Returns:
        A row for each track, in order.

    Raises:
        TemptrackError: something is wrong that concerns every text; or no track could be written to for a
            reason that may pass.
    """
    rows = {track.track_id: Row(track_id=track.track_id, tags=dict(track.groups)) for track in tracks}
    waiting = list(tracks)
    passing: TemptrackError | None = None
    with ThreadPoolExecutor(max_workers=max(recipe.jobs, 1)) as pool:
        for attempt in range(attempts):
            answers = pool.map(lambda track, number=attempt: _write(recipe, track, seed, number), waiting)
            again = []
            # Judged in order, so that which of two equal texts stays never depends on speed.
            for done, (track, answer) in enumerate(zip(waiting, answers, strict=True), start=1):
                row = rows[track.track_id]
                if isinstance(answer, str):
                    rows[track.track_id] = row = _judged(row, track, answer, judge)
                    if row.text is None:
                        again.append(track)
                else:
                    rows[track.track_id] = row.model_copy(update={"failure": Failure.of(answer)})
                    passing = answer if isinstance(answer, PASSING) else passing
                if not attempt:
                    told(done)
            waiting = again
    if passing and all(row.failure and not row.drafts for row in rows.values()):
        raise passing
    return list(rows.values())


def _write(recipe: Recipe, track: TrackTags, seed: int, attempt: int) -> str | TemptrackError:
    try:
        return recipe.write(track, chance_for(seed, recipe.name, track.track_id, attempt))
    except _OF_ONE_TRACK as error:
        return error


def _judged(row: Row, track: TrackTags, text: str, judge: Filter) -> Row:
    fault = judge.judge(text, track)
    if fault is None:
        return row.model_copy(update={"text": text, "failure": None})
    drafts = (*row.drafts, Draft(text=text, fault=fault))
    failure = Failure(reason=fault, message=f"{len(drafts)} texts were turned down, the last for {fault}.")
    return row.model_copy(update={"drafts": drafts, "failure": failure})
