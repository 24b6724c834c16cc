"""`temptrack library compact`, `backup` and `restore`: what an administrator runs now and then."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from temptrack.cli.choices import FLAG, AsJson

_SPAN = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the library.")]


def compact(
    name: _Name,
    keep_versions_for: Annotated[
        str, typer.Option(metavar="1h|30m|7d", help="How long versions stay that someone may still search.")
    ] = "1h",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar=FLAG, help="Only say what it would do.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Merge the small files of many index runs and delete what only old versions need.

    Indexing does so by itself for the hour before; this frees more, or frees it now. Others may search and
    index meanwhile.
    """
    from temptrack.api.upkeep import compact_library
    from temptrack.cli.screen import answers, print_json

    report = compact_library(name, keep_versions_for=_span(keep_versions_for), dry_run=dry_run)
    if as_json:
        print_json(report)
        return
    if report.dry_run or report.freed_bytes is None:
        said = (
            f"would merge {report.files} files where that saves some, "
            f"and let go of {report.versions_removed} of {report.versions} versions"
        )
    else:
        said = (
            f"{report.files} files are {report.files_after} now, {report.versions_removed} old versions "
            f"went, {_size(report.freed_bytes)} freed"
        )
    answers().print(f"Library '{name}': {said}.", markup=False, soft_wrap=True)


def backup(
    name: _Name,
    place: Annotated[
        str, typer.Argument(metavar="PLACE", help="New folder or s3:// address for the copy, or one unused.")
    ],
    as_json: AsJson = False,
) -> None:
    """Copy a library elsewhere, as it is at this moment; others may search and index meanwhile.

    Music files are not copied. The copy is there whole or not at all, and is read back before this ends well.
    """
    from temptrack.api.upkeep import back_up_library
    from temptrack.cli.progress import bar
    from temptrack.cli.screen import answers, print_json

    with bar("Copying", unit="tracks", quiet=as_json) as tick:
        report = back_up_library(name, _place(place), progress=tick)
    if as_json:
        print_json(report)
        return
    info = report.library
    console = answers()
    console.print(
        f"Copied library '{name}', version {report.source_version} with {info.track_count} tracks, "
        f"to {info.uri}.",
        markup=False,
        soft_wrap=True,
    )
    console.print(f"→ Put it back: temptrack library restore {name} {place}", style="cyan", soft_wrap=True)


def restore(
    name: _Name,
    place: Annotated[
        str, typer.Argument(metavar="PLACE", help="Folder or s3:// address of the backup to take.")
    ],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="PLACE", help="Folder or s3:// address to keep a new library at."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", metavar=FLAG, help="Do not ask before replacing tracks.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put the tracks of a backup in the place of those of a library, all at once; make it if need be.

    Others search the old tracks until the new ones are all there. Where the music lies elsewhere by now,
    index its folders afterwards: tracks are known by their sound and are not analysed again.
    """
    from temptrack.api.library import open_library
    from temptrack.api.upkeep import restore_library
    from temptrack.cli.progress import bar
    from temptrack.cli.screen import answers, print_json
    from temptrack.errors import Corrupt, NotFound

    try:
        count = open_library(name).info().track_count
        lost = f"the {count} tracks of library '{name}'" if count else ""
    except NotFound:
        lost = ""
    except Corrupt:
        lost = f"library '{name}', which is damaged"
    if lost and not yes:
        typer.confirm(f"Replace {lost}?", abort=True, err=True)
    with bar("Copying", unit="tracks", quiet=as_json) as tick:
        report = restore_library(name, _place(place), at=at, progress=tick)
    if as_json:
        print_json(report)
        return
    answers().print(
        f"Library '{name}' has the {report.library.track_count} tracks of {place} again, "
        f"indexed with bundle {report.library.bundle_id}.",
        markup=False,
        soft_wrap=True,
    )


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise typer.BadParameter("Say it as a number with s, m, h or d, such as 30m or 7d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _place(text: str) -> str:
    """Return what a person typed as a place: a bare word is a folder here, never the name of a library."""
    from pathlib import Path

    return text if "://" in text else str(Path(text).absolute())


def _size(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
