"""The steps of ``data2text`` as trained models of Hugging Face, where their weights lie on this machine.

After Kasner and Dusek (ACL 2022): ordering by a sequence-to-sequence model that un-shuffles sentences,
aggregation by a classifier over neighbours, compression by a sequence-to-sequence model that fuses sentences.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from random import Random

from temptrack_train.synthesis.data2text import Fact
from temptrack_train.synthesis.local_model import ModelFolder

_LONGEST_TOKENS = 200
_FUSE = 1
"""The label by which the classifier says that two neighbours share a sentence."""


class _Model:
    """A step that is one model."""

    def __init__(self, folder: Path, head: str) -> None:
        self._folder = ModelFolder(folder, head)

    @property
    def id(self) -> str:
        """The model's."""
        return self._folder.id


class ModelOrdering(_Model):
    """Un-shuffles: reads the facts in any order, writes them in a good one."""

    def __init__(self, folder: Path) -> None:
        """Name the model; its answer need not be exact, each sentence of it stands for the nearest fact.

        Raises:
            NotFound: there is no model.
        """
        super().__init__(folder, "AutoModelForSeq2SeqLM")

    def order(self, facts: Sequence[Fact], chance: Random) -> Sequence[Fact]:
        """Return the facts in the model's order; facts it leaves out follow at the end."""
        shuffled = list(facts)
        chance.shuffle(shuffled)
        left, ordered = list(facts), []
        for sentence in _generate(self._folder, " ".join(fact.text for fact in shuffled)).split("."):
            if not left or not sentence.strip():
                continue
            nearest = max(left, key=lambda fact: SequenceMatcher(None, fact.text, sentence).ratio())
            ordered.append(nearest)
            left.remove(nearest)
        return [*ordered, *left]


class ModelAggregation(_Model):
    """Asks a classifier for each pair of neighbours whether they share a sentence."""

    def __init__(self, folder: Path) -> None:
        """Name the model: sequence classification over two sentences; label 1 means they are fused.

        Raises:
            NotFound: there is no model.
        """
        super().__init__(folder, "AutoModelForSequenceClassification")

    def group(self, facts: Sequence[Fact]) -> Sequence[Sequence[Fact]]:
        """Return the facts in groups."""
        groups: list[list[Fact]] = []
        for fact in facts:
            if groups and self._fused(groups[-1][-1], fact):
                groups[-1].append(fact)
            else:
                groups.append([fact])
        return groups

    def _fused(self, first: Fact, second: Fact) -> bool:
        import torch

        with torch.inference_mode():
            logits = self._folder.model(**self._folder.encode(first.text, second.text)).logits
        return int(logits[0].argmax()) == _FUSE


class ModelCompression(_Model):
    """Fuses the sentences of each group."""

    def __init__(self, folder: Path) -> None:
        """Name the model.

        Raises:
            NotFound: there is no model.
        """
        super().__init__(folder, "AutoModelForSeq2SeqLM")

    def compress(self, groups: Sequence[Sequence[Fact]]) -> str:
        """Return the paragraph; a group of one fact is left as it is."""
        told = [
            _generate(self._folder, " ".join(fact.text for fact in group))
            if len(group) > 1
            else group[0].text
            for group in groups
        ]
        return " ".join(told)


def _generate(folder: ModelFolder, text: str) -> str:
    import torch

    with torch.inference_mode():
        ids = folder.model.generate(**folder.encode(text), do_sample=False, max_new_tokens=_LONGEST_TOKENS)
    return str(folder.tokenizer.decode(ids[0], skip_special_tokens=True)).strip()
