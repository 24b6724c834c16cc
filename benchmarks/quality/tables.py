"""Figures as Markdown."""

from collections.abc import Mapping
from typing import Any

from benchmarks.quality.words import AS_IS, BLIND, CHANCE, KEYWORDS, SYSTEMS


def overall_table(figures: Mapping[str, Any]) -> str:
    """Return one row a system: mean and 95 % interval over prompts."""
    rows = []
    for system in SYSTEMS:
        ndcg, precision = (figures["overall"][system][name] for name in ("ndcg_at_10", "precision_at_5"))
        rows.append(f"| {system} | {_with_interval(ndcg)} | {_with_interval(precision)} |")
    head = (
        f"{figures['tracks']} tracks, {figures['categories']} categories, {figures['prompts']} prompts\n\n"
        "| | nDCG@10 | precision@5 |\n|---|---|---|"
    )
    return "\n".join([head, *rows])


def category_table(figures: Mapping[str, Any]) -> str:
    """Return one row a category."""
    head = (
        "| category | yes / judged | nDCG@10 as files are | blind | keywords | chance "
        "| P@5 as files are | blind | keywords | chance |\n|---" + "|---" * 9 + "|"
    )
    rows = []
    for category, row in figures["by_category"].items():
        numbers = [
            f"{row[system][name]:.2f}"
            for name in ("ndcg_at_10", "precision_at_5")
            for system in (AS_IS, BLIND, KEYWORDS, CHANCE)
        ]
        rows.append(f"| {category} | {row['yes']} / {row['yes'] + row['no']} | " + " | ".join(numbers) + " |")
    return "\n".join([head, *rows])


def _with_interval(figure: Mapping[str, Any]) -> str:
    low, high = figure["interval95"]
    return f"{figure['mean']:.3f} ({low:.3f} to {high:.3f})"
