"""`temptrack install blender`: puts the extension into Blender through Blender's own command line."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from temptrack.cli.choices import FLAG
from temptrack.errors import DeadlineExceeded, NotFound, NotReady, NotSupported

OLDEST: Final = (4, 2)
EXTENSION: Final = "temptrack"
REPOSITORY: Final = "user_default"
_PATIENCE_S: Final = 120
_BY_HAND: Final = (
    "Close Blender and try again, or write the zip with --zip FOLDER and install it from Blender."
)


def blender(
    program: Annotated[
        Path | None,
        typer.Option("--blender", metavar="PATH", help="The Blender to install into; else the usual places."),
    ] = None,
    uninstall: Annotated[
        bool, typer.Option("--uninstall", metavar=FLAG, help="Remove the extension from Blender.")
    ] = False,
    zip_folder: Annotated[
        Path | None,
        typer.Option(
            "--zip", metavar="FOLDER", help="Only write the extension's zip, to install it from Blender."
        ),
    ] = None,
) -> None:
    """Install the Music tab into Blender's video sequencer (Blender 4.2 or newer)."""
    from temptrack.cli.install.extension import build_extension
    from temptrack.cli.screen import answers

    if zip_folder is not None:
        path = build_extension(zip_folder)
        answers().print(
            f"Wrote {path}. In Blender: Preferences > Get Extensions > v > Install from Disk.", soft_wrap=True
        )
        return
    found = find_blender(program)
    version = version_of(found)
    if uninstall:
        _run(found, "remove", EXTENSION)
        answers().print(f"Removed from Blender {version}.")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = build_extension(Path(folder))
        _run(found, "install-file", "--repo", REPOSITORY, "--enable", str(path))
    answers().print(
        f"Installed into Blender {version}. Open the Video Editing workspace, then the tab Music in the "
        "sequencer's sidebar (N).",
        soft_wrap=True,
    )


def find_blender(chosen: Path | None) -> Path:
    """Return the Blender to install into: the one named, on PATH, or else the newest in the usual places.

    Raises:
        NotFound: BLENDER_NOT_FOUND.
    """
    if chosen is not None:
        if chosen.is_file():
            return chosen
        raise NotFound(
            f"There is no Blender at {chosen}.",
            reason="BLENDER_NOT_FOUND",
            hint="Give the path of the program itself, such as /opt/blender-4.5/blender.",
            metadata={"path": str(chosen)},
        )
    on_path = shutil.which("blender")
    found = Path(on_path) if on_path else next((each for each in _usual_places() if each.is_file()), None)
    if found is None:
        raise NotFound(
            "Blender was not found.",
            reason="BLENDER_NOT_FOUND",
            hint="Name it with --blender PATH, or write its zip with --zip FOLDER and install it from there.",
        )
    return found


def version_of(program: Path) -> str:
    """Return the version of a Blender, such as "4.5.1".

    Raises:
        NotSupported: BLENDER_TOO_OLD for one without extensions; NOT_BLENDER for another program.
    """
    answer = _call([str(program), "--version"])
    match = re.search(r"Blender (\d+)\.(\d+)(?:\.(\d+))?", answer.stdout)
    if match is None:
        raise NotSupported(
            f"{program} does not say that it is Blender.",
            reason="NOT_BLENDER",
            hint="Name Blender's program with --blender PATH.",
            metadata={"path": str(program)},
        )
    version = ".".join(part for part in match.groups() if part)
    if (int(match[1]), int(match[2])) < OLDEST:
        raise NotSupported(
            f"This is Blender {version}; extensions need 4.2 or newer.",
            reason="BLENDER_TOO_OLD",
            hint="Update Blender, or use `temptrack suggest CUT.otio --insert 1` with exported timelines.",
            metadata={"version": version},
        )
    return version


def _usual_places() -> Iterator[Path]:
    """Yield where Blender's installers and archives put it, newest version first."""
    if sys.platform == "darwin":
        yield Path("/Applications/Blender.app/Contents/MacOS/Blender")
        yield Path.home() / "Applications/Blender.app/Contents/MacOS/Blender"
    elif sys.platform == "win32":
        programs = Path(os.environ.get("PROGRAMFILES", r"C:\Program Files"))
        yield from sorted(programs.glob("Blender Foundation/Blender */blender.exe"), reverse=True)
    else:
        yield Path("/snap/bin/blender")
        for place in (Path("/opt"), Path.home(), Path.home() / "Applications"):
            yield from sorted(place.glob("blender*/blender"), reverse=True)


def _run(program: Path, *words: str) -> None:
    answer = _call([str(program), "--command", "extension", *words])
    if answer.returncode:
        said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
        raise NotReady(
            f"Blender refused: {said[-1] if said else f'exit code {answer.returncode}'}.",
            reason="BLENDER_REFUSED",
            hint=_BY_HAND,
            metadata={"command": " ".join(words)},
        )


def _call(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_PATIENCE_S, check=False
        )
    except OSError as error:
        raise NotSupported(
            f"{command[0]} cannot be started: {error.strerror or error}.",
            reason="NOT_BLENDER",
            hint="Name Blender's program with --blender PATH.",
            metadata={"path": command[0]},
        ) from error
    except subprocess.TimeoutExpired as error:
        raise DeadlineExceeded(
            f"Blender did not answer within {_PATIENCE_S} s.",
            reason="BLENDER_SILENT",
            hint=_BY_HAND,
        ) from error
