"""Chooses one track for each scene under the rules, in one pass over all scenes in order.

A choice depends on the answers and the choices before it and on nothing else: no clock, no order in which
answers came in, no engine. So a batch that was stopped and resumed, or spread over many machines, chooses
what an undisturbed one chooses.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from temptrack.batch.rules import Rules
from temptrack.library.types import Track
from temptrack.suggest.types import FitMethod, Suggestion


class PassedOver(StrEnum):
    """Why a candidate was not placed."""

    LICENCE = "licence"
    LENGTH = "length"
    USED = "used"
    SCORE = "score"
    FAMILY = "family"


class Outcome(StrEnum):
    """What came of a scene."""

    PLACED = "placed"
    NOTHING_FITS = "nothing-fits"
    RULED_OUT = "ruled-out"
    NO_CANDIDATE = "no-candidate"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for a scene.

    Attributes:
        outcome: whether a track was placed, and why not.
        chosen: the track, or None.
        likeness: likeness of its tags to the music of the episode so far, 0 to 1; None where there was none
            or it did not count.
        passed_over: ranks of the candidates before it that were not taken, with the reason of each; all
            candidates where none was taken.
    """

    outcome: Outcome
    chosen: Suggestion | None
    likeness: float | None
    passed_over: Mapping[int, PassedOver]


class Chooser:
    """Remembers what was placed, and chooses the next."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._allowed = {licence.casefold() for licence in rules.licences}
        self._refused = {licence.casefold() for licence in rules.no_licences}
        self._last_use: dict[str, int] = {}
        self._family: defaultdict[str, list[Mapping[str, float]]] = defaultdict(list)

    def choose(
        self, candidates: Sequence[Suggestion], *, timeline: int, episode: str, fits: bool = True
    ) -> Choice:
        """Choose for the next scene.

        Args:
            candidates: what the library suggested, best first.
            timeline: number of the scene's timeline in the batch, never falling from call to call.
            episode: whose music the choice should go with.
            fits: whether the library says that something in it fits what the words name.
        """
        if self._rules.abstain and candidates and not fits:
            return Choice(
                Outcome.NOTHING_FITS, None, None, {each.rank: PassedOver.SCORE for each in candidates}
            )
        passed: dict[int, PassedOver] = {}
        open_to: list[Suggestion] = []
        for candidate in candidates:
            why = self._forbidden(candidate, timeline)
            if why is None:
                open_to.append(candidate)
            else:
                passed[candidate.rank] = why
        if not open_to:
            return Choice(_nothing(candidates, passed), None, None, passed)
        known = tuple(self._family[episode]) if self._rules.family else ()
        likeness = {item.rank: _likeness(item.track, known) for item in open_to}
        # Equal values go to the better rank.
        chosen = max(
            open_to, key=lambda item: (item.score + self._rules.family * likeness[item.rank], -item.rank)
        )
        for before in open_to:
            if before.rank < chosen.rank:
                passed[before.rank] = PassedOver.FAMILY
        passed = {rank: why for rank, why in sorted(passed.items()) if rank < chosen.rank}
        for place in _places(chosen):
            self._last_use[place] = timeline
        if self._rules.family:
            self._family[episode].append(_tags(chosen.track))
        return Choice(Outcome.PLACED, chosen, likeness[chosen.rank] if known else None, passed)

    def _forbidden(self, candidate: Suggestion, timeline: int) -> PassedOver | None:
        rules, licence = self._rules, candidate.track.licence.casefold()
        if licence in self._refused or (self._allowed and licence not in self._allowed):
            return PassedOver.LICENCE
        fit = candidate.fit
        too_short = rules.longest_silence_s is not None and fit.shortfall_s > rules.longest_silence_s
        if too_short or (fit.method is FitMethod.LOOP and not rules.loops):
            return PassedOver.LENGTH
        if self._is_used(candidate, timeline):
            return PassedOver.USED
        if rules.min_score is not None and candidate.score < rules.min_score:
            return PassedOver.SCORE
        return None

    def _is_used(self, candidate: Suggestion, timeline: int) -> bool:
        last = [self._last_use[place] for place in _places(candidate) if place in self._last_use]
        if not last:
            return False
        return self._rules.no_repeat == "all" or timeline - max(last) < self._rules.no_repeat


def _nothing(candidates: Sequence[Suggestion], passed: Mapping[int, PassedOver]) -> Outcome:
    if not candidates:
        return Outcome.NO_CANDIDATE
    return Outcome.NOTHING_FITS if PassedOver.SCORE in passed.values() else Outcome.RULED_OUT


def _places(candidate: Suggestion) -> tuple[str, ...]:
    # A recording that lies at several places is one piece of music, whichever of them is suggested.
    return (candidate.track.path, *candidate.also_at)


def _tags(track: Track) -> Mapping[str, float]:
    return {tag.name: tag.score for tag in track.tags}


def _likeness(track: Track, family: Sequence[Mapping[str, float]]) -> float:
    """Return the mean cosine of a track's tags with those of others, 0 to 1; 0 without others."""
    if not family:
        return 0.0
    own = _tags(track)
    return math.fsum(_cosine(own, other) for other in family) / len(family)


def _cosine(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    product = math.fsum(score * second[name] for name, score in sorted(first.items()) if name in second)
    lengths = math.sqrt(math.fsum(v * v for v in first.values()) * math.fsum(v * v for v in second.values()))
    return product / lengths if lengths else 0.0
