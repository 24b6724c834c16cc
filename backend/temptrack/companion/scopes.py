"""The part of a host's timeline that is meant, in the host's own frames, and back."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from temptrack.companion.strip_timeline import Frames, StripTimeline
from temptrack.timeline.scope import ScopeRequest
from temptrack.timeline.segments import RecordRange
from temptrack.timeline.timeline_file import TimelineFile


class _Scope(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WholeScope(_Scope):
    """All picture of the timeline."""

    kind: Literal["whole"] = "whole"


class RangeScope(_Scope):
    """A range of host frames."""

    kind: Literal["range"]
    start_frames: Frames
    end_frames: Frames = Field(description="exclusive")


class ItemsScope(_Scope):
    """What is selected: from its first frame to its last, and nothing else is looked at."""

    kind: Literal["items"]
    ids: tuple[str, ...] = Field(description="ids of strips; names of clips where the timeline is a file")


class MarkerScope(_Scope):
    """The range of a marker saved in the timeline."""

    kind: Literal["marker"]
    name: str


HostScope = Annotated[WholeScope | RangeScope | ItemsScope | MarkerScope, Field(discriminator="kind")]
"""Which part of a host's timeline music is wanted for."""


def scope_request(
    scope: HostScope, file: TimelineFile, description: StripTimeline | None = None
) -> ScopeRequest:
    """Return what to select from a timeline.

    Args:
        scope: what the host asks for, in its own frames.
        file: the timeline.
        description: what the timeline was built from, for the range the host works in; None for a file.
    """
    match scope:
        case RangeScope():
            return ScopeRequest.between(
                scope.start_frames - file.start_frames, scope.end_frames - file.start_frames
            )
        case ItemsScope():
            return ScopeRequest.of_items(scope.ids)
        case MarkerScope():
            return ScopeRequest.at_marker(scope.name)
        case WholeScope():
            if description is None:
                return ScopeRequest.whole()
            end = description.end_frames - file.start_frames
            picture_end = file.picture_end_frames or file.duration_frames
            return ScopeRequest.between(
                description.start_frames - file.start_frames, min(end, picture_end) if picture_end else end
            )


def host_range(record: RecordRange, file: TimelineFile) -> tuple[int, int]:
    """Return the host frames of a record range: its first frame, and its end exclusive."""
    return record.start_frames + file.start_frames, record.end_frames + file.start_frames
