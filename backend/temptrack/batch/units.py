"""The units of a batch: each row of the plan as it stands, with what its answer depends on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from temptrack.batch.plan import PlanRow


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of the plan that can be answered.

    Attributes:
        number: place in the plan, from 1.
        row: what is asked.
        id: hex SHA-256 of everything the answer depends on.
    """

    number: int
    row: PlanRow
    id: str


def by_timeline(units: Iterable[Unit]) -> dict[Path, list[Unit]]:
    """Return the units of each timeline in order of the plan; timelines in order of their first unit."""
    grouped: dict[Path, list[Unit]] = {}
    for unit in sorted(units, key=lambda unit: unit.number):
        grouped.setdefault(unit.row.timeline, []).append(unit)
    return grouped


def output_names(timelines: Sequence[Path]) -> dict[Path, str]:
    """Return a file name for the copy of each timeline: its own, with its folders where names are shared."""
    names: dict[Path, str] = {}
    depth = 1
    open_ones = list(dict.fromkeys(timelines))
    while open_ones:
        spelled = {path: "-".join((*path.parts[-depth:-1], path.stem)) for path in open_ones}
        # Upper and lower case are one on many disks.
        counts = Counter(name.casefold() for name in spelled.values())
        shared = []
        for path, name in spelled.items():
            deepest = depth >= len(path.parts)
            if counts[name.casefold()] == 1 or deepest:
                names[path] = f"{name}.otio" if counts[name.casefold()] == 1 else f"{name}{path.suffix}.otio"
            else:
                shared.append(path)
        open_ones = shared
        depth += 1
    return names
