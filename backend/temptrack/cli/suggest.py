"""`temptrack suggest`: ranked tracks for a cut, and the chosen one placed in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from temptrack.cli.choices import (
    FLAG,
    AsJson,
    BundleName,
    DeviceName,
    InPoint,
    MarkerName,
    MediaPlaces,
    NamedClips,
    OutPoint,
    ServerAddress,
)

if TYPE_CHECKING:
    from temptrack.seat.asking import Answered, Wish
    from temptrack.seat.reports import InsertedCue, SuggestReport

_FILTERS = "Only tracks that"
_RESULT = "What to do with the result"
_NOTES_SHOWN = 6


def suggest(
    timeline: Annotated[
        Path | None,
        typer.Argument(
            help="Timeline to find music for (.otio, .edl, .fcpxml, .aaf …). Without one, words decide."
        ),
    ] = None,
    library: Annotated[
        str, typer.Option("--library", "-l", metavar="NAME", help="Library to search.", show_default=False)
    ] = "",
    prompt: Annotated[
        str,
        typer.Option(
            "--prompt",
            "-p",
            metavar="WORDS",
            help="What it should sound like, in your own words; words in double quotes are only searched.",
        ),
    ] = "",
    text_weight: Annotated[
        float,
        typer.Option(
            "--text-weight",
            metavar="0..1",
            min=0.0,
            max=1.0,
            help="Balance: 0 only the picture decides, 1 only the words.",
        ),
    ] = 0.5,
    like: Annotated[
        str, typer.Option("--like", metavar="TRACK", help="Sounding like this track: its title, path or id.")
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, max=1000, help="How many to show.")
    ] = 10,
    in_: InPoint = None,
    out_point: OutPoint = None,
    marker: MarkerName = None,
    clip: NamedClips = None,
    media: MediaPlaces = None,
    bpm: Annotated[
        str | None,
        typer.Option(
            metavar="RANGE", rich_help_panel=_FILTERS, help="have this tempo: 90-120, 90-, -120 or 100."
        ),
    ] = None,
    length: Annotated[
        str | None,
        typer.Option(
            metavar="RANGE", rich_help_panel=_FILTERS, help="have this length: 1:30-4:00, 2:00- or -4:00."
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="KEY", rich_help_panel=_FILTERS, help="are in this key: 'A minor', 'Bb'."),
    ] = None,
    vocals: Annotated[
        bool | None,
        typer.Option(
            "--vocals/--instrumental",
            metavar=FLAG,
            rich_help_panel=_FILTERS,
            help="are sung, or are not.",
            show_default=False,
        ),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag", metavar="WORD", rich_help_panel=_FILTERS, help="are tagged so; may be repeated."
        ),
    ] = None,
    no_tag: Annotated[
        list[str] | None,
        typer.Option("--no-tag", metavar="WORD", rich_help_panel=_FILTERS, help="are not tagged so."),
    ] = None,
    licence: Annotated[
        list[str] | None,
        typer.Option(
            "--licence", metavar="NAME", rich_help_panel=_FILTERS, help="have one of these licences."
        ),
    ] = None,
    no_licence: Annotated[
        list[str] | None,
        typer.Option(
            "--no-licence",
            metavar="NAME",
            rich_help_panel=_FILTERS,
            help="do not have it, such as 'unknown'.",
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", rich_help_panel=_FILTERS, help="lie under this folder.")
    ] = None,
    insert: Annotated[
        int | None,
        typer.Option(
            metavar="N", rich_help_panel=_RESULT, help="Place suggestion N in a copy of the timeline."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", rich_help_panel=_RESULT, help="Where that copy goes."),
    ] = None,
    review: Annotated[
        Path | None,
        typer.Option(
            metavar="PAGE", rich_help_panel=_RESULT, help="Write a page to look at and listen to (.html)."
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", metavar=FLAG, rich_help_panel=_RESULT, help="Replace files that are there."),
    ] = False,
    as_json: AsJson = False,
    server: ServerAddress = None,
    bundle: BundleName = None,
    device: DeviceName = "auto",
    sampling: Annotated[
        Literal["standard", "paper", "fast"],
        typer.Option(
            metavar="standard|paper|fast",
            rich_help_panel="Engine",
            help="Frames looked at: 1 a second, 6 a second, or keyframes.",
        ),
    ] = "standard",
    blind: Annotated[
        bool,
        typer.Option(
            "--blind",
            metavar=FLAG,
            rich_help_panel="Engine",
            help="Judge by sound alone, not by names and tags.",
        ),
    ] = False,
) -> None:
    """Suggest music for a cut, best first, with the reasons for each track.

    Give a timeline, words, or both. `--insert 1 -o out.otio` places the first track on a lane of its own in a
    copy of the timeline.
    """
    from temptrack.cli.choices import part_of
    from temptrack.media.types import Sampling
    from temptrack.seat.asking import Wish
    from temptrack.seat.filters import track_filter

    wish = Wish(
        library=library,
        prompt=prompt.strip(),
        timeline=timeline,
        part=part_of(in_, out_point, marker, clip or []),
        media=tuple(media or ()),
        where=track_filter(
            bpm=bpm,
            length=length,
            key=key,
            vocals=vocals,
            tags=tag or [],
            tags_not=no_tag or [],
            licences=licence or [],
            licences_not=no_licence or [],
            folder=folder,
        ),
        text_weight=text_weight,
        like=like,
        limit=limit,
        blind=blind,
        sampling=Sampling(sampling),
    )
    _check(wish, insert=insert, output=output, review=review, force=force)
    _run(
        wish,
        insert=insert,
        output=output,
        review=review,
        as_json=as_json,
        server=server,
        bundle=bundle,
        device=device,
    )


def _check(
    wish: "Wish", *, insert: int | None, output: Path | None, review: Path | None, force: bool
) -> None:
    """Find what cannot work before anything is decoded or loaded."""
    from temptrack.api.inserting import check_output
    from temptrack.errors import InvalidRequest

    if not wish.library:
        raise InvalidRequest(
            "No library was named.",
            reason="NO_LIBRARY",
            hint="Say --library NAME; `temptrack library list` shows what there is.",
        )
    if wish.timeline is None and not wish.prompt and not wish.like:
        raise InvalidRequest(
            "Nothing was asked for.", reason="EMPTY_QUERY", hint="Give a timeline, --prompt, or --like."
        )
    if (insert is None) != (output is None):
        raise InvalidRequest(
            "--insert and -o belong together.",
            reason="INSERT_WITHOUT_OUTPUT",
            hint="Say which suggestion and where the copy goes: --insert 1 -o out.otio.",
        )
    if insert is not None and output is not None:
        if insert < 1:
            raise InvalidRequest(
                f"There is no suggestion {insert}.", reason="NO_SUCH_RANK", hint="Count from 1, the best."
            )
        if wish.timeline is None:
            raise InvalidRequest(
                "There is no timeline to insert music in.",
                reason="NO_TIMELINE",
                hint="Name the timeline first: temptrack suggest cut.otio …",
            )
        if output.suffix.lower() != ".otio":
            raise InvalidRequest(
                f"'{output}' does not end in .otio.",
                reason="OUTPUT_FORMAT",
                hint="Timelines are written as .otio.",
            )
        check_output(output, wish.timeline, force=force)
    if review is not None:
        check_output(review, wish.timeline, force=force)


def _run(
    wish: "Wish",
    *,
    insert: int | None,
    output: Path | None,
    review: Path | None,
    as_json: bool,
    server: str | None,
    bundle: str | None,
    device: str,
) -> None:
    from temptrack.api.library import Library, open_library
    from temptrack.cli.progress import bar
    from temptrack.cli.screen import print_json
    from temptrack.seat.asking import read_wished

    cut = read_wished(wish)
    opened = (
        Library(wish.library, server=server)
        if server is not None
        else open_library(wish.library, bundle=bundle, device=device)
    )
    with opened as music:
        with bar("Looking at the picture", unit="segments", quiet=as_json) as tick:
            suggested = music.answer(wish, cut, progress=tick)
        inserted = (
            suggested.insert(insert, output, overwrite=True)
            if insert is not None and output is not None
            else None
        )
        if review is not None:
            with bar("Writing the review page", unit="tracks", quiet=as_json) as tick:
                suggested.review(
                    review, placed_rank=inserted.rank if inserted else None, overwrite=True, progress=tick
                )
    if inserted is not None and server is not None:
        _tell(server, suggested.answered, inserted)
    report = _report(suggested.answered, inserted, review)
    if as_json:
        print_json(report)
    else:
        _show(suggested.answered, report)


def _tell(server: str, answered: "Answered", inserted: "InsertedCue") -> None:
    from temptrack.cli.screen import notes
    from temptrack.seat.cue_reports import report_inserted

    untold = report_inserted(server, answered, inserted)
    if untold is not None:
        notes().print(untold, style="yellow", markup=False, soft_wrap=True)


def _report(answered: "Answered", inserted: "InsertedCue | None", review: Path | None) -> "SuggestReport":
    from temptrack.seat.asking import suggest_report

    done = {"inserted": inserted, "review": str(review.absolute()) if review else None}
    report: SuggestReport = suggest_report(answered).model_copy(update=done)
    return report


def _show(answered: "Answered", report: "SuggestReport") -> None:
    from rich.text import Text

    from temptrack.cli.screen import answers, clock, notes
    from temptrack.cli.tables import reading_lines, suggestion_table

    console = answers()
    if report.scope is not None:
        record = report.scope.record
        until = clock(record.start_s + record.duration_s)
        console.print(
            Text.assemble(("Picture  ", "dim"), f"{report.scope.label}, {clock(record.start_s)} to {until}")
        )
    reading = reading_lines(
        report.prompt, has_picture=answered.segments_seen > 0, text_weight=report.text_weight
    )
    if reading:
        console.print(reading)
    if report.support is not None and not report.support.fits:
        console.print(Text(report.support.text, "yellow"))
    if not report.suggestions:
        console.print(
            f"\nNone of the {report.library.track_count} tracks of library '{report.library.name}' passes "
            "the filters.",
            markup=False,
        )
        console.print("[cyan]→[/] Loosen one of them and ask again.")
        return
    console.print(suggestion_table(report))
    aside = notes()
    for warning in report.warnings[:_NOTES_SHOWN]:
        aside.print(Text.assemble(("Note: ", "yellow"), warning), soft_wrap=True)
    if len(report.warnings) > _NOTES_SHOWN:
        more = f"{len(report.warnings) - _NOTES_SHOWN} more; `temptrack timeline` shows what is missing."
        aside.print(Text.assemble(("Note: ", "yellow"), more), soft_wrap=True)
    if report.inserted is not None:
        chosen = answered.suggestions.suggestions[report.inserted.rank - 1].track
        record = report.inserted.record
        console.print(
            Text.assemble(
                ("✓ ", "green"),
                f"Placed “{chosen.title}” at {clock(record.start_s)} for {clock(record.duration_s)} on lane "
                f"'{report.inserted.lane}' of {report.inserted.path}",
            ),
            soft_wrap=True,
        )
    if report.review is not None:
        console.print(Text.assemble(("✓ ", "green"), f"Review page: {report.review}"), soft_wrap=True)
