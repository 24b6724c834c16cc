"""Saying which part of a timeline music is wanted for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

Position = str | int
"""A place on the timeline: a timecode, ``"12.5s"`` from the start, or a whole number of record frames."""


class ScopeKind(StrEnum):
    """How a scope is chosen."""

    WHOLE = "whole"
    IN_OUT = "in-out"
    MARKER = "marker"
    CLIPS = "clips"
    ITEMS = "items"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class ScopeRequest:
    """Which part of the timeline music is wanted for. Use the named constructors.

    Attributes:
        kind: how it is chosen.
        start: first moment of a range; None is the start of the timeline.
        end: end of a range, exclusive; None is the end of the picture.
        marker: name of the marker, upper or lower case alike.
        clips: names of clips; the scope reaches from the first to the last and shows only them.
        items: ids of what the editor selected in the host, likewise.
    """

    kind: ScopeKind = ScopeKind.WHOLE
    start: Position | None = None
    end: Position | None = None
    marker: str = ""
    clips: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    @classmethod
    def whole(cls) -> "ScopeRequest":
        """Ask for everything from the first frame to the end of the picture."""
        return cls()

    @classmethod
    def in_out(cls) -> "ScopeRequest":
        """Ask for the range between the in and out points saved in the timeline."""
        return cls(ScopeKind.IN_OUT)

    @classmethod
    def at_marker(cls, name: str) -> "ScopeRequest":
        """Ask for the range of a marker."""
        return cls(ScopeKind.MARKER, marker=name)

    @classmethod
    def of_clips(cls, names: Sequence[str]) -> "ScopeRequest":
        """Ask for the picture of the named clips."""
        return cls(ScopeKind.CLIPS, clips=tuple(names))

    @classmethod
    def of_items(cls, ids: Sequence[str]) -> "ScopeRequest":
        """Ask for the picture of what is selected in a host; a clip without an id goes by its name."""
        return cls(ScopeKind.ITEMS, items=tuple(ids))

    @classmethod
    def between(cls, start: Position | None, end: Position | None) -> "ScopeRequest":
        """Ask for an explicit range; its end is exclusive, either side may be None."""
        return cls(ScopeKind.RANGE, start=start, end=end)
