"""Plots of recall and of the text dropout sweep, as SVG and PNG."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from temptrack_train.evaluation.tables import TableLine

_DEPTHS = ("r1", "r5", "r10")
_INCHES = (6.4, 4.0)


def plot_sweep(lines: Sequence[TableLine], path: Path) -> None:
    """Draw R@10 by text dropout, one curve for each kind of query text, with its intervals.

    Args:
        lines: labels are (dropout, query text).
        path: without ending; both files are written whole.
    """
    figure = Figure(figsize=_INCHES, layout="constrained")
    axes = figure.subplots()
    for words in dict.fromkeys(line.labels[1] for line in lines):
        chosen = [line for line in lines if line.labels[1] == words]
        figures = [line.pool["r10"] for line in chosen]
        values = [one.value for one in figures]
        below = [one.value - one.low for one in figures]
        above = [one.high - one.value for one in figures]
        axes.errorbar(
            [float(line.labels[0]) for line in chosen],
            values,
            yerr=[below, above],
            marker="o",
            capsize=3,
            label=f"query text: {words}",
        )
    axes.set_xlabel("text dropout")
    axes.set_ylabel(f"R@10 in percent, N = {lines[0].pool_size}")
    axes.set_ylim(bottom=0)
    axes.legend()
    _save(figure, path)


def plot_recall(tables: Mapping[str, Sequence[TableLine]], path: Path) -> None:
    """Draw R@1, R@5 and R@10 of every line of some tables.

    Args:
        tables: lines by title, one panel each.
        path: without ending; both files are written whole.
    """
    figure = Figure(figsize=(_INCHES[0], _INCHES[1] * len(tables)), layout="constrained")
    panels = figure.subplots(len(tables), 1, squeeze=False)[:, 0]
    for axes, (title, lines) in zip(panels, tables.items(), strict=True):
        for line in lines:
            values = [line.pool[name].value for name in _DEPTHS]
            axes.plot([1, 5, 10], values, marker="o", label=", ".join(line.labels))
        axes.set_title(title, fontsize="medium")
        axes.set_xlabel("k")
        axes.set_ylabel(f"R@k in percent, N = {lines[0].pool_size}")
        axes.set_xticks([1, 5, 10])
        axes.legend(fontsize="x-small")
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Neither date nor random ids: equal figures give equal files.
    with mpl.rc_context({"svg.hashsalt": "temptrack", "svg.fonttype": "path"}):
        for ending, metadata in ((".svg", {"Date": None}), (".png", {"Software": None})):
            partial = path.with_name(f".{path.name}.partial{ending}")
            figure.savefig(partial, dpi=150, metadata=metadata)
            partial.replace(path.with_suffix(ending))
