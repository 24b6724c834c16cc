"""Results of an experiment as files: JSON, a page of Markdown, plots. Every figure comes from a cell."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from temptrack_train.evaluation.catalogue import CLAIMS, OPEN_VALUES, OPTIONS, SWEEP_TABLE, TABLES
from temptrack_train.evaluation.pages import claims_page, options_page, table_page
from temptrack_train.evaluation.plots import plot_recall, plot_sweep
from temptrack_train.evaluation.tables import (
    CheckedClaim,
    OptionLine,
    Results,
    TableLine,
    check_claim,
    make_option_line,
    make_table,
)

_SAID = ("command", "measured_at", "data", "seeds", "changes", "cells", "training_s", "cores")
_PLOTS = "\n![R@10 by text dropout](dropout-sweep.svg)\n\n![Recall of every line](recall.svg)\n"

BASE = "viml"
BEST = "viml_plus"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is said about an experiment.

    Attributes:
        tables: lines by key of the table.
        claims: of the paper, checked.
        options: ViML, each option by itself, and the recipe that joins the best of them.
        open_values: ViML, and each value that the paper leaves open, changed.
    """

    tables: Mapping[str, Sequence[TableLine]]
    claims: Sequence[CheckedClaim]
    options: Sequence[OptionLine]
    open_values: Sequence[OptionLine]


def make_report(results: Results) -> Report:
    """Compute every table from finished cells."""

    def against_base(lines: Mapping[str, str]) -> list[OptionLine]:
        return [make_option_line(results, label, system, BASE) for system, label in lines.items()]

    return Report(
        tables={plan.key: make_table(plan, results) for plan in TABLES},
        claims=[check_claim(claim, results) for claim in CLAIMS],
        options=against_base(
            {
                BASE: "ViML (prompt2text, dropout 0.8)",
                **{f"{BASE}_{key}": label for key, (label, _) in OPTIONS.items()},
                BEST: "our recipe (viml_plus)",
            }
        ),
        open_values=against_base(
            {
                BASE: "ViML with our values",
                **{f"{BASE}_{key}": label for key, (label, _) in OPEN_VALUES.items()},
            }
        ),
    )


def report_page(report: Report) -> str:
    """Return the report as Markdown."""
    parts = []
    for plan in TABLES:
        lines = report.tables[plan.key]
        parts.append(f"### {plan.title}, N = {lines[0].pool_size}\n\n{table_page(plan.columns, lines)}")
    parts.append(f"### Does what the paper reports hold here?\n\n{claims_page(report.claims)}")
    parts.append(f"### Our options\n\n{options_page(report.options)}")
    parts.append(f"### What the paper leaves open\n\n{options_page(report.open_values)}")
    return "\n".join(parts)


def report_content(report: Report) -> dict[str, Any]:
    """Return the report as JSON content."""

    def option(line: OptionLine) -> dict[str, Any]:
        return {
            "option": line.label,
            **{f"{question.key}_r10": asdict(one) for question, one in line.r10.items()},
            **{f"{question.key}_r10_gain": asdict(one) for question, one in (line.gain or {}).items()},
            "clips_video_text_to_music_ndcg10": line.ndcg,
        }

    return {
        "tables": {key: [line.as_json() for line in lines] for key, lines in report.tables.items()},
        "claims": [
            {
                "claim": one.claim.says,
                "paper_r10": list(one.claim.paper),
                "r10": [one.worse_r10, one.better_r10],
                "r10_gain": asdict(one.gain),
                "intervals_apart": one.apart,
                "verdict": one.verdict,
            }
            for one in report.claims
        ],
        "options": [option(line) for line in report.options],
        "open_values": [option(line) for line in report.open_values],
    }


def circumstances() -> dict[str, Any]:
    """Return when and on what this process runs."""
    names = ("torch", "numpy", "scipy", "temptrack")
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in names},
    }


def write_report(
    report: Report, *, facts: Mapping[str, Any], results_file: Path, page_file: Path, plots: Path
) -> None:
    """Write the report; each file is replaced whole.

    Args:
        report: what was found.
        facts: how: seeds, seconds, circumstances.
        results_file: JSON.
        page_file: Markdown.
        plots: folder of the plots.
    """
    content = {"benchmark": "method", **facts, **report_content(report)}
    _replace(results_file, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    _replace(page_file, f"{_preface(facts)}\n{report_page(report)}{_PLOTS}")
    plot_sweep(report.tables[SWEEP_TABLE.key], plots / "dropout-sweep")
    shown = [plan for plan in TABLES if plan is not SWEEP_TABLE]
    plot_recall({plan.title: report.tables[plan.key] for plan in shown}, plots / "recall")


def _preface(facts: Mapping[str, Any]) -> str:
    said = ", ".join(f"{name.replace('_', ' ')}: {facts[name]}" for name in _SAID if name in facts)
    return f"# Tables of the method\n\nWritten by a command, none of it by hand. {said}.\n"


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
