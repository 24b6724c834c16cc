"""What people type: filters, prompts and positions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from support.fake_bundle import FAKE_TAGS, FakeBundle
from support.fuzzing.target import Reader, Target, at_start
from support.stored_library import store_rows
from support.suggesters import LIBRARY, make_rows
from support.timelines import clip, lane, timeline
from temptrack import home
from temptrack.library.types import LibraryReader, TrackFilter
from temptrack.seat.filters import track_filter
from temptrack.suggest.prompt import clean_prompt, read_prompt
from temptrack.suggest.vocabulary import TagVocabulary
from temptrack.timeline.positions import parse_position
from temptrack.timeline.read import open_timeline


@contextmanager
def _library(scratch: Path) -> Iterator[LibraryReader]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(home.ENVIRONMENT_VARIABLE, str(scratch / "home"))
        bundle = FakeBundle()
        yield store_rows(LIBRARY, make_rows(bundle), bundle).reader()


def _filter_seeds() -> Iterator[bytes]:
    """Yield the options of a command, one a line."""
    yield b"90-120\n1:30-4:00\nA minor\npiano,sad\nrock\nCC0-1.0\nunknown\n/music/soft\ny"
    yield b"-120\n90-\nF#m\n\n\ncc-by-4.0\n\nC:\\music\nn"
    yield b"100\n1:00:00-\nBb\nPiano"


@contextmanager
def _options(scratch: Path) -> Iterator[Reader]:
    """Read the options of a command as a filter, and ask a library how many tracks pass."""

    def read(data: bytes) -> object:
        # As the system hands over arguments: bytes that are no UTF-8 become lone surrogates.
        lines = [*data.decode("utf-8", "surrogateescape").split("\n"), *[""] * 9]
        bpm, length, key, tags, tags_not, licences, licences_not, folder, vocals = lines[:9]
        where = track_filter(
            bpm=bpm or None,
            length=length or None,
            key=key or None,
            vocals=None if not vocals else vocals == "y",
            tags=[tags],
            tags_not=[tags_not],
            licences=[licences] if licences else [],
            licences_not=[licences_not] if licences_not else [],
            folder=Path(folder) if folder else None,
        )
        return library.count(where)

    with _library(scratch) as library:
        yield read


def _json_seeds() -> Iterator[bytes]:
    yield b'{"tempo_min_bpm": 90, "tempo_max_bpm": 120.5, "key": "A minor", "vocals": false}'
    yield b'{"tags_all": ["piano"], "tags_none": ["rock"], "licences": ["CC0-1.0"], "folder": "/music/soft"}'
    yield b'{"duration_min_s": 0, "duration_max_s": 1e9, "exclude_ids": ["track-001"]}'
    yield b'{"licences_not": ["unknown"], "vocals": true}'


@contextmanager
def _filters(scratch: Path) -> Iterator[Reader]:
    """Read a filter as plugins and servers get it, and ask a library how many tracks pass."""

    def read(data: bytes) -> object:
        return library.count(TrackFilter.model_validate_json(data))

    with _library(scratch) as library:
        yield read


def _prompt_seeds() -> Iterator[bytes]:
    yield b"calm piano, no drums, about 90 bpm, at least 2 minutes, in A minor, instrumental"
    yield b'dark "no drums" but not too sad; without vocals'
    yield "sans batterie, \u201cquiet\u201d \u00ablent\u00bb 1:30 to 3:00, between 100 and 120 bpm".encode()
    yield b"nothing like rock and no guitars or synths please, faster than 140, male voice"


@contextmanager
def _prompts(_scratch: Path) -> Iterator[Reader]:
    vocabulary = TagVocabulary(FAKE_TAGS)

    def read(data: bytes) -> object:
        read = read_prompt(clean_prompt(data.decode("utf-8", "surrogateescape")), vocabulary)
        assert len(read.understood) == len(read.reading.parts)
        return read

    yield read


def _position_seeds() -> Iterator[bytes]:
    yield from (b"01:00:10:12", b"01:00:10;12", b"12.5s", b"240", b"-3s", b"1:30", b"10f")


@contextmanager
def _positions(_scratch: Path) -> Iterator[Reader]:
    """Read a moment of timelines with and without drop-frame timecode."""
    files = [
        open_timeline(timeline(lane(clip("one", 0, 2400, rate)), start=86_400, rate=rate), name="cut")
        for rate in (24.0, 30_000 / 1001)
    ]

    def read(data: bytes) -> object:
        return [parse_position(data.decode("utf-8", "surrogateescape"), file) for file in files]

    yield read


_NUMBERS = (
    b"-",
    b"\xe2\x80\x93",
    b":",
    b".",
    b"1e9",
    b"0",
    b"nan",
    b"inf",
    b"\xd9\xa1",
    b"\n",
    b"9999999999999999",
)
_SAID = (
    b"no ",
    b"without ",
    b"bpm",
    b"minutes",
    b"instrumental",
    b"vocals",
    b'"',
    b" and ",
    b" or ",
    b"minor",
    b"between ",
)

TARGETS = (
    Target("options", _options, _filter_seeds, words=_NUMBERS, share=600),
    Target(
        "filters",
        _filters,
        _json_seeds,
        words=(*_NUMBERS, b"null", b"true", b'"'),
        refusals=(ValidationError,),
        share=1500,
        json_start=at_start,
    ),
    Target("positions", _positions, _position_seeds, words=(*_NUMBERS, b";", b"s", b"f"), share=1400),
    Target("prompts", _prompts, _prompt_seeds, words=_NUMBERS + _SAID, share=20),
)
