"""What a library is searched under: the filter of a query, and what its prompt demands and prefers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from temptrack.errors import InvalidRequest
from temptrack.library.preferences import Preference
from temptrack.library.types import TrackFilter
from temptrack.suggest.prompt import ReadPrompt
from temptrack.suggest.types import PartEffect, PromptReading, Query
from temptrack.suggest.understood import Understood

Count = Callable[[TrackFilter], int]
"""Tells how many tracks of a library pass a filter."""

_HIGHER_OF: Final = frozenset({"tempo_min_bpm", "duration_min_s"})
_LOWER_OF: Final = frozenset({"tempo_max_bpm", "duration_max_s"})


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a library is searched under.

    Attributes:
        where: the filter of the query with what the prompt demands.
        preferences: what the prompt would rather have.
        reading: the prompt as it was read, with the demands that had to be relaxed.
        considered: how many tracks pass.
    """

    where: TrackFilter
    preferences: tuple[Preference, ...]
    reading: PromptReading
    considered: int


def check_no_contradiction(query: Query, reading: PromptReading) -> None:
    """Refuse a filter that demands vocals or a tag which the prompt excludes. Raises InvalidRequest."""
    where = query.where
    clash = sorted({tag.casefold() for tag in where.tags_all} & set(reading.excluded_tags))
    if clash or (reading.instrumental_only and where.vocals):
        asked = ", ".join(repr(tag) for tag in clash) or "vocals"
        raise InvalidRequest(
            f"The filter demands {asked} and the prompt excludes it.",
            reason="CONTRADICTION",
            hint="Change the filter or the prompt.",
        )


def settle(query: Query, prompt: ReadPrompt, count: Count) -> Conditions:
    """Add what a prompt asks for to the filter of its query.

    Demands are added one after the other in the order of their kinds (singing first). One that would leave no
    track becomes a preference and is marked as relaxed: words never empty a list.

    Args:
        query: with the filter that was set by hand; that one stays as it is.
        prompt: the query's prompt.
        count: of the library.
    """
    reference = (query.reference_track_id,) if query.reference_track_id else ()
    where = query.where.model_copy(
        update={"exclude_ids": tuple(dict.fromkeys((*query.where.exclude_ids, *reference)))}
    )
    considered = count(where)
    preferences: list[Preference] = []
    relaxed: set[int] = set()
    for place, part in enumerate(prompt.understood):
        narrowed = _with_demands(where, part.demands) if part.demands else where
        passing = count(narrowed) if part.demands and narrowed else considered
        if narrowed is None or (not passing and considered):
            relaxed.add(place)
            preferences += part.preferences
        elif part.demands:
            where, considered = narrowed, passing
        else:
            preferences += part.preferences
    return Conditions(where, tuple(preferences), _relaxed(prompt, relaxed), considered)


def _with_demands(where: TrackFilter, demands: Mapping[str, Any]) -> TrackFilter | None:
    """Return a filter narrowed by demands, or None where the two leave nothing between them."""
    fields: dict[str, Any] = {}
    for name, value in demands.items():
        held = getattr(where, name)
        if name in _HIGHER_OF:
            fields[name] = value if held is None else max(held, value)
        elif name in _LOWER_OF:
            fields[name] = value if held is None else min(held, value)
        elif name == "tags_none":
            fields[name] = tuple(dict.fromkeys((*held, *value)))
        else:
            fields[name] = value
    narrowed = where.model_copy(update=fields)
    return narrowed if _is_possible(narrowed) else None


def _is_possible(where: TrackFilter) -> bool:
    ranges = ((where.tempo_min_bpm, where.tempo_max_bpm), (where.duration_min_s, where.duration_max_s))
    return all(low is None or high is None or low <= high for low, high in ranges)


def _relaxed(prompt: ReadPrompt, places: set[int]) -> PromptReading:
    """Return the reading with some demands marked as relaxed."""
    if not places:
        return prompt.reading
    reading = prompt.reading
    kept: list[Understood] = [
        part for place, part in enumerate(prompt.understood) if place not in places and part.demands
    ]
    parts = tuple(
        part.model_copy(
            update={"effect": PartEffect.RELAXED, "text": f"{part.text}: nothing left, only preferred"}
        )
        if place in places
        else part
        for place, part in enumerate(reading.parts)
    )
    tags = {tag for part in kept for tag in part.demands.get("tags_none", ())}
    return reading.model_copy(
        update={
            "parts": parts,
            "excluded_tags": tuple(tag for tag in reading.excluded_tags if tag in tags),
            "instrumental_only": any(part.demands.get("vocals") is False for part in kept),
        }
    )
