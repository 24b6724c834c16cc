"""What a library may be called, and how words are compared without regard to case."""

import re
import unicodedata

from temptrack.errors import InvalidRequest

LONGEST_NAME = 64
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def fold(word: str) -> str:
    """Return the form under which two spellings of a word compare equal: case and Unicode form ignored."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", word).casefold()).strip()


def is_address(name_or_uri: str) -> bool:
    """Tell whether this is a place (a folder or an object store) rather than the name of a library."""
    return "://" in name_or_uri or "/" in name_or_uri or bool(_DRIVE.match(name_or_uri))


def checked_name(name: str) -> str:
    """Return the name in Unicode normal form C, usable as a folder name on every platform.

    Raises:
        InvalidRequest: LIBRARY_NAME, for names that are empty, too long, hidden, reserved, or hold
            anything but letters, digits, spaces, "-", "_" and ".".
    """
    cleaned = unicodedata.normalize("NFC", name)
    problem = _problem(cleaned)
    if problem:
        raise InvalidRequest(
            f"{name!r} cannot be the name of a library: {problem}.",
            reason="LIBRARY_NAME",
            hint="Use letters, digits, spaces, '-', '_' and '.', such as 'stock-2024'.",
            metadata={"name": name},
        )
    return cleaned


def _problem(name: str) -> str:
    strange = sorted({letter for letter in name if not (_is_wordlike(letter) or letter in " -_.")})
    problems = {
        "it is empty": not name.strip(),
        f"it is longer than {LONGEST_NAME} characters": max(len(name), len(_bytes(name)) // 2) > LONGEST_NAME,
        "it starts with a dot": name.startswith("."),
        "it starts or ends with a space, or ends with a dot": name != name.strip() or name.endswith("."),
        f"it contains {strange[0]!r}" if strange else "": bool(strange),
        "Windows keeps that word for itself": fold(name).split(".")[0] in _RESERVED,
    }
    return next((problem for problem, is_so in problems.items() if is_so), "")


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "replace")


def _is_wordlike(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNM"
