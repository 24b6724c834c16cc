"""Writes the tables of benchmarks/README.md from results/quality-*.json: no figure there is typed by hand."""

import json
from pathlib import Path

from benchmarks.page import README, filled
from benchmarks.quality.picture import overlap_summary
from benchmarks.quality.tables import category_table, overall_table
from benchmarks.speed.measure import RESULTS, ROOT


def with_tables(page: str) -> str:
    """Return the page with the tables as the results say them."""
    parts = [_section(path) for path in sorted(RESULTS.glob("quality-*.json"))]
    return filled(page, "quality", "python -m benchmarks.quality.page", "".join(parts))


def _section(path: Path) -> str:
    result = json.loads(path.read_text(encoding="utf-8"))
    figures = result["words"]["unseen"]
    parts = [
        f"**{path.name}**, {result['measured_at'][:10]}, commit {result['commit'][:10]}. Tracks whose "
        f"packages took no part in calibrating the tagger: {overall_table(figures)}",
        category_table(figures),
    ]
    if "pseudo_labels" in result:
        guessed = overall_table(result["pseudo_labels"])
        parts.append(f"By the guesses of two other public taggers instead of labels: {guessed}")
    if "picture" in result:
        parts.append(f"Picture alone: {overlap_summary(result['picture'])}")
    return "".join(f"{part}\n\n" for part in parts)


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {README.relative_to(ROOT)}")
