"""The credits of a batch: every track that was placed, with the wording that its licence asks for."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

from temptrack.batch.cues import UNKNOWN, SheetCue

_UNKNOWN_ARTIST = "unknown artist"


@dataclass(frozen=True, slots=True)
class LicenceWording:
    """What a licence asks for.

    Attributes:
        pattern: which licences, with ``*`` for anything; the first that fits counts.
        credit: the credit line.
        must: what else has to be done; may be empty.
        required: whether the credit has to be given, or is only good manners.
    """

    pattern: str
    credit: str
    must: str
    required: bool


@cache
def licence_wordings() -> tuple[LicenceWording, ...]:
    """Return the table of wordings, the most particular first."""
    text = resources.files("temptrack.batch").joinpath("licence_wording.toml").read_text(encoding="utf-8")
    return tuple(LicenceWording(**entry) for entry in tomllib.loads(text)["licence"])


def wording_for(licence: str) -> LicenceWording:
    """Return what a licence asks for; one that is not known is quoted as the file states it."""
    return next(
        each for each in licence_wordings() if fnmatchcase(licence.casefold(), each.pattern.casefold())
    )


def credit_line(title: str, artist: str, licence: str, *, changed: bool) -> str:
    """Return the credit of a track, with the mention of changes where it was cut or looped."""
    line = _filled(wording_for(licence).credit, title, artist, licence)
    return f"{line} Edited to length." if changed and licence.upper().startswith("CC-") else line


def credits_text(cues: Iterable[SheetCue]) -> str:
    """Return the credits of all cues, one block an episode, each track once, in order of first use."""
    blocks: dict[tuple[str, str], list[SheetCue]] = {}
    for cue in cues:
        blocks.setdefault((cue.production, cue.episode), []).append(cue)
    return "\n".join(_block(production, episode, block) for (production, episode), block in blocks.items())


def _block(production: str, episode: str, cues: Sequence[SheetCue]) -> str:
    heading = ", ".join(part for part in (production, episode) if part)
    first: dict[str, SheetCue] = {}
    for cue in cues:
        first.setdefault(cue.track_id, cue)
    changed = {cue.track_id for cue in cues if cue.changed}
    lines = [f"Music in {heading}" if heading else "Music", ""]
    for cue in first.values():
        lines.append(credit_line(cue.title, cue.artist, cue.licence, changed=cue.track_id in changed))
    duties = dict.fromkeys(
        f"{cue.title}: {_filled(wording_for(cue.licence).must, cue.title, cue.artist, cue.licence)}"
        for cue in first.values()
        if wording_for(cue.licence).must
    )
    if duties:
        lines += [
            "",
            "Before the film is shown (not part of the credits):",
            *(f"- {duty}" for duty in duties),
        ]
    return "\n".join(lines) + "\n"


def _filled(wording: str, title: str, artist: str, licence: str) -> str:
    version = licence.rpartition("-")[2]
    return wording.format(
        title=title,
        artist=_UNKNOWN_ARTIST if artist in {"", UNKNOWN} else artist,
        licence=licence,
        version=version,
    )
