"""Which systems are trained for which table: the paper's three, and ours. Data only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from temptrack_train.evaluation.questions import CLIPS_BY_PICTURE as _CLIPS
from temptrack_train.evaluation.questions import CLIPS_BY_PICTURE_AND_WORDS as _WORDS
from temptrack_train.evaluation.questions import TRACKS_BY_PICTURE as _TRACKS
from temptrack_train.evaluation.questions import TRACKS_BY_PICTURE_AND_TAGS as _TRACKS_TAGS
from temptrack_train.evaluation.questions import Question


@dataclass(frozen=True, slots=True)
class System:
    """A configuration that comes with the package, with changes.

    Attributes:
        config: its name.
        changes: values by dotted key.
    """

    config: str
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table.

    Attributes:
        labels: one for each labelled column.
        system: key of ``SYSTEMS``, or None for chance.
        question: what it is asked.
    """

    labels: Sequence[str]
    system: str | None
    question: Question


@dataclass(frozen=True, slots=True)
class TablePlan:
    """A table of the paper: labelled columns, then median rank and recall.

    Attributes:
        key: for files.
        title: above the table.
        columns: headings of the labels.
        lines: from top to bottom.
    """

    key: str
    title: str
    columns: Sequence[str]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Claim:
    """Something the paper's tables say: one line finds more than another.

    Attributes:
        says: in words.
        better: system and question.
        worse: system and question of the same level.
        paper: R@10 of the worse and the better line in the paper, in percent.
    """

    says: str
    better: tuple[str, Question]
    worse: tuple[str, Question]
    paper: tuple[float, float]


_TEXTS = "data.texts"
_DROPOUT = "model.words.dropout"
DROPOUTS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95)


def dropout_key(dropout: float) -> str:
    """Return the system that is trained with a share of texts dropped."""
    return "viml" if dropout == 0.8 else f"viml_dropout_{round(100 * dropout)}"


OPTIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "duplicates_ignored": ("same recording ignored", {"loss.false_negatives.duplicates": "ignored"}),
    "duplicates_positive": (
        "same recording as right as the pair",
        {"loss.false_negatives.duplicates": "positive"},
    ),
    "tag_overlap": ("tags half alike are partly right", {"loss.false_negatives.tag_overlap_from": 0.5}),
    "video_only": ("loss of picture alone", {"loss.video_only": 0.5}),
    "text_only": ("loss of words alone", {"loss.text_only": 0.5}),
    "both_alone": ("losses of each alone", {"loss.video_only": 0.5, "loss.text_only": 0.5}),
    "teacher": ("fusion teaches each alone", {"loss.teacher": 0.5}),
    "temperature_learned": ("temperature learned", {"loss.temperature_learned": True}),
    "path": (
        "text_weight on a path, with the loss of words alone",
        {"loss.text_only": 0.5, "model.words.weighting": "path"},
    ),
}
"""Our options, each by itself on top of ViML: label and changes."""

OPEN_VALUES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "fusion_transformer": ("fusion: transformer", {"model.words.fusion.kind": "transformer"}),
    "fusion_gated": ("fusion: gated", {"model.words.fusion.kind": "gated"}),
    "null_zero": ("x_null: zeros", {"model.words.x_null": "zero"}),
    "null_learned": ("x_null: learned", {"model.words.x_null": "learned"}),
}
"""What the paper leaves open, each other than ours: label and changes."""

SYSTEMS: Mapping[str, System] = {
    "pretet": System("pretet"),
    "mvpt": System("mvpt"),
    "mvpt_plus": System("mvpt_plus"),
    "viml_tags": System("viml", {_TEXTS: "tags"}),
    "viml_data2text": System("viml", {_TEXTS: "data2text"}),
    "viml": System("viml"),
    **{dropout_key(share): System("viml", {_DROPOUT: share}) for share in DROPOUTS if share != 0.8},
    **{
        f"viml_{key}": System("viml", changes)
        for key, (_, changes) in (*OPTIONS.items(), *OPEN_VALUES.items())
    },
    "viml_plus": System("viml_plus"),
}
"""Every system by key. "viml" alone is trained on prompt2text with text dropout 0.8, as in the paper."""

