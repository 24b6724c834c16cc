"""Picture and words together: what each adds, and whether the slider leads from the one to the other."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from benchmarks.quality.labels import Judgement, Judgements, Question
from benchmarks.quality.measures import summary
from benchmarks.quality.picture_moods import Expectations, Watched, with_interval
from benchmarks.quality.picture_system import System, any_of, preference, score

VAGUE = (
    "some background music",
    "music for my video",
    "a nice track to put under this",
    "something that fits the picture",
)
WEIGHTS = tuple(step / 10 for step in range(11))
DEPTH = 10
FEWEST = 5


def measure_vague(
    systems: Sequence[System], watched: Watched, judgements: Judgements, expectations: Expectations
) -> dict[str, Any]:
    """Say what adding the picture to a vague prompt changes, at equal weight."""
    figures: dict[str, Any] = {}
    for system in systems:
        alone, both, moved = [], [], []
        for piece in expectations.pieces:
            seen = watched.pieces[piece.name]
            wanted, unwanted = (
                any_of(judgements, names, system.keys) for names in (piece.fits, piece.clashes)
            )
            without = [system.rank(None, prompt) for prompt in VAGUE]
            together = [system.rank(seen, prompt) for prompt in VAGUE]
            alone.append(float(np.mean([score(ranking, wanted).precision for ranking in without])))
            both.append(float(np.mean([score(ranking, wanted).precision for ranking in together])))
            moved.append(
                float(
                    np.mean(
                        [
                            preference(after, wanted, unwanted) - preference(before, wanted, unwanted)
                            for before, after in zip(without, together, strict=True)
                        ]
                    )
                )
            )
        gains = [after - before for before, after in zip(alone, both, strict=True)]
        figures[system.name] = {
            "precision_at_5_words_alone": summary(alone),
            "precision_at_5_with_picture": summary(both),
            "gain_in_precision_at_5": summary(gains),
            "gain_in_fits_before_clashes": summary(moved),
        }
    return figures


def measure_precise(
    systems: Sequence[System], watched: Watched, judgements: Judgements, questions: Sequence[Question]
) -> dict[str, Any]:
    """Say how far a list follows a precise prompt when any picture is added to it.

    Pictures here have nothing to do with the prompts, so whatever the picture takes is lost.
    """
    figures: dict[str, Any] = {}
    pieces = list(watched.pieces.values())
    for system in systems:
        rows = []
        for number, question in enumerate(questions):
            judged = {key: judgements[question.category].get(key, Judgement.MAYBE) for key in system.keys}
            if sum(one is Judgement.YES for one in judged.values()) < FEWEST:
                continue
            seen = pieces[number % len(pieces)]
            words, picture, both = (
                system.rank(None, question.prompt),
                system.rank(seen),
                system.rank(seen, question.prompt),
            )
            rows.append(
                {
                    "words alone": score(words, judged).precision,
                    "words and picture": score(both, judged).precision,
                    "picture alone": score(picture, judged).precision,
                    "shared with words": len({*words[:DEPTH]} & {*both[:DEPTH]}) / DEPTH,
                    "shared with picture": len({*picture[:DEPTH]} & {*both[:DEPTH]}) / DEPTH,
                }
            )
        figures[system.name] = {
            "prompts": len(rows),
            **{name: summary([row[name] for row in rows]) for name in rows[0]},
        }
    return figures


def measure_slider(
    systems: Sequence[System], watched: Watched, questions: Sequence[Question]
) -> dict[str, Any]:
    """Follow the list as the slider goes from picture to words.

    At every weight the ranking of all tracks is compared with that of picture alone and of words alone by
    Kendall's tau. ``steps_back`` is the share of steps on which the list moves away from the words or towards
    the picture.
    """
    figures: dict[str, Any] = {}
    for system in systems:
        to_words, to_picture, back = [], [], []
        for number, seen in enumerate(watched.pieces.values()):
            prompt = questions[number * len(questions) // len(watched.pieces)].prompt
            lists = [system.scores(seen, prompt, weight) for weight in WEIGHTS]
            towards = np.array([kendall(one, lists[-1]) for one in lists])
            away = np.array([kendall(one, lists[0]) for one in lists])
            to_words.append(towards)
            to_picture.append(away)
            back += [*(np.diff(towards) < -1e-3), *(np.diff(away) > 1e-3)]
        figures[system.name] = {
            "weights": WEIGHTS,
            "tau_with_words": [round(float(value), 3) for value in np.mean(to_words, axis=0)],
            "tau_with_picture": [round(float(value), 3) for value in np.mean(to_picture, axis=0)],
            "steps_back": round(float(np.mean(back)), 4),
        }
    return figures


def kendall(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Return Kendall's tau of two lists of scores, -1 to 1; equal scores count half."""
    pairs = np.triu_indices(len(one), 1)
    signs = [np.sign(scores[pairs[0]] - scores[pairs[1]]) for scores in (one, other)]
    return float((signs[0] * signs[1]).mean())


def words_tables(figures: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return the three tables."""
    vague, precise, slider = figures["vague"], figures["precise"], figures["slider"]
    lines = [
        "| vague prompt | P@5 words alone | P@5 with picture | gain | gain in fits before clashes |",
        "|---" * 5 + "|",
    ]
    for name in names:
        cells = [with_interval(figure) for figure in vague[name].values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    columns = [column for column in precise[names[0]] if column != "prompts"]
    lines += ["", "| precise prompt | " + " | ".join(columns) + " |", "|---" * (1 + len(columns)) + "|"]
    for name in names:
        cells = [with_interval(precise[name][column]) for column in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "| slider | " + " | ".join(f"{weight:g}" for weight in WEIGHTS) + " | steps back |"]
    lines += ["|---" * (2 + len(WEIGHTS)) + "|"]
    for name in names:
        for end in ("tau_with_picture", "tau_with_words"):
            taus = " | ".join(f"{value:.2f}" for value in slider[name][end])
            lines.append(f"| {name}, {end.replace('_', ' ')} | {taus} | {slider[name]['steps_back']:.2f} |")
    return "\n".join(lines)
