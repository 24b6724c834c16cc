"""`temptrack library`: make, fill, show and remove libraries of music."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from temptrack.cli import library_upkeep
from temptrack.cli.choices import FLAG, AsJson, BundleName, DeviceName

if TYPE_CHECKING:
    from temptrack import IndexReport

app = typer.Typer(no_args_is_help=True, help="Make, fill, show and remove libraries of music.")

Workers = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=0, max=256, help="Processes to use; 0 works in this one. Usual: one a core."
    ),
]
LibraryName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the library.")]


@app.command()
def create(
    name: LibraryName,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="PLACE", help="Folder or s3:// address to keep it at, for many machines."
        ),
    ] = None,
    bundle: BundleName = None,
    as_json: AsJson = False,
) -> None:
    """Make an empty library."""
    from temptrack.api.library import create_library
    from temptrack.cli.screen import answers, print_json
    from temptrack.seat.reports import LibraryReport

    info = create_library(name, at=at, bundle=bundle).info()
    if as_json:
        print_json(LibraryReport(library=info, tracks=()))
        return
    console = answers()
    console.print(
        f"Made library '{name}' for bundle {info.bundle_id} at {info.uri}.", markup=False, soft_wrap=True
    )
    console.print(f"→ Fill it: temptrack library index {name} MUSIC_FOLDER", style="cyan", soft_wrap=True)


@app.command()
def index(
    name: LibraryName,
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders of music, or files.")],
    workers: Workers = None,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", metavar=FLAG, help="Also take out tracks of these folders whose file is gone."
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", metavar=FLAG, help="Stay, and index after every change, until Ctrl-C."),
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS|auto|local",
            help="Work on this Ray cluster, a worker for each processor, or each GPU with --device cuda.",
        ),
    ] = None,
    bundle: BundleName = None,
    device: DeviceName = "auto",
    as_json: AsJson = False,
) -> None:
    """Bring folders of music into a library. Run it again whenever they change: only changes are read."""
    from temptrack.api.library import open_library
    from temptrack.cli.progress import bar, stopping

    music = open_library(name, bundle=bundle, device=device)
    if watch:
        if ray is not None:
            raise typer.BadParameter("A cluster is not held while watching; leave out --ray or --watch.")
        with stopping() as stop:
            for report in music.watch(folders, stop=stop, workers=workers, prune=prune):
                _print(report, as_json=as_json)
        return
    with stopping() as stop, bar("Indexing", unit="tracks", quiet=as_json) as tick:
        report = music.index(
            folders,
            workers=workers,
            progress=lambda done, total, _path, _rate: tick(done, total),
            cancelled=stop.is_set,
            prune=prune,
            ray=ray,
        )
    _end(report, as_json=as_json)


def show_index_report(report: "IndexReport") -> None:
    """Print what an index run did: one line, then the files that failed."""
    from temptrack.cli.screen import answers, clock, notes

    console, aside = answers(), notes()
    parts = [
        f"{count} {word}"
        for count, word in (
            (report.added, "added"),
            (report.updated, "updated"),
            (report.moved, "moved"),
            (report.removed, "removed"),
            (report.unchanged, "unchanged"),
        )
        if count
    ]
    wall_s = report.seconds.get("wall", 0.0)
    speed = f", {report.audio_s / wall_s:.0f} times realtime" if report.audio_s and wall_s else ""
    took = f" in {clock(wall_s)}{speed}" if report.audio_s else ""
    console.print(
        f"Library '{report.library}': {', '.join(parts) or 'no music found'}{took}.",
        markup=False,
        soft_wrap=True,
    )
    for failed in report.failed:
        aside.print(f"Left out {failed.path}: {failed.message}", style="yellow", markup=False, soft_wrap=True)
    if report.missing and not report.removed:
        aside.print(
            f"{len(report.missing)} tracks have lost their file; --prune takes them out.", style="yellow"
        )
    if report.cancelled:
        aside.print("Stopped. What was done is kept; the same command goes on.", style="yellow")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show all libraries of this machine."""
    from temptrack.api.library import list_libraries
    from temptrack.cli.screen import answers, print_json
    from temptrack.cli.tables import library_table
    from temptrack.seat.reports import LibrariesReport

    found = list_libraries()
    if as_json:
        print_json(LibrariesReport(libraries=tuple(found)))
    elif found:
        answers().print(library_table(found))
    else:
        answers().print("There is no library yet. Make one: temptrack library create NAME", markup=False)


