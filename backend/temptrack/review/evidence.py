"""Says the evidence for a suggestion in as few lines as it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from temptrack.suggest.types import Reason, ReasonKind


@dataclass(frozen=True, slots=True)
class Evidence:
    """All reasons of one kind in one line.

    Attributes:
        kind: what they are about.
        text: the line; words that all of them begin with stand in it once.
        scores: strength of each, strongest first.
        segments: the segments of the scope they speak of.
    """

    kind: ReasonKind
    text: str
    scores: tuple[float, ...]
    segments: tuple[int, ...]


def grouped(reasons: Sequence[Reason]) -> list[Evidence]:
    """Return one line for each kind of evidence, in the order in which the kinds come first."""
    return [
        Evidence(
            kind=kind,
            text=_joined([reason.text for reason in reasons if reason.kind is kind]),
            scores=tuple(reason.score for reason in reasons if reason.kind is kind),
            segments=tuple(
                reason.segment_index
                for reason in reasons
                if reason.kind is kind and reason.segment_index is not None
            ),
        )
        for kind in dict.fromkeys(reason.kind for reason in reasons)
    ]


def places(paths: Sequence[str]) -> str:
    """Return one path as it is, and several as their number; the JSON names them all."""
    return paths[0] if len(paths) == 1 else f"{len(paths)} other places"


def _joined(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    columns = zip(*(text.split(" ")[:-1] for text in texts), strict=False)
    shared = [words[0] for words in takewhile(lambda words: len(set(words)) == 1, columns)]
    start = "".join(f"{word} " for word in shared)
    return start + ", ".join(text.removeprefix(start) for text in texts)
