"""What people see of an answer; programs read the JSON instead."""

from rich.text import Text

from temptrack import SuggestReport
from temptrack.cli.screen import answers, clock, notes
from temptrack.cli.tables import reading_lines, suggestion_table

_NOTES_SHOWN = 6


def show_answer(report: SuggestReport) -> None:
    """Print what was asked, how it was understood, the ranked tracks and what was done with them."""
    console = answers()
    if report.scope is not None:
        record = report.scope.record
        until = clock(record.start_s + record.duration_s)
        console.print(
            Text.assemble(("Picture  ", "dim"), f"{report.scope.label}, {clock(record.start_s)} to {until}")
        )
    has_picture = report.scope is not None and report.scope.segments_seen > 0
    reading = reading_lines(report.prompt, has_picture=has_picture, text_weight=report.text_weight)
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
        chosen = report.suggestions[report.inserted.rank - 1].track
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
