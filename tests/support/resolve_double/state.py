"""What a project holds: plain data that the handles read and change, and that tests look at."""

import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

COLOURS = (
    "Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple", "Fuchsia",
    "Rose", "Lavender", "Sky", "Mint", "Lemon", "Sand", "Cocoa", "Cream",
)  # fmt: skip
"""Colours a marker may have."""


def new_id() -> str:
    """An id as the host makes them."""
    return str(uuid.uuid4())


@dataclass(eq=False)
class Media:
    """A clip of the media pool. Its rate is frozen when it is imported, for sound too."""

    name: str
    path: Path | None
    rate: Fraction
    frames: int
    online: bool = True
    third_party: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=new_id)


@dataclass(eq=False)
class Bin:
    """A folder of the media pool."""

    name: str
    clips: list[Media] = field(default_factory=list)
    bins: list["Bin"] = field(default_factory=list)
    id: str = field(default_factory=new_id)

    def everything(self) -> Iterator[Media]:
        """The clips of this folder and of those in it."""
        yield from self.clips
        for each in self.bins:
            yield from each.everything()


@dataclass(eq=False)
class Item:
    """Something on a lane; frames are absolute, the end is exclusive."""

    name: str
    start: int
    end: int
    media: Media | None = None
    kind: str = "video"
    source_start: int = 0
    enabled: bool = True
    fades: dict[str, int] = field(default_factory=lambda: {"FadeIn": 0, "FadeOut": 0})
    properties: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=new_id)


@dataclass(eq=False)
class Lane:
    """A track of the host."""

    name: str
    kind: str = "video"
    sub_type: str = ""
    locked: bool = False
    enabled: bool = True
    items: list[Item] = field(default_factory=list)

    def over(self, start: int, end: int) -> list[Item]:
        """The items that lie over a span."""
        return [item for item in self.items if item.start < end and start < item.end]


@dataclass(eq=False)
class Cut:
    """A timeline."""

    name: str
    rate: Fraction
    start: int
    drop_frame: bool = False
    lanes: dict[str, list[Lane]] = field(default_factory=lambda: {"video": [], "audio": [], "subtitle": []})
    markers: dict[int, dict[str, Any]] = field(default_factory=dict)
    mark_in: int | None = None
    mark_out: int | None = None
    playhead: int = 0
    selected: list[Item] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=new_id)

    def items(self, kind: str) -> list[Item]:
        """All items of one kind of lane, lane by lane."""
        return [item for lane in self.lanes[kind] for item in lane.items]

    @property
    def end(self) -> int:
        """One past the last frame."""
        return max((item.end for kind in self.lanes for item in self.items(kind)), default=self.start)

    def lane_of(self, item: Item) -> Lane | None:
        """Where an item lies, or None if it lies nowhere."""
        lanes = (lane for lanes in self.lanes.values() for lane in lanes)
        return next((lane for lane in lanes if item in lane.items), None)


@dataclass(frozen=True)
class Wav:
    """What a WAV file says of itself."""

    rate_hz: int
    bits: int
    samples: int

    @property
    def length_s(self) -> Fraction:
        """Its exact length in seconds."""
        return Fraction(self.samples, self.rate_hz)


def wav_of(path: Path) -> Wav:
    """Read the header of a WAV file of either kind; the standard library reads one of them only."""
    content = path.read_bytes()
    assert content[:4] == b"RIFF"
    assert content[8:12] == b"WAVE"
    at, rate_hz, block, bits = 12, 0, 0, 0
    while content[at : at + 4] != b"data":
        if content[at : at + 4] == b"fmt ":
            rate_hz, _bytes_per_s, block, bits = struct.unpack_from("<IIHH", content, at + 12)
        at += 8 + struct.unpack_from("<I", content, at + 4)[0]
    return Wav(rate_hz, bits, struct.unpack_from("<I", content, at + 4)[0] // block)
