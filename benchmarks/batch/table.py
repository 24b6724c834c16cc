"""Writes the tables of batches on the page of benchmarks from results/batch-*.json.

python -m benchmarks.batch.table
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.page import README, filled
from benchmarks.speed.measure import RESULTS, ROOT

Row = tuple[str, str]


def main() -> None:
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {README.relative_to(ROOT)}")


def with_tables(page: str) -> str:
    """Return the page with the tables as the results say them."""
    makers: dict[str, Callable[[dict[str, Any]], Iterator[Row]]] = {"kills": _kills, "nodes": _nodes}
    parts = []
    for name, maker in makers.items():
        path = RESULTS / f"batch-{name}.json"
        if path.is_file():
            result = json.loads(path.read_text(encoding="utf-8"))
            rows = "\n".join(f"| {what} | {figure} |" for what, figure in maker(result))
            parts.append(f"{_heading(path.name, result)}\n\n| what | figure |\n|---|---|\n{rows}\n")
    return filled(page, "batch", "python -m benchmarks.batch.table", "\n".join(parts) + "\n")


def _heading(name: str, result: dict[str, Any]) -> str:
    machine, what = result["machine"], result["what"]
    how = what.get("batch") or what["cluster"]
    return (
        f"**{name}**, {result['measured_at'][:10]}, commit {result['commit'][:10]}, {machine['cores']} cores "
        f"of {machine['cpu']}, load {result['load_at_the_end'][-1]} in the last quarter of an hour. {how}. "
        f"{what['timelines']} timelines: {what['made of']}. {len(what['clips'])} clips; {what['tracks']} "
        f"real tracks indexed with {what['bundle']}."
    )


def _kills(result: dict[str, Any]) -> Iterator[Row]:
    kills = result["kills"]
    yield "undisturbed, s", f"{result['undisturbed_s']}"
    yield "killed and resumed, all runs together, s", f"{result['killed_and_resumed_s']}"
    yield "kills with SIGKILL", f"{len(kills)}"
    yield (
        "… while it asked, while it chose and wrote",
        (f"{result['kills_while_asking']}, {result['kills_while_writing']}"),
    )
    yield "answered at the kills", ", ".join(str(kill["answered"]) for kill in kills)
    yield "files half written at a kill, all hidden", f"{result['half_written_at_a_kill']}"
    yield from _same(result)


def _nodes(result: dict[str, Any]) -> Iterator[Row]:
    yield "on the cluster, s", f"{result['farm_s']}"
    yield "answered when the node was killed", f"{result['answered_at_the_kill']}"
    yield "units answered, failed", f"{result['asked']}, {result['failed']}"
    yield from _same(result)


def _same(result: dict[str, Any]) -> Iterator[Row]:
    made, again = result["made_once"], result["made_again"]
    yield "made once: " + ", ".join(made), ", ".join(map(str, made.values()))
    yield "… of them lost or made again", ", ".join(str(again.get(kind, 0)) for kind in made)
    yield "files, and how many differ from the undisturbed", f"{result['files']}, {len(result['differing'])}"


if __name__ == "__main__":
    main()
