"""Bad questions, bad filters and bad places for the answer."""

import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from support.bad_input.case import Case, Outcome, Place, call, command
from support.fake_bundle import FakeBundle
from support.suggesters import make_picture
from temptrack.library.types import TrackFilter
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.types import Query


def ask(*words: str) -> Callable[[Place], Outcome]:
    return command("suggest", "-l", "stock", *words, prepare=lambda place: place.stock(2))


def query(**changes: object) -> Callable[[Place], Outcome]:
    base = Query(library="stock", prompt="calm")
    return call(lambda place: engine(place).suggest(replace(base, **changes)))  # type: ignore[arg-type]


def engine(place: Place) -> LocalSuggester:
    return LocalSuggester(FakeBundle(), lambda _name: place.stock(2).reader())


def picture_of_another_encoder(place: Place) -> object:
    segment, *_ = make_picture(FakeBundle(), count=1)
    other = replace(segment, features=replace(segment.features, encoder_id="other-frames-1"))
    return engine(place).suggest(Query(library="stock", picture=(other,)))


def picture_without_numbers(place: Place) -> object:
    segment, *_ = make_picture(FakeBundle(), count=1)
    nothing = np.full_like(segment.features.values, np.nan)
    broken = replace(segment, features=replace(segment.features, values=nothing))
    return engine(place).suggest(Query(library="stock", picture=(broken,)))


def insert(
    output: str, prepare: Callable[[Place], object] = lambda _place: None
) -> Callable[[Place], Outcome]:
    def make(place: Place) -> None:
        place.stock(2)
        prepare(place)

    return command("suggest", "CUT", "-l", "stock", "--insert", "1", "-o", output, prepare=make)


def full_disk(place: Place) -> None:
    # What is written goes to the device that is always full.
    (place.folder / f".out.{os.getpid()}.partial.otio").symlink_to("/dev/full")


def locked(place: Place) -> None:
    folder = place.folder / "locked"
    folder.mkdir()
    real = os.access
    place.patch.setattr(os, "access", lambda path, mode: Path(path) != folder and real(path, mode))


QUESTIONS = (
    Case("a command that is unknown", command("sugest")),
    Case("an option that is unknown", command("suggest", "--colour", "blue")),
    Case("no library", command("suggest", "-p", "calm")),
    Case("neither timeline nor words", ask()),
    Case("a prompt of spaces", ask("-p", "   ")),
    Case("a prompt of 100,000 letters", ask("-p", "x" * 100_000)),
    Case("a prompt that is no Unicode", query(prompt="lone \ud800 surrogate")),
    Case("a balance of 2", ask("-p", "calm", "--text-weight", "2")),
    Case("a balance that is no number", query(text_weight=float("nan"))),
    Case("no suggestions wanted", ask("-p", "calm", "--limit", "0")),
    Case("a million suggestions wanted", query(limit=1_000_000)),
    Case("a scope of no length", query(scope_s=Fraction(0))),
    Case("a picture of another encoder", call(picture_of_another_encoder)),
    Case("a picture that is not numbers", call(picture_without_numbers)),
    Case("a reference track that is not there", ask("--like", "Nocturne")),
    Case("a tempo in words", ask("-p", "calm", "--bpm", "quick")),
    Case("a tempo backwards", ask("-p", "calm", "--bpm", "120-90")),
    Case(
        "a tempo backwards in a filter",
        query(where=TrackFilter(tempo_min_bpm=120, tempo_max_bpm=90)),
    ),
    Case("a length without a range", ask("-p", "calm", "--length", "2:00")),
    Case("a key that is unknown", ask("-p", "calm", "--key", "H moll")),
    Case("a tag that is unknown", ask("-p", "calm", "--tag", "paino")),
    Case("a tag that prompt and filter contradict", ask("-p", "calm, no drums", "--tag", "drums")),
    Case("a relative folder to filter by", query(where=TrackFilter(folder="music/ambient"))),
)

OUTPUTS = (
    Case("--insert without -o", command("suggest", "CUT", "-l", "stock", "--insert", "1")),
    Case(
        "the zeroth suggestion", command("suggest", "CUT", "-l", "s", "--insert", "0", "-o", "FOLDER/x.otio")
    ),
    Case(
        "the 50th of two suggestions",
        command(
            *("suggest", "CUT", "-l", "stock", "--insert", "50", "-o", "FOLDER/out.otio"),
            prepare=lambda place: place.stock(2),
        ),
    ),
    Case("no timeline to insert in", ask("-p", "calm", "--insert", "1", "-o", "FOLDER/x.otio")),
    Case("an output of another format", insert("FOLDER/out.edl")),
    Case("an output that is there", insert("FOLDER/old.otio", lambda place: place.write("old.otio", "{}"))),
    Case("the timeline itself as output", insert("CUT")),
    Case("a folder as output", insert("FOLDER/d.otio", lambda place: (place.folder / "d.otio").mkdir())),
    Case("an output in no folder", insert("FOLDER/no/out.otio")),
    Case("an output onto a full disk", insert("FOLDER/out.otio", full_disk), simulated="/dev/full"),
    Case(
        "an output without permission",
        insert("FOLDER/locked/out.otio", locked),
        simulated="the system says that the folder is not writable",
    ),
)
