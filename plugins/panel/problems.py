# SPDX-License-Identifier: Apache-2.0
"""Everything that can go wrong, as one sentence and one next step for the panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .remedies import REMEDIES, UNKNOWN


@dataclass(frozen=True)
class Problem:
    """What a panel shows when something did not work.

    Attributes:
        reason: stable UPPER_SNAKE word, for programs.
        sentence: what happened, with the value.
        next_step: what to do about it.
        metadata: further facts as short strings.
    """

    reason: str
    sentence: str
    next_step: str
    metadata: dict[str, str]

    @property
    def is_cancelled(self) -> bool:
        """Whether the user wanted it so; nothing needs to be shown then."""
        return self.reason == "CANCELLED"


class PanelError(Exception):
    """Carries a problem to where it is shown."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.sentence} {problem.next_step}")
        self.problem = problem


def problem(reason: str, detail: str = "") -> Problem:
    """Return a problem that the plugin itself found.

    Args:
        reason: a key of the table.
        detail: the value it concerns.
    """
    remedy = REMEDIES[reason]
    return Problem(
        reason=reason,
        sentence=remedy.sentence.replace("{detail}", detail),
        next_step=remedy.next_step,
        metadata={"detail": detail} if detail else {},
    )


def problem_of_error(error: dict[str, Any]) -> Problem:
    """Return the problem in a JSON-RPC error; the companion's own sentence names the value and is kept.

    Args:
        error: ``{code, message, data: {reason, hint, metadata}}``; what is missing is made up for.
    """
    data = error.get("data")
    facts: dict[str, Any] = data if isinstance(data, dict) else {}
    reason = str(facts.get("reason") or "INTERNAL")
    remedy = REMEDIES.get(reason)
    metadata = facts.get("metadata")
    return Problem(
        reason=reason,
        sentence=str(error.get("message") or (remedy or UNKNOWN).sentence),
        next_step=remedy.next_step if remedy else str(facts.get("hint") or UNKNOWN.next_step),
        metadata={str(k): str(v) for k, v in metadata.items()} if isinstance(metadata, dict) else {},
    )