_NO_DROPOUT = dropout_key(0.0)

MAIN_TABLE = TablePlan(
    "tracks",
    "Whole tracks",
    ("system", "trained on", "query text"),
    (
        Line(("Prétet et al.", "none", "none"), "pretet", _TRACKS),
        Line(("MVPt", "none", "none"), "mvpt", _TRACKS),
        Line(("MVPt+", "none", "none"), "mvpt_plus", _TRACKS),
        Line(("ViML", "tags", "none"), "viml_tags", _TRACKS),
        Line(("ViML", "tags", "tags"), "viml_tags", _TRACKS_TAGS),
        Line(("chance", "none", "none"), None, _TRACKS),
    ),
)
TEXTS_TABLE = TablePlan(
    "texts",
    "Clips asked for by people's words, by what words were trained on",
    ("system", "trained on"),
    (
        Line(("MVPt+ (no words)", "none"), "mvpt_plus", _CLIPS),
        Line(("ViML", "tags"), "viml_tags", _WORDS),
        Line(("ViML", "data2text"), "viml_data2text", _WORDS),
        Line(("ViML", "prompt2text"), "viml", _WORDS),
        Line(("chance", "none"), None, _CLIPS),
    ),
)
DROPOUT_TABLE = TablePlan(
    "dropout",
    "Clips, by text dropout (trained on prompt2text)",
    ("text dropout", "query text"),
    (
        Line(("(MVPt+)", "none"), "mvpt_plus", _CLIPS),
        Line(("off", "none"), _NO_DROPOUT, _CLIPS),
        Line(("off", "human"), _NO_DROPOUT, _WORDS),
        Line(("on", "none"), "viml", _CLIPS),
        Line(("on", "human"), "viml", _WORDS),
        Line(("chance", "none"), None, _CLIPS),
    ),
)
SWEEP_TABLE = TablePlan(
    "dropout-sweep",
    "Clips, text dropout from 0 to 0.95",
    ("text dropout", "query text"),
    tuple(
        Line((f"{share:g}", words), dropout_key(share), question)
        for words, question in (("none", _CLIPS), ("human", _WORDS))
        for share in DROPOUTS
    ),
)
TABLES = (MAIN_TABLE, TEXTS_TABLE, DROPOUT_TABLE, SWEEP_TABLE)

CLAIMS = (
    Claim("MVPt above Prétet et al.", ("mvpt", _TRACKS), ("pretet", _TRACKS), (5.90, 41.89)),
    Claim("MVPt+ above MVPt", ("mvpt_plus", _TRACKS), ("mvpt", _TRACKS), (41.89, 60.68)),
    Claim(
        "ViML by picture alone above MVPt+", ("viml_tags", _TRACKS), ("mvpt_plus", _TRACKS), (60.68, 75.40)
    ),
    Claim("tags in the query help", ("viml_tags", _TRACKS_TAGS), ("viml_tags", _TRACKS), (75.40, 89.41)),
    Claim("ViML with words above MVPt+", ("viml", _WORDS), ("mvpt_plus", _CLIPS), (40.46, 47.88)),
    Claim("data2text above tags", ("viml_data2text", _WORDS), ("viml_tags", _WORDS), (42.62, 46.24)),
    Claim("prompt2text above tags", ("viml", _WORDS), ("viml_tags", _WORDS), (42.62, 47.88)),
    Claim("prompt2text above data2text", ("viml", _WORDS), ("viml_data2text", _WORDS), (46.24, 47.88)),
    Claim("dropout helps without words", ("viml", _CLIPS), (_NO_DROPOUT, _CLIPS), (37.01, 41.51)),
    Claim("dropout helps with words", ("viml", _WORDS), (_NO_DROPOUT, _WORDS), (42.77, 47.88)),
    Claim("people's words help", ("viml", _WORDS), ("viml", _CLIPS), (41.51, 47.88)),
)
"""The orderings of the paper's three tables."""
