"""Numbered file names: which images of a sequence follow each other by one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

_LAST_NUMBER = re.compile(r"(.*?)(\d+)(\D*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ImageRun:
    """Images whose names differ in one number that grows by one.

    Attributes:
        first_name: name of the first file.
        count: how many there are.
        prefix: what comes before the number.
        first_number: number of the first; 0 for a name without one.
        digits: least number of digits, filled up with zeros.
        suffix: what comes after the number, the ending of the file included.
    """

    first_name: str
    count: int = 1
    prefix: str = ""
    first_number: int = 0
    digits: int = 1
    suffix: str = ""

    def goes_on_with(self, name: str) -> bool:
        """Tell whether a name is that of the next image."""
        number = str(self.first_number + self.count).zfill(self.digits)
        return bool(self.suffix) and name == f"{self.prefix}{number}{self.suffix}"


def image_runs(names: Sequence[str]) -> tuple[ImageRun, ...]:
    """Cut a list of file names into runs of consecutive numbers, in the order given."""
    runs: list[ImageRun] = []
    for name in names:
        last = runs[-1] if runs else None
        if last is not None and last.goes_on_with(name):
            runs[-1] = ImageRun(
                last.first_name, last.count + 1, last.prefix, last.first_number, last.digits, last.suffix
            )
        else:
            runs.append(_starting_with(name))
    return tuple(runs)


def _starting_with(name: str) -> ImageRun:
    ending = PurePath(name).suffix
    match = _LAST_NUMBER.fullmatch(name.removesuffix(ending))
    if match is None:
        return ImageRun(name)
    prefix, number, rest = match.groups()
    return ImageRun(name, 1, prefix, int(number), len(number), rest + ending)
