"""What a batch did: the lines of ``suggestions.jsonl`` and the JSON of ``temptrack batch``."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from temptrack.batch.choosing import Outcome, PassedOver
from temptrack.seat.reports import Span
from temptrack.suggest.types import Suggestion


class _Report(BaseModel):
    model_config = ConfigDict(frozen=True)


class FailedRow(_Report):
    """A request of the plan that came to nothing."""

    row: int = Field(description="number of the request, from 1")
    timeline: str
    reason: str = Field(description="stable UPPER_SNAKE word")
    message: str
    hint: str = Field(description="the next step; may be empty")
    exit_code: int = Field(description="class of the failure, as the exit codes of commands")


class SceneLine(_Report):
    """One scene: a line of ``suggestions.jsonl``."""

    row: int = Field(description="number of the request, from 1")
    unit: str = Field(description="hex SHA-256 of everything the answer depends on")
    timeline: str
    production: str
    episode: str
    scene: str = Field(description="how the scene came about, in words")
    record: Span
    prompt: str
    outcome: Outcome
    problem: str = Field(description="why there are no suggestions; empty where there are some")
    chosen_rank: int | None = Field(description="rank of the track that was placed")
    family_likeness: float | None = Field(description="likeness to the music of the episode so far, 0 to 1")
    passed_over: dict[int, PassedOver] = Field(description="better ranks that were not placed, and why")
    output: str | None = Field(description="the timeline with the cue")
    support: str = Field(description="what the words name and nothing in the library is known to have")
    considered: int = Field(description="tracks that passed the conditions")
    library_digest: str
    bundle_digest: str
    query_digest: str
    suggestions: tuple[Suggestion, ...] = Field(description="the first of the list, and the one placed")
    warnings: tuple[str, ...]


class BatchReport(_Report):
    """What a batch did: the JSON of `temptrack batch`."""

    schema_version: Literal[1] = 1
    folder: str = Field(description="where everything lies")
    rows: int = Field(description="requests in the plan, patterns resolved")
    in_shard: int = Field(description="those of them that this run answers for")
    known: int = Field(description="answered by an earlier run")
    asked: int = Field(description="answered in this run")
    failed: tuple[FailedRow, ...] = Field(description="in order of the plan")
    complete: bool = Field(description="whether tracks were chosen and the files below written")
    scenes: int = Field(default=0, description="scenes that music was chosen for, or not")
    outcomes: dict[Outcome, int] = Field(default_factory=dict)
    timelines: tuple[str, ...] = Field(default=(), description="timelines that were written")
    files: tuple[str, ...] = Field(default=(), description="other files that were written")
    notes: tuple[str, ...] = Field(default=(), description="what is worth knowing about them")
    told: int = Field(
        default=0, description="cues, placed or taken off, that the server wrote in its audit log in this run"
    )
    untold: int = Field(
        default=0, description="those it could not be told; the notes say why, and the next run tries again"
    )
