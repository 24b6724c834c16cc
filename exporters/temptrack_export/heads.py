"""Detectors fitted on rendered scores, where it is known what plays and how.

Each is a linear map of audio features, fitted by least squares with both classes weighing alike. Rendered and
recorded sound differ in level and colour, so features are standardised over each kind of sound by itself: the
maps say how a sound differs from others of its kind.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

RIDGE: Final = 300.0
"""Best mean AUC of 100, 300, 1000 and 3000 on held-out styles (0.817, 684 windows)."""

CLIP: Final = 4.0
"""A feature farther out than this many deviations counts as this far out."""

FEWEST: Final = 5
_PLAYS, _SILENT = 0.15, 0.01
_UNKNOWN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a rendered window.

    Attributes:
        style: name of the accompaniment, or of the way it was composed.
        mode: "major", "minor", or None for clusters that have none.
        programs: share of the pitched sound by General MIDI program, 0 to 127.
        kit: how much a drum kit plays, in hits weighed by velocity.
        percussion: the same for hand percussion.
    """

    style: str
    mode: str | None
    programs: Mapping[int, float]
    kit: float
    percussion: float


Answer = Callable[[Facts], float]
"""1 where a window has it, 0 where it has not, not-a-number where it is neither."""


def _either(has: bool, lacks: bool) -> float:
    return 1.0 if has else 0.0 if lacks else _UNKNOWN


def _plays(*programs: int | range) -> Answer:
    wanted = {one for part in programs for one in ([part] if isinstance(part, int) else part)}

    def answer(facts: Facts) -> float:
        share = sum(part for program, part in facts.programs.items() if program in wanted)
        return _either(share > _PLAYS, share < _SILENT)

    return answer


def _styled(pattern: str) -> Answer:
    words = re.compile(pattern)
    return lambda facts: 1.0 if words.search(facts.style) else 0.0


_ORCHESTRA = frozenset({*range(40, 45), 46, 47, 48, 49, 52, 53, *range(56, 62), *range(68, 75)})


def _orchestral(facts: Facts) -> float:
    share = sum(part for program, part in facts.programs.items() if program in _ORCHESTRA)
    return _either(share > 0.8 and facts.kit == 0, share < 0.3 or facts.kit > 1)


HEADS: Final[Mapping[str, Answer]] = MappingProxyType(
    {
        "piano": _plays(range(4)),
        "electric piano": _plays(4, 5),
        "harpsichord": _plays(6, 7),
        "bells": _plays(range(8, 15)),
        "organ": _plays(range(16, 21)),
        "accordion": _plays(21, 22, 23),
        "acoustic guitar": _plays(24, 25),
        "distorted guitar": _plays(29, 30),
        "strings": _plays(range(40, 45), range(48, 52)),
        "pizzicato": _plays(45),
        "harp": _plays(46),
        "choir": _plays(52, 53, 54),
        "brass": _plays(range(56, 64)),
        "woodwinds": _plays(range(64, 72)),
        "flute": _plays(range(72, 80)),
        "synth": _plays(38, 39, 50, 51, 62, 63, range(80, 104)),
        "pad": _plays(range(88, 96)),
        "bagpipes": _plays(109),
        "drums": lambda facts: _either(facts.kit > 1, facts.kit + facts.percussion == 0),
        "percussion": lambda facts: _either(facts.percussion > 1, facts.percussion == 0),
        "minor": lambda facts: _either(facts.mode == "minor", facts.mode == "major"),
        "major": lambda facts: _either(facts.mode == "major", facts.mode == "minor"),
        "dissonant": lambda facts: _either(facts.mode is None, facts.mode is not None),
        "jazz": _styled("jazz|swing|bebop|bigband|bossa|evansish|dixie|charleston|ragtime|foxtrot"),
        "rock": _styled("rock|punk|thr$|hrk|metal|mtl"),
        "metal": _styled("metal|mtl|hrk|thr$"),
        "dance": _styled("dance|house|techno|trance|rave|dnb"),
        "latin": _styled(
            "latin|salsa|samba|mambo|rhumba|chacha|merengue|bossa|beguine|cuban|/son$|calypso|tango|bolero"
        ),
        "orchestral": _orchestral,
    }
)  # fmt: skip
"""Every detector by name, and what it is taught."""


def answers(facts: Sequence[Facts]) -> Array:
    """Return what each detector should say, [windows, len(HEADS)]: 1, 0 or not-a-number."""
    return np.array([[answer(one) for answer in HEADS.values()] for one in facts], np.float64)


def fit_heads(features: Array, wanted: Array) -> Array:
    """Fit all detectors on standardised features.

    Args:
        features: [windows, features], mean 0 and deviation 1.
        wanted: what ``answers`` gives, [windows, len(HEADS)].

    Returns:
        Weights [features, len(HEADS)]. Only the direction means something.
    """
    rows = np.clip(features, -CLIP, CLIP)
    columns = []
    for column in wanted.T:
        known = ~np.isnan(column)
        target, inputs = np.where(column[known] > 0, 1.0, -1.0), rows[known]
        share = float((target > 0).mean())
        if int((target > 0).sum()) < FEWEST or share == 1.0:
            raise ValueError("too few rendered windows to fit a detector; render more")
        weight = np.where(target > 0, 0.5 / share, 0.5 / (1 - share))
        centred = inputs - (inputs * weight[:, None]).sum(axis=0) / weight.sum()
        weighted = centred * weight[:, None]
        penalty = RIDGE * np.eye(rows.shape[1])
        columns.append(np.linalg.solve(weighted.T @ centred + penalty, weighted.T @ target))
    return np.stack(columns, axis=1)
