"""The words by which people speak of tags, and how those words behave in a sentence."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.datasets.taxonomy import TagKind

KINDS: tuple[TagKind, ...] = ("instrument", "genre", "mood")

Number = Literal["count", "plural", "mass"]
"""How a noun counts: a piano, strings, percussion."""


class Term(BaseModel):
    """A tag, or a broader word, as people say it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    also: tuple[str, ...] = ()
    number: Number = "count"
    modifier: str = ""
    noun: str = ""
    covers: tuple[str, ...] = ()

    def words(self, name: str) -> Sequence[str]:
        """Return every word for a term of this name."""
        return tuple(word for word in (name, self.modifier, self.noun, *self.also) if word)


Terms = Mapping[str, Term]


class Silent(BaseModel):
    """Words that speak of no tag.

    Attributes:
        phrases: whose words would name a tag elsewhere.
        adjectives: that people add, and that a new track need not share.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrases: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()


class _File(BaseModel):
    """The lexicon as its file holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instrument: Terms
    genre: Terms
    mood: Terms
    broader: Mapping[TagKind, Terms] = Field(default_factory=dict)
    denies: Mapping[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    silent: Silent = Silent()


class Lexicon:
    """All tags of the method with their words.

    Attributes:
        content: the file it came from.
        digest: hex SHA-256 of that file.
        denies: words that say something is absent, and the terms they deny.
        silent: words that speak of no tag.
    """

    def __init__(self, file: _File, content: bytes) -> None:
        self._file = file
        self.content = content
        self.digest = hashlib.sha256(content).hexdigest()
        self.denies = file.denies
        self.silent = file.silent

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read a lexicon, or the one that ships.

        Args:
            path: a file like the shipped ``lexicon.toml``.

        Raises:
            NotFound: there is no such file.
            InvalidRequest: it is no lexicon; or a word leads to two tags, or to none.
        """
        if path is None:
            content = resources.files(__package__).joinpath("lexicon.toml").read_bytes()
        elif path.is_file():
            content = path.read_bytes()
        else:
            raise NotFound(
                f"There is no lexicon '{path}'.", reason="LEXICON_NOT_FOUND", hint="Check the path."
            )
        name = str(path or "lexicon.toml")
        try:
            file = _File.model_validate(tomllib.loads(content.decode("utf-8")))
        except (ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise _broken(name, str(error)) from error
        lexicon = cls(file, content)
        lexicon._check(name)
        return lexicon

    @cached_property
    def terms(self) -> Terms:
        """Every tag and broader word by name: instruments, genres, moods, then broader words."""
        groups = [self.tags(kind) for kind in KINDS] + list(self._file.broader.values())
        return {name: term for group in groups for name, term in group.items()}

    @cached_property
    def kinds(self) -> Mapping[str, TagKind]:
        """What each term speaks of."""
        found: dict[str, TagKind] = {}
        for kind in KINDS:
            found |= dict.fromkeys(self.tags(kind), kind)
            found |= dict.fromkeys(self._file.broader.get(kind, {}), kind)
        return found

    def tags(self, kind: TagKind) -> Terms:
        """Return the tags of one group, without broader words."""
        groups: Mapping[TagKind, Terms] = {
            "instrument": self._file.instrument,
            "genre": self._file.genre,
            "mood": self._file.mood,
        }
        return groups[kind]

    def grouped(self, names: Sequence[str]) -> Mapping[TagKind, tuple[str, ...]]:
        """Return terms by group, each once, in the order given; names it does not know are left out."""
        once = dict.fromkeys(names)
        return {kind: tuple(name for name in once if self.kinds.get(name) == kind) for kind in KINDS}

    def words(self) -> Mapping[str, str]:
        """Return every spelling, as ``spelled`` writes it, and the term or denial it means."""
        said = {spelled(word): name for name, term in self.terms.items() for word in term.words(name)}
        return said | {spelled(word): word for word in self.denies}

    def supports(self, heard: str, said: str) -> bool:
        """Whether saying a term is true where another was heard: the same, or a broader word for it."""
        return heard == said or heard in self.terms[said].covers

    def _check(self, name: str) -> None:
        owners: dict[str, str] = {}
        for term_name, term in self.terms.items():
            for word in term.words(term_name):
                other = owners.setdefault(spelled(word), term_name)
                if other != term_name:
                    raise _broken(name, f"'{word}' means both '{other}' and '{term_name}'.")
        named = [word for term in self.terms.values() for word in term.covers]
        named += [word for words in self.denies.values() for word in words]
        unknown = sorted(set(named) - set(self.terms))
        if unknown:
            raise _broken(name, f"'{unknown[0]}' is covered or denied, but is no term.")


def spelled(word: str) -> str:
    """Return the one spelling of a word: lower case, spaces for hyphens and underscores."""
    return re.sub(r"[-_\s]+", " ", word.casefold()).strip()


def _broken(name: str, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"'{name}' is no lexicon: {why}",
        reason="LEXICON_BROKEN",
        hint="Compare it with the lexicon.toml that ships in temptrack_train/synthesis.",
    )
