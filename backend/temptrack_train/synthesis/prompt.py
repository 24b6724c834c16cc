"""Few-shot analogies: tags is to description as these tags are to what?"""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from random import Random
from string import Formatter
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.synthesis.descriptions import Description
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.types import TrackTags

SHIPPED = "prompt.toml"
_FIELDS = {"instruments", "genres", "moods"}


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    instruction: str
    example: str
    question: str
    none: str = Field(min_length=1)
    examples: int = Field(ge=1, le=100)
    choose: Literal["random", "nearest"]

    @field_validator("example", "question")
    @classmethod
    def _known_fields(cls, template: str) -> str:
        found = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        unknown = found - _FIELDS - {"description"}
        if unknown or not found >= _FIELDS:
            raise ValueError(
                f"a template uses {{instruments}}, {{genres}} and {{moods}}, not {sorted(found)}"
            )
        return template


@dataclass(frozen=True, slots=True)
class Analogy:
    """One question to a language model.

    Attributes:
        instruction: what it is told first.
        body: examples and the new tags, up to where the description begins.
    """

    instruction: str
    body: str

    @property
    def text(self) -> str:
        """All of it, for models that complete rather than converse."""
        return f"{self.instruction}\n\n{self.body}"


class PromptTemplate:
    """The words around tags and descriptions.

    Attributes:
        digest: hex SHA-256 of the file.
        content: the file, to be stored with what is made from it.
    """

    def __init__(self, words: _Words, content: bytes) -> None:
        self._words = words
        self.content = content
        self.digest = hashlib.sha256(content).hexdigest()

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read a prompt file, or the one that ships.

        Raises:
            NotFound: there is no such file.
            InvalidRequest: it is no prompt file.
        """
        if path is not None and not path.is_file():
            raise NotFound(
                f"There is no prompt file '{path}'.", reason="PROMPT_NOT_FOUND", hint="Check the path."
            )
        content = path.read_bytes() if path else resources.files(__package__).joinpath(SHIPPED).read_bytes()
        try:
            return cls(_Words.model_validate(tomllib.loads(content.decode("utf-8"))), content)
        except (ValidationError, ValueError) as error:
            raise InvalidRequest(
                f"'{path}' is no prompt file: {error}",
                reason="PROMPT_BROKEN",
                hint="Compare it with the prompt.toml that ships in temptrack_train/synthesis.",
            ) from error

    def analogy(
        self, descriptions: Sequence[Description], track: TrackTags, lexicon: Lexicon, chance: Random
    ) -> Analogy:
        """Return the question for one track.

        Args:
            descriptions: what examples are drawn from.
            track: the new tags.
            lexicon: groups of tags.
            chance: draws the examples and their order.
        """
        count = min(self._words.examples, len(descriptions))
        if self._words.choose == "nearest":
            mine = set(track.terms)
            shown = sorted(descriptions, key=lambda item: (-len(mine & set(item.terms)), item.text))[:count]
            chance.shuffle(shown)
        else:
            shown = chance.sample(descriptions, count)
        examples = [
            self._words.example.strip().format(**self._groups(item.terms, lexicon), description=item.text)
            for item in shown
        ]
        question = self._words.question.strip().format(**self._groups(track.terms, lexicon))
        return Analogy(self._words.instruction.strip(), "\n\n".join([*examples, question]))

    def _groups(self, terms: Sequence[str], lexicon: Lexicon) -> dict[str, str]:
        groups = lexicon.grouped(terms)
        return {f"{kind}s": ", ".join(names) or self._words.none for kind, names in groups.items()}
