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
    """Return a file name for the copy of each timeline: its own, with what tells it apart.

    That is its format where another lies beside it, and its folders where names are shared across folders.
    """
    paths = list(dict.fromkeys(timelines))
    beside = Counter((path.parent, path.stem.casefold()) for path in paths)
    labels = {
        path: path.stem if beside[path.parent, path.stem.casefold()] == 1 else path.name.replace(".", "-")
        for path in paths
    }
    names: dict[Path, str] = {}
    depth, shared = 0, paths
    while shared:
        spelled = {path: "-".join((*_folders(path, depth), labels[path])) for path in shared}
        # Upper and lower case are one on many disks.
        counts = Counter(name.casefold() for name in spelled.values())
        counts.update(name.removesuffix(".otio").casefold() for name in names.values())
        shared = [path for path in shared if counts[spelled[path].casefold()] > 1]
        if all(depth >= len(path.parts) for path in shared):
            # Only upper and lower case tells these apart.
            spelled |= {path: f"{spelled[path]}-{number}" for number, path in enumerate(shared, start=1)}
            shared = []
        names |= {path: f"{name}.otio" for path, name in spelled.items() if path not in shared}
        depth += 1
    return names


def _folders(path: Path, depth: int) -> tuple[str, ...]:
    folders = path.parent.parts[len(path.anchor) > 0 :]
    return folders[max(0, len(folders) - depth) :]
