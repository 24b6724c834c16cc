"""The rules that a batch keeps across its timelines."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Rules(BaseModel):
    """What may be placed, beyond what each request demands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    no_repeat: int | Literal["all"] = Field(
        default=1,
        description="a track comes again only so many timelines later: 0 at once, 1 not within a timeline, "
        "'all' never",
    )
    family: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="how much likeness to the music of the same episode counts beside the score",
    )
    min_score: float | None = Field(
        default=None, ge=-1, le=1, description="below it nothing is placed rather than something that misses"
    )
    abstain: bool = Field(
        default=False,
        description="place nothing where the library says that nothing fits what the words name",
    )
    licences: tuple[str, ...] = Field(default=(), description="only these licences are placed; none: all")
    no_licences: tuple[str, ...] = Field(default=(), description="these licences are never placed")
    longest_silence_s: float | None = Field(
        default=None, ge=0, description="seconds of a scene that may stay without music; none: any"
    )
    loops: bool = Field(default=True, description="whether a track may be repeated to fill a scene")
