# SPDX-License-Identifier: Apache-2.0
"""What Resolve's answers mean: it does not raise, it answers None or False."""

from __future__ import annotations

from typing import TypeVar, cast

from ..remedies import failure

Answer = TypeVar("Answer")


def known(call: str, answer: Answer | None) -> Answer:
    """Return what a call answered, which may be 0, False or empty.

    Raises:
        PanelError: DIALOG_OPEN, when it answered nothing at all.
    """
    if answer is None:
        raise failure("DIALOG_OPEN", call)
    return answer


def answered(call: str, answer: Answer | None) -> Answer:
    """Return what a call answered, which must be something.

    Raises:
        PanelError: DIALOG_OPEN or CALL_FAILED, naming the call.
    """
    if not known(call, answer):
        raise failure("CALL_FAILED", call)
    return cast(Answer, answer)


def offers(thing: object, name: str) -> bool:
    """Tell whether an object of Resolve has a method; ``hasattr`` is true of any name."""
    return name in dir(thing)
