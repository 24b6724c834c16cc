"""Figures as Markdown."""

from collections.abc import Iterable, Mapping
from typing import Any

Figures = Mapping[str, Any]


def overall_table(part: Figures) -> str:
    """Return one row a system: mean and 95 % interval."""
    rows = [
        f"| {system} | {_with_interval(row['ndcg_at_10'])} | {_with_interval(row['precision_at_5'])} |"
        for system, row in part["systems"].items()
    ]
    head = f"{part['prompts']} prompts:\n\n| | nDCG@10 | precision@5 |\n|---|---|---|"
    return "\n".join([head, *rows])


def pair_table(part: Figures) -> str:
    """Return one row a comparison, prompt by prompt."""
    rows = [
        f"| {pair['one']} over {pair['other']} | {_with_interval(pair['ndcg_at_10'])} "
        f"| {_with_interval(pair['precision_at_5'])} | {_with_interval(pair['ndcg_ratio'], 2)} |"
        for pair in part["pairs"]
    ]
    head = "| | nDCG@10 more | precision@5 more | times the nDCG@10 |\n|---|---|---|---|"
    return "\n".join([head, *rows])


def category_table(categories: Figures, systems: Iterable[str]) -> str:
    """Return one row a category, worst for the first system first."""
    chosen = list(systems)
    head = (
        f"| nDCG@10 (precision@5) | yes / judged | {' | '.join(chosen)} |\n|---|---"
        + "|---" * len(chosen)
        + "|"
    )
    ordered = sorted(categories.items(), key=lambda item: item[1]["systems"][chosen[0]]["ndcg_at_10"])
    rows = []
    for category, row in ordered:
        numbers = [
            f"{row['systems'][system]['ndcg_at_10']:.2f} ({row['systems'][system]['precision_at_5']:.2f})"
            for system in chosen
        ]
        rows.append(f"| {category} | {row['yes']} / {row['yes'] + row['no']} | " + " | ".join(numbers) + " |")
    return "\n".join([head, *rows])


def hub_table(hubs: Figures) -> str:
    """Return one row a system: how often its most frequent track answers what it does not belong to."""
    rows = [
        f"| {system} | {100 * row['most_often']:.1f} % | {row['most_often_track']} "
        f"| {row['tracks_in_any_ten']} of {row['tracks']} |"
        for system, row in hubs.items()
    ]
    head = (
        "| | one track is among the first ten of unrelated prompts | that track "
        "| tracks among any first ten |\n|---|---|---|---|"
    )
    return "\n".join([head, *rows])


def _with_interval(figure: Figures, digits: int = 3) -> str:
    low, high = figure["interval95"]
    return f"{figure['mean']:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
