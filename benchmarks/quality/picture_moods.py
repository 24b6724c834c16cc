"""Footage whose mood was written down beforehand, and the same footage graded, cut and slowed otherwise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.quality.footage import Footage, frames_of
from benchmarks.quality.labels import FOLDER, Judgements
from benchmarks.quality.measures import interval, summary
from benchmarks.quality.picture_system import Seen, System, any_of, chance_score, preference, score
from pydantic import BaseModel, ConfigDict

from temptrack.media.probe import probe
from temptrack.media.types import Frames, FrameSpec

LONGEST_S = 30.0
SLOWER = 8
_GREY = np.array([0.299, 0.587, 0.114])
_COMPANIONS = 5


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Piece(_Model):
    """A piece of footage and the music it calls for."""

    name: str
    file: str
    start_s: float = 0.0
    duration_s: float = LONGEST_S
    fits: tuple[str, ...]
    clashes: tuple[str, ...]
    why: str


class Variant(_Model):
    """A change of footage and the music it should bring nearer."""

    name: str
    change: str
    more: tuple[str, ...]
    less: tuple[str, ...]
    why: str


class Expectations(_Model):
    """The content of footage.json."""

    about: tuple[str, ...]
    pieces: tuple[Piece, ...]
    left_out: dict[str, str]
    variants: tuple[Variant, ...]


def read_expectations() -> Expectations:
    """Read footage.json."""
    return Expectations.model_validate_json((FOLDER / "footage.json").read_bytes())


@dataclass(frozen=True, slots=True)
class Watched:
    """Footage as a frame encoder gets it.

    Attributes:
        pieces: by name.
        slowed: by name, an eighth of the middle of the piece, stretched.
    """

    pieces: Mapping[str, Seen]
    slowed: Mapping[str, Seen]


def watch(reference: Path, spec: FrameSpec, expectations: Expectations) -> Watched:
    """Sample the frames of all pieces."""
    pieces, slowed = {}, {}
    for piece in expectations.pieces:
        path = reference / "video" / piece.file
        length_s = float(probe(path).duration_s or 0)
        duration_s = min(piece.duration_s, length_s - piece.start_s)
        pieces[piece.name] = frames_of(Footage(piece.name, path, piece.start_s, duration_s), spec)
        short_s = min(duration_s, 10) / SLOWER
        middle_s = piece.start_s + duration_s / 2
        slowed[piece.name] = frames_of(Footage(piece.name, path, middle_s, short_s), spec)
    return Watched(pieces, slowed)


def measure_pieces(
    systems: Sequence[System], watched: Watched, judgements: Judgements, expectations: Expectations
) -> dict[str, Any]:
    """Score every system's list for every piece against the categories that fit it, beside chance."""
    rows: list[dict[str, Any]] = []
    for piece in expectations.pieces:
        seen = watched.pieces[piece.name]
        row: dict[str, Any] = {"piece": piece.name, "fits": piece.fits}
        for system in systems:
            wanted, unwanted = (
                any_of(judgements, names, system.keys) for names in (piece.fits, piece.clashes)
            )
            ranking = system.rank(seen)
            got, by_chance = score(ranking, wanted), chance_score(wanted)
            row[system.name] = {
                "precision_at_5": round(got.precision, 4),
                "ndcg_at_10": round(got.ndcg, 4),
                "fits_before_clashes": round(preference(ranking, wanted, unwanted), 4),
                "first": ranking[:5],
            }
            row["chance"] = {
                "precision_at_5": round(by_chance.precision, 4),
                "ndcg_at_10": round(by_chance.ndcg, 4),
                "fits_before_clashes": 0.5,
            }
        rows.append(row)
    return {"by_piece": rows, "overall": _overall(rows, [system.name for system in systems])}


