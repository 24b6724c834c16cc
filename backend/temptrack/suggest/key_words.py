"""Reads keys and modes: "in D minor", "key of F#m", "c-Moll", "major key"."""

import re
from collections.abc import Iterator
from typing import Final

from temptrack.library.keys import KEYS, parse_key
from temptrack.library.preferences import KeyPreference
from temptrack.suggest.lexicon import lexicon
from temptrack.suggest.types import PartKind
from temptrack.suggest.understood import MILD, STRONG, Understood

_LEAD: Final = r"(?P<lead>in\s+(?:the\s+)?(?:key\s+(?:of\s+)?)?|key\s*(?:of|:|=)?\s+)"
_ACCIDENTAL: Final = r"(?P<accidental>#|\u266f|\u266d|b(?![a-z])|[\s-]?sharp|[\s-]?flat)?"
_MODE_NOUN: Final = r"(?:key|keys|mode|mood|feel|tonality|scale|chords?|third)"
_LONG: Final = re.compile(
    rf"(?<![\w'\u2019-]){_LEAD}?(?P<note>[a-g]){_ACCIDENTAL}[\s-]*(?P<mode>major|minor|maj|min)\b"
    rf"(?!\s+{_MODE_NOUN}\b)",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(
    rf"(?<!\w){_LEAD}(?P<note>[a-g])(?P<accidental>#|\u266f|\u266d|b)?(?P<mode>m)(?!\w)", re.IGNORECASE
)
_NO_MODE: Final = re.compile(
    r"(?<!\w)(?:(?:in\s+(?:the\s+)?)?key\s+of\s+|in\s+(?=[a-g](?:#|\u266f|\u266d|[\s-](?:sharp|flat)\b)))"
    r"(?P<note>[a-g])(?P<accidental>#|\u266f|\u266d|b|[\s-]sharp|[\s-]flat)?"
    r"(?![\w#]|[\s-]*(?:major|minor|maj|min|sharp|flat)\b)",
    re.IGNORECASE,
)
_GERMAN: Final = re.compile(
    r"(?<!\w)(?:in\s+)?(?P<note>cis|dis|fis|gis|ais|des|es|ges|as|[a-h])[\s-]?(?P<mode>moll|dur)\b",
    re.IGNORECASE,
)
_MODE: Final = re.compile(
    rf"\b(?P<no>(?:not|no|nothing)\s+)?(?:in\s+)?(?:an?\s+)?(?P<mode>major|minor)[\s-]+{_MODE_NOUN}\b"
    rf"|\bin\s+(?P<bare>major|minor)\b",
    re.IGNORECASE,
)
_REFUSED: Final = re.compile(r"\b(?:not|no|nothing|except)\s+$", re.IGNORECASE)


def read_keys(text: str) -> Iterator[Understood]:
    """Yield keys and modes, which are wishes: a key heard in a track may be wrong, and often is unknown."""
    for pattern in (_LONG, _SHORT, _NO_MODE, _GERMAN):
        for match in pattern.finditer(text):
            if not _REFUSED.search(text[: match.start()]) and not _is_article(match, text):
                key = _key(match, is_german=pattern is _GERMAN)
                yield _understood(match, f"in {key}", frozenset({key}), STRONG)
    for match in _MODE.finditer(text):
        mode = (match["mode"] or match["bare"]).casefold()
        if match["no"]:
            mode = "minor" if mode == "major" else "major"
        keys = frozenset(key for key in KEYS if key.endswith(mode))
        yield _understood(match, f"a {mode} key", keys, 2 * MILD)


def _key(match: re.Match[str], *, is_german: bool) -> str:
    groups = match.groupdict()
    if is_german:
        note = groups["note"].casefold()
        tonic, mode = lexicon().german_notes.get(note, note), groups["mode"].casefold()
        return parse_key(f"{tonic} {'minor' if mode == 'moll' else 'major'}")
    accidental = (groups.get("accidental") or "").strip(" -").casefold()
    sign = {"sharp": "#", "\u266f": "#", "flat": "b", "\u266d": "b"}.get(accidental, accidental)
    mode = "major" if (groups.get("mode") or "major").casefold() in {"major", "maj"} else "minor"
    return parse_key(f"{groups['note']}{sign} {mode}")


def _is_article(match: re.Match[str], text: str) -> bool:
    """Whether the "a" of "a minor" may be an article: without "in" before it and with words after it."""
    groups = match.groupdict()
    alone = groups["note"].casefold() == "a" and not groups.get("accidental") and not groups.get("lead", "in")
    return alone and bool(re.match(r"\s*\w", text[match.end() :]))


def _understood(match: re.Match[str], shown: str, keys: frozenset[str], weight: float) -> Understood:
    return Understood(PartKind.KEY, *match.span(), shown, preferences=(KeyPreference(keys, weight),))
