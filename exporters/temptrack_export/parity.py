"""Proof that an exported graph answers as the torch module it came from, or no bundle."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from temptrack.errors import Corrupt
from temptrack.model.manifest import Metric

Rows = npt.NDArray[np.floating[Any]]
"""One row an input, [count, dim]."""

TOP = 10


@dataclass(frozen=True, slots=True)
class Parity:
    """How far a graph's rows lie from those of the module it was exported from.

    Attributes:
        lowest_cosine: over corresponding rows.
        largest_error: absolute difference, over everything.
        same_top10: share of queries whose first ten candidates are the same ones in the same order, 0 to 1;
            None where fewer than eleven candidates leave nothing to choose.
        shared_top10: mean share of the first ten that both have, 0 to 1; None likewise.
    """

    lowest_cosine: float
    largest_error: float
    same_top10: float | None
    shared_top10: float | None

    def metrics(self, graph: str, command: str) -> Sequence[Metric]:
        """Return the figures as the manifest keeps them."""
        figures = {
            "lowest_cosine": self.lowest_cosine,
            "largest_error": self.largest_error,
            "same_top10": self.same_top10,
            "shared_top10": self.shared_top10,
        }
        return tuple(
            Metric(name=f"parity/{graph}/{name}", value=value, command=command)
            for name, value in figures.items()
            if value is not None
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a graph must reach to be let into a bundle."""

    lowest_cosine: float
    same_top10: float = 0.0

    def check(self, graph: str, parity: Parity) -> None:
        """Refuse a graph that moved too far. Raises Corrupt (PARITY), naming the figure."""
        # Not "below": a cosine that is not a number must fail too.
        if not parity.lowest_cosine >= self.lowest_cosine:
            raise _moved(
                f"{graph}: lowest cosine to torch is {parity.lowest_cosine:.6f}, below {self.lowest_cosine}."
            )
        if parity.same_top10 is not None and parity.same_top10 < self.same_top10:
            raise _moved(
                f"{graph}: the first ten are the same for {parity.same_top10:.3f} of the queries only, "
                f"below {self.same_top10}."
            )


def _moved(message: str) -> Corrupt:
    return Corrupt(message, reason="PARITY", hint="No bundle was written; the graph is not the network.")


EXACT = Bounds(lowest_cosine=0.9999, same_top10=1.0)
HALF = Bounds(lowest_cosine=0.999)


def compare(
    reference: Rows, found: Rows, *, candidates: Rows | None = None, found_candidates: Rows | None = None
) -> Parity:
    """Compare rows of torch with rows of ONNX Runtime.

    Args:
        reference: [count, dim] of the module.
        found: [count, dim] of the graph.
        candidates: [candidates, dim] that the rows are ranked against, of the module; without them the rows
            are ranked against each other, each leaving itself out.
        found_candidates: the same of the graph, where it makes them too; else ``candidates`` stand for both.

    Raises:
        Corrupt: PARITY, the graph gave rows of another shape.
    """
    if reference.shape != found.shape:
        raise _moved(f"torch gave rows of shape {reference.shape}, the graph of {found.shape}.")
    same, shared = _top10_agreement(reference, found, candidates, found_candidates)
    return Parity(
        lowest_cosine=lowest_cosine(reference, found),
        largest_error=float(np.abs(reference - found).max()),
        same_top10=same,
        shared_top10=shared,
    )


def lowest_cosine(left: Rows, right: Rows) -> float:
    """Return the lowest cosine between corresponding rows; NaN where a row is no number or has no length."""
    norms = np.linalg.norm(left, axis=-1) * np.linalg.norm(right, axis=-1)
    if not (norms > 0).all():
        return math.nan
    return float(np.min(np.sum(left * right, axis=-1) / norms))


def _top10_agreement(
    reference: Rows, found: Rows, candidates: Rows | None, found_candidates: Rows | None
) -> tuple[float, float] | tuple[None, None]:
    among_themselves = candidates is None
    if candidates is None:
        candidates, found_candidates = reference, found
    elif found_candidates is None:
        found_candidates = candidates
    assert found_candidates is not None
    if len(candidates) - among_themselves <= TOP:
        return None, None
    orders = []
    for rows, others in ((reference, candidates), (found, found_candidates)):
        scores = _unit(rows) @ _unit(others).T
        if among_themselves:
            np.fill_diagonal(scores, -np.inf)
        orders.append(np.argsort(-scores, axis=1, kind="stable")[:, :TOP])
    shared = [len(set(one) & set(other)) / TOP for one, other in zip(*orders, strict=True)]
    return float((orders[0] == orders[1]).all(axis=1).mean()), float(np.mean(shared))


def _unit(rows: Rows) -> npt.NDArray[np.float64]:
    values = np.asarray(rows, np.float64)
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return np.asarray(values / np.maximum(lengths, 1e-12), np.float64)
