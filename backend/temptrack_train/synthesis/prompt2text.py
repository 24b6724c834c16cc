"""The recipe ``prompt2text``: descriptions by analogy to a few that people wrote (ViML section 3.2)."""

import re
from collections.abc import Mapping
from random import Random
from typing import Protocol

from pydantic import JsonValue

from temptrack_train.synthesis.analogy import AnalogyWriter
from temptrack_train.synthesis.descriptions import Descriptions
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.prompt import Analogy, PromptTemplate
from temptrack_train.synthesis.types import RecipeName, TrackTags

_LABEL = re.compile(r"^\s*(?:description|answer|output)\s*:\s*", re.IGNORECASE)
_ENCLOSED = re.compile(r"""^(["'“‘*`]+)(.*?)(["'”’*`]+)$""")  # noqa: RUF001 - these are the quotes that models use


class LanguageModel(Protocol):
    """Completes analogies. Implementations: ``endpoint.Endpoint``, ``local_model.LocalModel``."""

    @property
    def jobs(self) -> int:
        """How many questions are best asked at once."""

    def settings(self) -> Mapping[str, JsonValue]:
        """Return the model's id and how it is sampled."""

    def complete(self, question: Analogy, seed: int) -> str:
        """Return what the model says.

        Args:
            question: the analogy.
            seed: 0 to 2**31 - 1, for the model's sampling.

        Raises:
            TemptrackError: it did not answer.
        """


class PromptToText:
    """Writes by analogy, with a language model or without one."""

    name: RecipeName = "prompt2text"

    def __init__(
        self,
        descriptions: Descriptions,
        lexicon: Lexicon,
        *,
        model: LanguageModel | None = None,
        template: PromptTemplate | None = None,
    ) -> None:
        """Choose what is imitated, and by whom.

        Args:
            descriptions: what people wrote.
            lexicon: how terms behave in a sentence.
            model: who completes the analogies; None takes the embedded writer, which needs no model.
            template: the words around tags and descriptions; None takes those that ship. Only models need it.
        """
        self._descriptions, self._lexicon, self._model = descriptions, lexicon, model
        self._template = template or PromptTemplate.load()
        self._writer = AnalogyWriter(descriptions.items, lexicon)
        self.jobs = model.jobs if model else 1

    def settings(self) -> Mapping[str, JsonValue]:
        """Return who writes, and the digests of what is imitated."""
        imitated: dict[str, JsonValue] = {
            "descriptions": self._descriptions.source,
            "descriptions_sha256": self._descriptions.digest,
        }
        if self._model is None:
            return {**imitated, "engine": "analogy"}
        return {**imitated, "prompt_sha256": self._template.digest, **self._model.settings()}

    def write(self, track: TrackTags, chance: Random) -> str:
        """Write one text."""
        if self._model is None:
            return self._writer.rewrite(track, chance)
        question = self._template.analogy(self._descriptions.items, track, self._lexicon, chance)
        return tidy(self._model.complete(question, chance.randrange(2**31)))


def tidy(answer: str) -> str:
    """Return the description in a model's answer: its first paragraph, without label or quotation marks."""
    text = _LABEL.sub("", answer.strip())
    text = " ".join(text.partition("\n\n")[0].split())
    enclosed = _ENCLOSED.match(text)
    return enclosed.group(2) if enclosed else text
