import io
from pathlib import Path

from rich.console import Console, RenderableType

from support.answers import answer_of, suggestion_of, track_of
from temptrack.cli.tables import match_text, reading_lines, suggestion_table, track_text
from temptrack.suggest.types import PartEffect, PartKind, PromptPart, PromptReading

GOLDEN = Path(__file__).parents[2] / "golden" / "cli_suggestion_table" / "table.txt"


def drawn(thing: RenderableType) -> str:
    console = Console(width=100, file=io.StringIO())
    with console.capture() as capture:
        console.print(thing)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def test_the_table_of_suggestions_looks_as_agreed() -> None:
    text = drawn(suggestion_table(answer_of()))
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_no_line_is_wider_than_the_screen() -> None:
    track = track_of(title="A very long title that goes on and on and on " * 3, artist="Somebody " * 8)
    text = drawn(suggestion_table(answer_of(suggestion_of(1, track=track))))
    assert max(len(line) for line in text.splitlines()) <= 100


def test_other_places_of_a_recording_are_named_or_counted() -> None:
    track = track_of()
    assert track_text(track, ("/archive/a.ogg",)).plain.endswith("same recording at /archive/a.ogg")
    assert track_text(track, ("/b", "/c")).plain.endswith("same recording at 2 other places")
    assert "same recording" not in track_text(track).plain


def test_the_bar_compares_with_the_best() -> None:
    assert match_text(0.4, 0.4).plain == " 40 █████"
    assert match_text(0.2, 0.4).plain == " 20 ██▌  "
    assert match_text(-0.1, 0.4).plain == "-10      "
    assert match_text(-0.1, -0.1).plain == "-10      "


def test_titles_are_text_and_never_markup() -> None:
    text = drawn(suggestion_table(answer_of(suggestion_of(1, track=track_of(title="[red]x[/red]")))))
    assert "[red]x[/red]" in text


def test_how_a_prompt_was_read_is_said() -> None:
    reading = PromptReading(
        wanted="calm piano",
        parts=(
            PromptPart(kind=PartKind.UNWANTED, words="no drums", text="no drums", effect=PartEffect.FILTER),
            PromptPart(
                kind=PartKind.TEMPO, words="90 bpm", text="about 90 bpm (±4 %)", effect=PartEffect.PREFERENCE
            ),
        ),
    )
    lines = reading_lines(reading, has_picture=True, text_weight=0.7).plain.splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines] == [
        "calm piano",
        "as  no drums · about 90 bpm (±4 %)",
        "picture 30 : words 70",
    ]
    assert reading_lines(PromptReading(wanted=""), has_picture=True, text_weight=0.7).plain == ""


def test_an_order_that_follows_more_than_the_match_is_said() -> None:
    moved = suggestion_of(1).model_copy(update={"favour": 0.1})
    assert "also counts what the words prefer" in drawn(suggestion_table(answer_of(moved))).replace("\n", " ")
    assert "also counts" not in drawn(suggestion_table(answer_of()))
