"""Says of each scene what was asked, chosen and placed: the lines of ``suggestions.jsonl``."""

from temptrack.batch.answers import SceneAnswer
from temptrack.batch.choosing import Choice
from temptrack.batch.report import SceneLine
from temptrack.batch.units import Unit
from temptrack.seat.cuts import span

SHOWN = 5
"""Suggestions of a scene that are written out; the others are kept in its answer."""


def scene_line(unit: Unit, scene: SceneAnswer, choice: Choice, *, output: str | None) -> SceneLine:
    """Return the line of a scene.

    Args:
        unit: what was asked.
        scene: the scene and what the library answered.
        choice: what was chosen for it.
        output: path of the timeline that was written, in the batch's folder; None where none was.
    """
    answer = scene.answer
    rank = choice.chosen.rank if choice.chosen is not None and output is not None else None
    listed = answer.suggestions if answer is not None else ()
    return SceneLine(
        row=unit.number,
        unit=unit.id,
        timeline=str(unit.row.timeline),
        production=unit.row.production,
        episode=unit.row.episode,
        scene=scene.label,
        record=span(scene.record),
        prompt=unit.row.prompt,
        outcome=choice.outcome,
        problem=scene.problem,
        chosen_rank=rank,
        family_likeness=choice.likeness,
        passed_over=dict(choice.passed_over),
        output=output,
        support=answer.support.text if answer is not None and answer.support is not None else "",
        considered=answer.considered if answer is not None else 0,
        library_digest=answer.library.digest if answer is not None else "",
        bundle_digest=answer.bundle_digest if answer is not None else "",
        query_digest=answer.query_digest if answer is not None else "",
        suggestions=tuple(item for item in listed if item.rank <= SHOWN or item.rank == rank),
        warnings=scene.warnings,
    )
