# SPDX-License-Identifier: Apache-2.0
"""How the prompt of an answer was read, in one line."""

from __future__ import annotations

from typing import Any, Mapping


def warning_of(answer: Mapping[str, Any]) -> str:
    """Return the sentence that says that nothing fits, or nothing where something does.

    Args:
        answer: what the companion's ``suggest`` returned.
    """
    return str((answer.get("support") or {}).get("text", ""))


def reading_of(answer: Mapping[str, Any]) -> str:
    """Return how a prompt was read, or nothing where it was only searched as words.

    Args:
        answer: what the companion's ``suggest`` returned.
    """
    parts = (answer.get("prompt") or {}).get("parts", ())
    return " \u00b7 ".join(str(part["text"]) for part in parts)