@app.command()
def show(name: LibraryName, as_json: AsJson = False) -> None:
    """Show a library and its tracks, in order of path."""
    from temptrack.api.library import open_library
    from temptrack.cli.screen import answers, print_json
    from temptrack.cli.tables import library_table, track_table
    from temptrack.seat.reports import LibraryReport

    music = open_library(name)
    info, tracks = music.info(), music.tracks()
    if as_json:
        print_json(LibraryReport(library=info, tracks=tuple(tracks)))
        return
    console = answers()
    console.print(library_table([info]))
    if tracks:
        console.print(track_table(tracks))


@app.command()
def remove(
    name: LibraryName,
    tracks: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TRACK]...", help="Titles, paths or ids. Without any, the whole library goes."
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", metavar=FLAG, help="Do not ask before removing a whole library.")
    ] = False,
) -> None:
    """Take tracks out of a library, or remove the library. Music files are never touched."""
    if not tracks:
        delete(name, yes=yes)
        return
    from temptrack.api.library import open_library
    from temptrack.cli.screen import answers

    music = open_library(name)
    count = music.info().track_count
    removed = music.remove(tracks)
    answers().print(f"Took {removed} of {count} tracks out of library '{name}'.", markup=False)


@app.command()
def delete(
    name: LibraryName,
    yes: Annotated[bool, typer.Option("--yes", "-y", metavar=FLAG, help="Do not ask.")] = False,
) -> None:
    """Remove a whole library. Music files are never touched."""
    from temptrack.api.library import delete_library, open_library
    from temptrack.cli.screen import answers
    from temptrack.errors import Corrupt

    try:
        count = open_library(name).info().track_count
        lost = f"library '{name}' with {count} tracks" if count else ""
    except Corrupt:
        lost = f"library '{name}', which is damaged"
    if lost and not yes:
        typer.confirm(f"Remove {lost}? The music files stay.", abort=True, err=True)
    delete_library(name)
    answers().print(f"Removed library '{name}'.", markup=False)


@app.command()
def reindex(
    name: LibraryName,
    workers: Workers = None,
    prune: Annotated[
        bool,
        typer.Option("--prune", metavar=FLAG, help="Go on without tracks that cannot be read any more."),
    ] = False,
    bundle: BundleName = None,
    device: DeviceName = "auto",
    as_json: AsJson = False,
) -> None:
    """Index all folders of a library anew, for another bundle than before.

    The library can be searched as it was until the new index is whole. Stopped half-way, the same command
    goes on where it was. Tracks keep their ids.
    """
    from temptrack.api.library import open_library
    from temptrack.cli.progress import bar, stopping

    music = open_library(name, bundle=bundle, device=device)
    with stopping() as stop, bar("Indexing anew", unit="tracks", quiet=as_json) as tick:
        report = music.reindex(
            workers=workers,
            progress=lambda done, total, _path, _rate: tick(done, total),
            cancelled=stop.is_set,
            prune=prune,
        )
    _end(report, as_json=as_json)


for _command in (library_upkeep.compact, library_upkeep.backup, library_upkeep.restore):
    app.command()(_command)


def _print(report: "IndexReport", *, as_json: bool) -> None:
    from temptrack.cli.screen import print_json

    if as_json:
        print_json(report)
    else:
        show_index_report(report)


def _end(report: "IndexReport", *, as_json: bool) -> None:
    _print(report, as_json=as_json)
    if report.cancelled:
        raise typer.Exit(130)
    if report.failed and report.found == len(report.failed):
        raise typer.Exit(4)
