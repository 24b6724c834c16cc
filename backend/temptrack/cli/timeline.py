"""`temptrack timeline`: what is read from a timeline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from temptrack.cli.choices import AsJson, InPoint, MarkerName, MediaPlaces, NamedClips, OutPoint

if TYPE_CHECKING:
    from temptrack.seat.cuts import Cut
    from temptrack.seat.reports import TimelineReport


def timeline(
    file: Annotated[
        Path, typer.Argument(help="Timeline: .otio, .otioz, .otiod, .edl, .xml, .fcpxml or .aaf.")
    ],
    in_: InPoint = None,
    out: OutPoint = None,
    marker: MarkerName = None,
    clip: NamedClips = None,
    media: MediaPlaces = None,
    as_json: AsJson = False,
) -> None:
    """Show what is read from a timeline: its scope, its segments, their media, and any problem."""
    from temptrack.cli.choices import part_of
    from temptrack.errors import NotReady
    from temptrack.seat.cuts import read_away, read_cut

    part = part_of(in_, out, marker, clip or [])
    try:
        cut = read_cut(file, part, media=media or ())
    except NotReady as error:
        if error.reason != "NO_PICTURE":
            raise
        # Nothing can be done with it here, but what it holds is still worth showing.
        _show(read_away(file, part), as_json=as_json)
        raise
    _show(cut, as_json=as_json)


def _show(cut: "Cut", *, as_json: bool) -> None:
    from temptrack.cli.screen import answers, clock, print_json
    from temptrack.cli.tables import timeline_table

    report = _report(cut)
    if as_json:
        print_json(report)
        return
    console = answers()
    used = sum(1 for segment in report.segments if segment.media)
    end_s = report.record.start_s + report.record.duration_s
    console.print(f"[bold]{_plain(report.name)}[/]  {report.rate} frames a second", soft_wrap=True)
    console.print(
        f"{report.scope}: {clock(report.record.start_s)} to {clock(end_s)}, {len(report.segments)} segments, "
        f"{used} with picture",
        markup=False,
        soft_wrap=True,
    )
    console.print(timeline_table(report))
    for note in report.notes:
        console.print(f"[yellow]Note[/]     {_plain(note)}", soft_wrap=True)
    for problem in report.problems:
        console.print(f"[yellow]Problem[/]  {_plain(problem.message)}", soft_wrap=True)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _report(cut: "Cut") -> "TimelineReport":
    from temptrack.seat.cuts import problem_reports, span
    from temptrack.seat.reports import MediaUse, SegmentReport, TimelineReport

    segments = tuple(
        SegmentReport(
            index=segment.index,
            record=span(segment.record),
            media=tuple(
                MediaUse(
                    clip=piece.clip_name,
                    path=str(piece.media.path),
                    kind=piece.media.kind.value,
                    source_start_s=float(piece.source.start_s),
                    source_duration_s=float(piece.source.duration_s),
                    reversed=piece.source.reversed,
                    record=span(piece.record),
                )
                for piece in segment.spans
            ),
        )
        for segment in cut.scope.segments
    )
    return TimelineReport(
        path=str(cut.file.path.absolute()),
        name=cut.file.name,
        rate=str(cut.file.rate),
        scope=cut.scope.label,
        record=span(cut.scope.record),
        segments=segments,
        problems=problem_reports(cut.scope),
        notes=cut.file.notes,
    )
