"""Writes the tables of benchmarks/README.md from results/quality-*.json: no figure there is typed by hand."""

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.page import README, filled
from benchmarks.quality import pictures
from benchmarks.quality.report import report
from benchmarks.speed.measure import RESULTS, ROOT


def with_tables(page: str) -> str:
    """Return the page with the tables as the results say them."""
    parts = [_section(name, result) for name, result in _results()]
    return filled(page, "quality", "python -m benchmarks.quality.page", "".join(parts))


def _results() -> Iterator[tuple[str, Any]]:
    for path in sorted(RESULTS.glob("quality-*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        if result["benchmark"] in ("quality", pictures.BENCHMARK):
            yield path.name, result


def _section(name: str, result: Any) -> str:
    head = f"**{name}**, {result['measured_at'][:10]}, commit {result['commit'][:10]}."
    tables = report(result) if result["benchmark"] == "quality" else pictures.tables(result)
    return f"{head}\n\n{tables}\n\n"


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {README.relative_to(ROOT)}")
