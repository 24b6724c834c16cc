"""Words of the code as cells and lines of a page."""

import inspect
from typing import Any


def first_line(model: type[Any]) -> str:
    return inspect.cleandoc(model.__doc__ or "").splitlines()[0]


def escaped(text: str) -> str:
    return text.replace("|", "\\|")