def _overall(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    figures = ("precision_at_5", "ndcg_at_10", "fits_before_clashes")
    overall: dict[str, Any] = {
        name: {figure: summary([row[name][figure] for row in rows]) for figure in figures}
        for name in (*names, "chance")
    }
    for name in names:
        overall[f"{name} less chance"] = {
            figure: summary([row[name][figure] - row["chance"][figure] for row in rows]) for figure in figures
        }
    return overall


def measure_variants(
    systems: Sequence[System], watched: Watched, judgements: Judgements, expectations: Expectations
) -> dict[str, Any]:
    """Say how much nearer each change of the footage brings the music it calls for.

    The figure is how often music that is called for comes before music that is not, after the change less
    before it: 0 where the system does not see the change. ``in_words`` is the same preference, less its
    chance of one half, for a prompt that names the music called for: more cannot be asked of a picture.
    """
    figures: dict[str, Any] = {}
    for variant in expectations.variants:
        changed = {piece.name: _changed(piece.name, variant.change, watched) for piece in expectations.pieces}
        figures[variant.name] = {}
        for system in systems:
            more, less = (any_of(judgements, names, system.keys) for names in (variant.more, variant.less))
            named = system.rank(None, ", ".join(variant.more))
            gains = [
                preference(system.rank(changed[piece.name]), more, less)
                - preference(system.rank(watched.pieces[piece.name]), more, less)
                for piece in expectations.pieces
            ]
            figures[variant.name][system.name] = {
                **summary(gains),
                "moved_as_expected": sum(gain > 0 for gain in gains),
                "of": len(gains),
                "in_words": round(preference(named, more, less) - 0.5, 4),
            }
    for system in systems:
        means = [figures[variant.name][system.name]["mean"] for variant in expectations.variants]
        low, high = interval(means)
        figures.setdefault("all", {})[system.name] = {
            "mean": round(float(np.mean(means)), 4),
            "interval95": [round(low, 4), round(high, 4)],
        }
    return figures


def _changed(name: str, change: str, watched: Watched) -> Seen:
    if change == "slow":
        return watched.slowed[name]
    if change == "cut fast":
        return [_cut_fast(name, watched)]
    grade = _GRADES[change]
    return [(grade(frames), repeats) for frames, repeats in watched.pieces[name]]


def _cut_fast(name: str, watched: Watched) -> tuple[Frames, Sequence[int]]:
    """Return a shot a second: every other of the piece itself, between them those of other pieces in turn."""
    names = list(watched.pieces)
    start = names.index(name)
    others = [names[(start + step) % len(names)] for step in range(1, _COMPANIONS + 1)]
    shown = [name if moment % 2 == 0 else others[moment // 2] for moment in range(2 * _COMPANIONS)]
    frames = []
    for moment, one in enumerate(shown):
        first, _ = watched.pieces[one][0]
        frames.append(first[moment % len(first)])
    return np.stack(frames), [1] * len(frames)


def _graded(saturation: float, light: float, gains: tuple[float, float, float]) -> Callable[[Frames], Frames]:
    def grade(frames: Frames) -> Frames:
        grey = (frames @ _GREY)[..., None]
        graded = (grey + saturation * (frames - grey)) * light * np.array(gains)
        rounded: Frames = np.clip(np.round(graded), 0, 255).astype(np.uint8)
        return rounded

    return grade


_GRADES = {
    "night": _graded(0.4, 0.25, (0.75, 0.9, 1.3)),
    "bleak": _graded(0.0, 0.5, (1.0, 1.0, 1.0)),
    "sunny": _graded(1.5, 1.25, (1.1, 1.0, 0.85)),
}


def pieces_table(figures: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return one row a piece and the means: precision@5 and fits before clashes."""
    columns = [*names, "chance"]
    head = "| piece | " + " | ".join(f"P@5 {name}" for name in columns)
    head += " | " + " | ".join(f"fits before clashes {name}" for name in names) + " |"
    lines = [head, "|---" * (1 + len(columns) + len(names)) + "|"]
    for row in figures["by_piece"]:
        cells = [f"{row[name]['precision_at_5']:.2f}" for name in columns]
        cells += [f"{row[name]['fits_before_clashes']:.2f}" for name in names]
        lines.append(f"| {row['piece']} | " + " | ".join(cells) + " |")
    cells = [with_interval(figures["overall"][name]["precision_at_5"]) for name in columns]
    cells += [with_interval(figures["overall"][name]["fits_before_clashes"]) for name in names]
    return "\n".join([*lines, "| **all** | " + " | ".join(cells) + " |"])


def variants_table(figures: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return one row a change."""
    head = "| change | " + " | ".join(names) + " | " + " | ".join(f"asked in words {name}" for name in names)
    lines = [head + " |", "|---" * (1 + 2 * len(names)) + "|"]
    for change, by_system in figures.items():
        cells = [with_interval(by_system[name]) for name in names]
        cells += [str(by_system[name].get("in_words", "")) for name in names]
        lines.append(f"| {change} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def with_interval(figure: Mapping[str, Any]) -> str:
    """Return a mean with its interval."""
    low, high = figure["interval95"]
    return f"{figure['mean']:.3f} ({low:.3f} to {high:.3f})"
