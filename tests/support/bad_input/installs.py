"""Editors that plugins cannot be put into."""

import json
from collections.abc import Callable

from support.bad_input.case import Case, Outcome, Place, command


def into_blender(*lines: str) -> Callable[[Place], Outcome]:
    """Install into a program of a few lines of shell."""

    def prepare(place: Place) -> None:
        place.write("blender", "\n".join(("#!/bin/sh", *lines))).chmod(0o755)

    return command("install", "blender", "--blender", "FOLDER/blender", prepare=prepare)


def into_resolve(
    prepare: Callable[[Place], object], *words: str, folder: str = "Fusion"
) -> Callable[[Place], Outcome]:
    return command("install", "resolve", "--folder", f"FOLDER/{folder}", *words, prepare=prepare)


def linked_folder(place: Place) -> None:
    (place.folder / "elsewhere").mkdir()
    (place.folder / "Fusion").mkdir()
    (place.folder / "Fusion" / "Scripts").symlink_to(place.folder / "elsewhere")


def receipt_that_climbs(place: Place) -> None:
    place.write("Fusion/Temptrack/receipt.json", json.dumps({"files": {"../cut.otio": "0" * 64}}))


INSTALLS = (
    Case("a Blender that is not there", command("install", "blender", "--blender", "FOLDER/no")),
    Case("another program instead of Blender", into_blender("echo 'Painter 5.2'")),
    Case("a Blender without extensions", into_blender("echo 'Blender 3.6.0'")),
    Case(
        "a Blender that refuses the extension",
        into_blender(
            '[ "$1" = --version ] && echo Blender 4.5.0 && exit', "echo 'no repository' >&2", "exit 1"
        ),
    ),
    Case(
        "a document instead of Blender",
        command(
            *("install", "blender", "--blender", "FOLDER/notes.txt"),
            prepare=lambda place: place.write("notes.txt", "words"),
        ),
    ),
    Case("a link among Resolve's folders", into_resolve(linked_folder)),
    Case("a file as Resolve's folder", into_resolve(lambda place: place.write("Fusion", ""))),
    Case(
        "a receipt that is no JSON",
        into_resolve(lambda place: place.write("Fusion/Temptrack/receipt.json", "{"), "--uninstall"),
    ),
    Case("a receipt that names a file elsewhere", into_resolve(receipt_that_climbs, "--uninstall")),
)
