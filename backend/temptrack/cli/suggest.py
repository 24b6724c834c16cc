"""`temptrack suggest`: ranked tracks for a cut, and the chosen one placed in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    SamplingName,
    ServerAddress,
    balance,
    library_name,
    prompt_words,
)

if TYPE_CHECKING:
    from temptrack import Library

_FILTERS = "Only tracks that"
_RESULT = "What to do with the result"


def suggest(
    timeline: Annotated[
        Path | None,
        typer.Argument(
            help="Timeline to find music for (.otio, .edl, .fcpxml, .aaf …). Without one, words decide."
        ),
    ] = None,
    library: Annotated[str, library_name()] = "",
    prompt: Annotated[str, prompt_words()] = "",
    text_weight: Annotated[float, balance()] = 0.5,
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
    sampling: SamplingName = "standard",
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
    from temptrack import read_cut, track_filter
    from temptrack.cli.answers import show_answer
    from temptrack.cli.choices import part_of
    from temptrack.cli.progress import bar
    from temptrack.cli.screen import notes, print_json

    _check_question(library, timeline, prompt, like)
    _check_outputs(timeline, insert=insert, output=output, review=review, force=force)
    where = track_filter(
        bpm=bpm,
        length=length,
        key=key,
        vocals=vocals,
        tags=tag or [],
        tags_not=no_tag or [],
        licences=licence or [],
        licences_not=no_licence or [],
        folder=folder,
    )
    part = part_of(in_, out_point, marker, clip or [])
    # Words decide where no picture can be seen.
    words = bool(prompt.strip() or like)
    cut = None
    if timeline is not None:
        cut = read_cut(timeline, part, media=media or (), require_picture=not words)
    with _opened(library, server=server, bundle=bundle, device=device) as music:
        with bar("Looking at the picture", unit="segments", quiet=as_json) as tick:
            found = music.suggest(
                cut,
                prompt=prompt,
                where=where,
                text_weight=text_weight,
                like=like,
                limit=limit,
                blind=blind,
                sampling=sampling,
                progress=tick,
            )
        inserted = found.insert(insert, output, overwrite=True) if insert and output else None
        if review is not None:
            with bar("Writing the review page", unit="tracks", quiet=as_json) as tick:
                found.review(
                    review, placed_rank=inserted.rank if inserted else None, overwrite=True, progress=tick
                )
    done = {"inserted": inserted, "review": str(review.absolute()) if review else None}
    report = found.report().model_copy(update=done)
    if inserted is not None and inserted.untold:
        notes().print(inserted.untold, style="yellow", markup=False, soft_wrap=True)
    if as_json:
        print_json(report)
    else:
        show_answer(report)


def _opened(library: str, *, server: str | None, bundle: str | None, device: str) -> "Library":
    from temptrack import Library, open_library

    if server is not None:
        return Library(library, server=server)
    return open_library(library, bundle=bundle, device=device)


def _check_question(library: str, timeline: Path | None, prompt: str, like: str) -> None:
    from temptrack.errors import InvalidRequest

    if not library:
        raise InvalidRequest(
            "No library was named.",
            reason="NO_LIBRARY",
            hint="Say --library NAME; `temptrack library list` shows what there is.",
        )
    if timeline is None and not prompt.strip() and not like:
        raise InvalidRequest(
            "Nothing was asked for.", reason="EMPTY_QUERY", hint="Give a timeline, --prompt, or --like."
        )


def _check_outputs(
    timeline: Path | None, *, insert: int | None, output: Path | None, review: Path | None, force: bool
) -> None:
    """Find what cannot be written before anything is decoded or loaded."""
    from temptrack.api.inserting import check_output
    from temptrack.errors import InvalidRequest

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
        if timeline is None:
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
        check_output(output, timeline, force=force)
    if review is not None:
        check_output(review, timeline, force=force)
