"""Where libraries are: one folder a library under the home folder, or an address of their own."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from temptrack import home
from temptrack.errors import Corrupt
from temptrack.library.names import checked_name, fold

_POINTER = "address.json"
"""A library elsewhere keeps this file, and nothing else, in its folder under the home folder."""


def own_folder(name: str) -> Path:
    """Return the folder of a library by its name, whatever case the name is typed in.

    Raises:
        InvalidRequest: the name cannot be that of a library.
    """
    cleaned = checked_name(name)
    parent = home.libraries_folder()
    if parent.is_dir():
        for entry in sorted(parent.iterdir()):
            if fold(entry.name) == fold(cleaned):
                return entry
    return parent / cleaned


def known_names() -> list[str]:
    """Return the names of the folders that may hold libraries, sorted."""
    parent = home.libraries_folder()
    if not parent.is_dir():
        return []
    return sorted(
        entry.name for entry in parent.iterdir() if entry.is_dir() and not entry.name.startswith(".")
    )


def address_of(name: str) -> str:
    """Return where the table of a named library is: its own folder, or the address noted there.

    Raises:
        Corrupt: LIBRARY_CORRUPT, when the note cannot be read.
    """
    folder = own_folder(name)
    note = folder / _POINTER
    if not note.is_file():
        return str(folder)
    try:
        return str(json.loads(note.read_text("utf-8"))["uri"])
    except (ValueError, KeyError, TypeError) as error:
        raise Corrupt(
            f"{note} does not say where library {name!r} is.",
            reason="LIBRARY_CORRUPT",
            hint=f"Delete {folder} and create the library again with its address.",
        ) from error


def note_address(name: str, uri: str) -> None:
    """Remember that a library of this name is at an address of its own."""
    folder = own_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    # Written whole or not at all: a reader never sees half a note, not even after a power cut.
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".address-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"uri": uri}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / _POINTER)


def forget(name: str) -> None:
    """Delete the folder of a library under the home folder."""
    shutil.rmtree(own_folder(name), ignore_errors=True)
