"""Long lists a page at a time."""

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from temptrack import errors
from temptrack.wire.limits import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE

ItemT = TypeVar("ItemT")

_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_EDITION: Final = re.compile(r"(?:[0-9a-f]{32}-)?[0-9]{1,18}")


def page(items: Sequence[ItemT], *, size: int, token: str, edition: str) -> tuple[Sequence[ItemT], str]:
    """Return a page of a list and the token of the next one, which is empty after the last.

    Args:
        items: the whole list, in the same order for the same edition.
        size: most items of a page, 1 to 1000; 0 means 100.
        token: what came with the page before; empty for the first page.
        edition: of what the list is of; pages of different editions do not fit together.

    Raises:
        InvalidRequest: the size is out of range, or the token was never given out.
        NotReady: the list changed since the token was given out.
    """
    if not 0 <= size <= MAX_PAGE_SIZE:
        raise errors.InvalidRequest(
            f"A page of {size} was asked for.",
            reason="PAGE_SIZE",
            hint=f"Ask for 1 to {MAX_PAGE_SIZE}, or 0 for {DEFAULT_PAGE_SIZE}.",
        )
    start = _start(token, edition)
    end = start + (size or DEFAULT_PAGE_SIZE)
    return items[start:end], f"{end}.{edition}" if end < len(items) else ""


def _start(token: str, edition: str) -> int:
    if not token:
        return 0
    start, _, made_at = token.partition(".")
    # Python refuses to read numbers of thousands of digits, with an error of its own.
    if not (_NUMBER.fullmatch(start) and _EDITION.fullmatch(made_at)):
        raise errors.InvalidRequest(
            f"{token!r} is no page token.",
            reason="PAGE_TOKEN",
            hint="Send next_page_token of the page before as it is, or nothing for the first page.",
        )
    if made_at != edition:
        raise errors.NotReady(
            "The list changed between two pages.",
            reason="PAGE_EXPIRED",
            hint="Start again at the first page.",
        )
    return int(start)
