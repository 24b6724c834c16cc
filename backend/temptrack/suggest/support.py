"""Whether anything found is known to have what a prompt names: "nothing in this library fits".

A cosine cannot tell: "bagpipes" lies near folk and flutes, so some track always scores well. What can be told
is whether a thing that the prompt names is heard in a track, by a calibrated posterior, or stands in the
track's own words. Prompts that name no such thing get no verdict.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from temptrack.library.types import Track
from temptrack.suggest.lexicon import AFTER, BEFORE, Phrases
from temptrack.suggest.types import Support
from temptrack.suggest.vocabulary import TagVocabulary, canonical

DEPTH: Final = 10
"""How many of the best tracks are looked at, whatever the length of the list."""

_DIGITS: Final = 4
_CERTAIN: Final = 1.0
_REFUSED: Final = re.compile(
    r"(?:\bno|\bwithout|\bnot|\bless|\bfewer|\bminus)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something a prompt may name.

    Attributes:
        tags: names under which bundles hear it.
        words: how people write it, lower case.
    """

    tags: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A thing as a prompt names it."""

    words: str
    thing: Thing


@dataclass(frozen=True, slots=True)
class Finding:
    """A track of the list with what was heard in it.

    Attributes:
        track: where its own words stand.
        tag_scores: posterior by tag, 0 to 1.
    """

    track: Track
    tag_scores: Mapping[str, float]


def named_things(wanted: str) -> tuple[Named, ...]:
    """Return the things a prompt names, each once, in its order; those it refuses are left out.

    Args:
        wanted: the words that are searched for.
    """
    found: dict[Thing, Named] = {}
    for match in _pattern().finditer(wanted):
        if not _REFUSED.search(wanted[: match.start()]):
            thing = _things().meaning(match[0])
            found.setdefault(thing, Named(match[0].casefold(), thing))
    return tuple(found.values())


def judge_support(
    wanted: str, findings: Sequence[Finding], vocabulary: TagVocabulary, *, below: float | None, blind: bool
) -> Support | None:
    """Say how well the best tracks show what a prompt names.

    The support of a track is the mean, over the things named, of the greatest posterior of a thing's tags, or
    1 where the track's own words name it; that of a list is the greatest of its first ten tracks.

    Args:
        wanted: the words that were searched for.
        findings: the best tracks in order.
        vocabulary: the tags of the bundle.
        below: support under which nothing fits, as the bundle's manifest says; None where it does not.
        blind: the tracks' own words do not count.

    Returns:
        None where the bundle is not calibrated, nothing was found, or the prompt names nothing to tell.
    """
    named = named_things(wanted)
    if below is None or not named or not findings:
        return None
    table = [[_shown(one.thing, finding, vocabulary, blind) for one in named] for finding in findings[:DEPTH]]
    score = max(sum(row) / len(row) for row in table)
    lacking = tuple(
        one.words for one, shown in zip(named, zip(*table, strict=True), strict=True) if max(shown) < below
    )
    fits = score >= below
    return Support(
        score=round(score, _DIGITS),
        below=below,
        fits=fits,
        lacking=lacking,
        text="" if fits else _text(named, lacking),
    )


def _shown(thing: Thing, finding: Finding, vocabulary: TagVocabulary, blind: bool) -> float:
    if not blind and _says(finding.track, thing):
        return _CERTAIN
    return max((finding.tag_scores.get(name, 0.0) for name in vocabulary.known(thing.tags)), default=0.0)


def _says(track: Track, thing: Thing) -> bool:
    own = " ".join((track.title, track.genre, track.album, track.artist, track.comment))
    spelled = " ".join(canonical(word) for word in re.findall(r"[^\W_]+", own))
    return any(
        re.search(rf"\b{re.escape(' '.join(canonical(part) for part in words.split()))}\b", spelled)
        for words in thing.words
    )


def _text(named: Sequence[Named], lacking: Sequence[str]) -> str:
    if not lacking:
        together = _listed([one.words for one in named], "and")
        return f"Nothing in this library fits {together} together; these come nearest."
    return f"Nothing in this library fits {_listed(lacking, 'or')} well; these come nearest."


def _listed(words: Sequence[str], joined_by: str) -> str:
    quoted = [f"“{one}”" for one in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {joined_by} {quoted[-1]}"


@cache
def _things() -> Phrases[Thing]:
    text = resources.files("temptrack.suggest").joinpath("nameable.toml").read_text(encoding="utf-8")
    groups: Mapping[str, Mapping[str, Mapping[str, Any]]] = tomllib.loads(text)
    things = [
        Thing(tags=tuple(entry.get("tags", ())), words=tuple(entry["words"]))
        for group in groups.values()
        for entry in group.values()
    ]
    return Phrases({word: thing for thing in things for word in thing.words})


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(BEFORE + _things().pattern + AFTER, re.IGNORECASE)
