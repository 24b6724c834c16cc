"""The plan of a batch: which timelines get music, by which words and under which conditions."""

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from temptrack.batch.plan_files import RawRow, read_rows
from temptrack.errors import InvalidRequest, NotFound, TemptrackError
from temptrack.home import expanded
from temptrack.library.keys import parse_key
from temptrack.library.types import TrackFilter
from temptrack.seat.filters import length_range, tempo_range, track_filter
from temptrack.timeline.scope_request import ScopeRequest

PLAN_ENDINGS = (".csv", ".jsonl", ".ndjson", ".yaml", ".yml")
"""What a plan's file name ends in; anything else names timelines."""

TIMELINE_ENDINGS = (".otio", ".otioz", ".otiod", ".edl", ".fcpxml", ".aaf")
"""What is taken for a timeline in a folder. An .xml may be anything; a pattern names it."""

_MOST_NAMED = 4
_REQUEST = "the request"
_BRIEF = reprlib.Repr()
_BRIEF.maxlevel, _BRIEF.maxstring, _BRIEF.maxother, _BRIEF.maxlong = 3, 200, 200, 200


class PlanRow(BaseModel):
    """One request of a plan: a part of a timeline and what music is wanted for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    timeline: Path = Field(description="file, or a pattern such as ep*/cut.otio; relative to the plan")
    production: str = Field(default="", description="for the cue sheet")
    episode: str = Field(default="", description="for the cue sheet; its cues are kept in a family of sound")
    scenes: Literal["whole", "markers", "gaps", "shots"] = Field(
        default="whole",
        description="one cue for the part, or one for each marker, stretch between gaps, or cluster of shots",
    )
    in_: str | None = Field(default=None, alias="in", description="start of the part: timecode, 12.5s, frame")
    out: str | None = Field(default=None, description="end of the part, exclusive")
    marker: str | None = Field(default=None, description="the part is the range of this marker")
    clips: tuple[str, ...] = Field(default=(), description="the part is the picture of these clips")
    media: tuple[Path, ...] = Field(default=(), description="folders where media are looked for by name")
    library: str = Field(default="", description="library to search")
    prompt: str = Field(default="", description="what it should sound like")
    text_weight: float = Field(default=0.5, ge=0, le=1, description="0 only picture, 1 only words")
    like: str = Field(default="", description="sounding like this track: id, path or title")
    bpm: str | None = Field(default=None, description="tempo: 90-120, 90-, -120 or 100")
    length: str | None = Field(default=None, description="length of the track: 1:30-4:00, 90-, -240")
    key: str | None = Field(default=None, description="such as A minor")
    vocals: bool | None = Field(default=None, description="yes only sung, no only instrumental")
    tags: tuple[str, ...] = Field(default=(), description="tags a track must have")
    no_tags: tuple[str, ...] = Field(default=(), description="tags a track must not have")
    licences: tuple[str, ...] = Field(default=(), description="licences to allow")
    no_licences: tuple[str, ...] = Field(default=(), description="licences to refuse, such as unknown")
    folder: Path | None = Field(default=None, description="only tracks under this folder")
    usage: Literal["background", "feature", "opening", "closing"] = Field(
        default="background", description="how the music is used, for the cue sheet"
    )

    @field_validator("bpm", "length", "key")
    @classmethod
    def _is_read(cls, value: str | None, info: Any) -> str | None:
        readers = {"bpm": tempo_range, "length": length_range, "key": parse_key}
        if value is not None:
            try:
                readers[info.field_name](value)
            except TemptrackError as error:
                raise ValueError(error.message) from error
        return value

    @model_validator(mode="after")
    def _names_one_part(self) -> Self:
        ways = [bool(self.in_ or self.out), self.marker is not None, bool(self.clips)]
        if sum(ways) > 1:
            raise ValueError("the part is named in more than one way: use in/out, marker or clips")
        return self

    @property
    def part(self) -> ScopeRequest:
        """The part of the timeline."""
        if self.marker is not None:
            return ScopeRequest.at_marker(self.marker)
        if self.clips:
            return ScopeRequest.of_clips(self.clips)
        return ScopeRequest.between(self.in_, self.out) if self.in_ or self.out else ScopeRequest.whole()

    @cached_property
    def where(self) -> TrackFilter:
        """The conditions a track must meet."""
        return track_filter(
            bpm=self.bpm,
            length=self.length,
            key=self.key,
            vocals=self.vocals,
            tags=self.tags,
            tags_not=self.no_tags,
            licences=self.licences,
            licences_not=self.no_licences,
            folder=self.folder,
        )

    @property
    def needs_picture(self) -> bool:
        """Whether nothing but the picture says what is wanted."""
        return not (self.prompt or self.like)


@dataclass(frozen=True, slots=True)
class Plan:
    """All requests of a batch, in order.

    Attributes:
        rows: one for each timeline; patterns are resolved.
        name: file or pattern it was read from.
    """

    rows: tuple[PlanRow, ...]
    name: str


def read_plan(
    plan: str | Path, *, defaults: Mapping[str, Any] | None = None, leave_out: Path | None = None
) -> Plan:
    """Read a plan from a file, or make one of the timelines in a folder or under a pattern.

    Args:
        plan: a .csv, .jsonl or .yaml file; a folder; a timeline; or a pattern such as "cuts/**/*.otio".
        defaults: values of columns that a row leaves empty.
        leave_out: timelines under this folder are passed over, such as those the batch writes itself.

    Raises:
        NotFound: no such plan (PLAN_NOT_FOUND), or no timeline under a folder or pattern (PLAN_EMPTY).
        InvalidRequest: something in it cannot work, named by row and column (PLAN_ROW); a row names no
            library (NO_LIBRARY) or wants nothing (PLAN_ROW).
        Corrupt: the file is no such file (PLAN_FORMAT).
    """
    given = {name: value for name, value in (defaults or {}).items() if value not in (None, "", ())}
    path = Path(plan)
    if path.suffix.lower() in PLAN_ENDINGS:
        folder, raw = path.absolute().parent, read_rows(path)
    else:
        folder, raw = Path.cwd(), [RawRow(_REQUEST, {"timeline": str(plan)})]
        if "library" not in given:
            raise InvalidRequest(
                "No library was named.",
                reason="NO_LIBRARY",
                hint="Say --library NAME; `temptrack library list` shows what there is.",
            )
    rows, faults = _validated(raw, given, folder, leave_out)
    if faults:
        shown = "; ".join(faults[:_MOST_NAMED])
        more = f"; and {len(faults) - _MOST_NAMED} more" if len(faults) > _MOST_NAMED else ""
        raise InvalidRequest(
            f"The plan {path.name} cannot work: {shown}{more}.",
            reason="PLAN_ROW",
            hint="Mend it and run it again: nothing was done yet.",
            metadata={"faults": str(len(faults))},
        )
    if not rows:
        raise NotFound(
            f"There is no timeline at {plan}.",
            reason="PLAN_EMPTY",
            hint=f"Name a folder or pattern of timelines ({', '.join(TIMELINE_ENDINGS)}), or a plan.",
        )
    return Plan(tuple(rows), str(plan))


def _validated(
    raw: Iterable[RawRow], defaults: Mapping[str, Any], folder: Path, leave_out: Path | None
) -> tuple[list[PlanRow], list[str]]:
    rows: list[PlanRow] = []
    faults: list[str] = []
    for place, values in ((row.place, {**defaults, **row.values}) for row in raw):
        try:
            row = PlanRow.model_validate(values)
        except ValidationError as error:
            faults += [_fault(place, values, found) for found in error.errors()]
            continue
        if not row.library:
            faults.append(f"{place}, column 'library': no library is named")
        try:
            found = list(_timelines(row, folder, leave_out))
        except (OSError, ValueError) as error:
            faults.append(f"{place}, column 'timeline': '{row.timeline}' cannot be looked for: {error}")
            continue
        if not found and place != _REQUEST:
            faults.append(f"{place}, column 'timeline': nothing is at '{row.timeline}'")
        rows += found
    return rows, faults


def _fault(place: str, values: Mapping[str, Any], found: Any) -> str:
    if not found["loc"]:
        return f"{place}: {_plain(found['msg'])}"
    column = str(found["loc"][0])
    if found["type"] == "extra_forbidden":
        return f"{place}, column '{column}': there is no such column"
    if found["type"] == "missing":
        return f"{place}, column '{column}': it is missing"
    return f"{place}, column '{column}': {_shown(values.get(column))}: {_plain(found['msg'])}"


def _shown(value: object) -> str:
    try:
        # Lists that name themselves again and again are small in a file and endless in words.
        return _BRIEF.repr(value)
    except ValueError:
        return "a number of thousands of digits"


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")


def _timelines(row: PlanRow, folder: Path, leave_out: Path | None) -> Iterator[PlanRow]:
    """Yield the row once for each timeline it names, in order of path."""
    path = folder / expanded(row.timeline)
    changed: dict[str, Any] = {"media": tuple(folder / each for each in row.media)}
    if row.folder is not None:
        changed["folder"] = folder / row.folder
    away = leave_out.absolute() if leave_out is not None else None
    found: Iterable[Path] = [path]
    if path.is_dir() and path.suffix.lower() not in TIMELINE_ENDINGS:
        found = (each for each in path.rglob("*") if each.suffix.lower() in TIMELINE_ENDINGS)
    elif not path.exists() and any(mark in str(row.timeline) for mark in "*?["):
        anchor = Path(path.anchor)
        found = anchor.glob(str(path.relative_to(anchor)))
    for each in sorted(found):
        if away is None or not each.is_relative_to(away):
            yield row.model_copy(update={**changed, "timeline": each})
