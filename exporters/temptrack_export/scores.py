"""A piece of music as events, and what is known of any part of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from temptrack_export.heads import Facts

DRUM_CHANNEL: Final = 9
_SHORTEST_COUNTED_S, _LONGEST_COUNTED_S = 0.15, 2.0
_KIT, _HAND = range(35, 60), range(60, 82)

Kind = Literal["on", "off", "program", "control"]


class Event(NamedTuple):
    """Something a player does.

    Attributes:
        at_s: when, seconds.
        channel: who, 0 to 15.
        kind: what.
        number: note, program or controller.
        value: velocity or value.
    """

    at_s: float
    channel: int
    kind: Kind
    number: int
    value: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece in time order, with how it was made.

    Attributes:
        events: all of them.
        style: name of the accompaniment, or of the way it was composed.
        mode: "major", "minor" or None.
    """

    events: Sequence[Event]
    style: str
    mode: str | None

    def facts(self, start_s: float, stop_s: float) -> Facts:
        """Say what is known of the time between two moments."""
        weights, programs, kit, percussion = _Weights(), dict[int, int](), 0.0, 0.0
        sounding: dict[tuple[int, int], tuple[float, int]] = {}
        for event in self.events:
            key = (event.channel, event.number)
            if event.kind == "program":
                programs[event.channel] = event.number
            elif event.kind == "on":
                sounding[key] = (event.at_s, event.value)
            elif event.kind == "off" and key in sounding:
                began_s, velocity = sounding.pop(key)
                heard_s = min(event.at_s, stop_s) - max(began_s, start_s)
                if heard_s <= 0:
                    continue
                if event.channel == DRUM_CHANNEL:
                    kit += velocity / 100 if event.number in _KIT else 0.0
                    percussion += velocity / 100 if event.number in _HAND else 0.0
                else:
                    counted_s = min(max(heard_s, _SHORTEST_COUNTED_S), _LONGEST_COUNTED_S)
                    weights.add(programs.get(event.channel, 0), counted_s * velocity / 100)
        return Facts(
            style=self.style,
            mode=self.mode,
            programs=weights.shares(),
            kit=kit,
            percussion=percussion,
        )


class _Weights(dict[int, float]):
    def add(self, program: int, weight: float) -> None:
        self[program] = self.get(program, 0.0) + weight

    def shares(self) -> dict[int, float]:
        total = sum(self.values()) or 1.0
        return {program: weight / total for program, weight in self.items()}
