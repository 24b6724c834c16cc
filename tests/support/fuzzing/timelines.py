"""Timeline files of strangers: read, laid out in segments, a cue placed, written and read again."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from support.fuzzing.target import Reader, Target, at_start
from support.timelines import clip, cue, dissolve, gap, lane, nested, sound_lane, timeline
from temptrack import home
from temptrack.timeline.marks import markers_of
from temptrack.timeline.place import list_cues, place_cue
from temptrack.timeline.read import TimelineFile, read_timeline
from temptrack.timeline.scope import select_scope
from temptrack.timeline.write import write_timeline

_EDL = b"""TITLE: CUT
FCM: NON-DROP FRAME

001  AX       V     C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: one.mov
002  BX       V     D    012 00:00:01:00 00:00:03:00 01:00:02:00 01:00:04:00
M2   BX       048.0                00:00:01:00
* TO CLIP NAME: two.mov
"""
_FCPXML = b"""<?xml version="1.0"?><fcpxml version="1.8"><resources>
<format id="r1" frameDuration="100/2400s"/>
<asset id="r2" name="one" src="file:///one.mov" duration="240/24s" hasVideo="1"/>
</resources><library><event name="e"><project name="p"><sequence format="r1" duration="48/24s"><spine>
<clip name="one" duration="48/24s" offset="0s"><video ref="r2" duration="48/24s" offset="0s"/></clip>
</spine></sequence></project></event></library></fcpxml>
"""
_FCP7 = b"""<?xml version="1.0"?><xmeml version="5"><sequence><name>cut</name><duration>48</duration>
<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><media><video><track><clipitem id="c1"><name>one</name>
<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><start>0</start><end>48</end><in>0</in><out>48</out>
<file id="f1"><name>one.mov</name><pathurl>file:///one.mov</pathurl><rate><timebase>24</timebase></rate>
<duration>240</duration></file></clipitem></track></video></media></sequence></xmeml>
"""
_ENDINGS = (".edl", ".fcpxml", ".xml")


def _texts() -> Iterator[bytes]:
    marked = clip("marked", 24, 48)
    marked.markers.append(otio.schema.Marker(name="here", marked_range=marked.source_range))
    shown = (
        timeline(lane(clip("one", 0, 240), gap(24), clip("two", 10, 100, 30)), start=86_400),
        timeline(
            lane(clip("one", 0, 48), dissolve(6, 6), clip("two", 24, 48, speed=2.0)),
            sound_lane(clip("s", 0, 96)),
        ),
        timeline(lane(nested(lane(clip("in", 0, 90)), trim=(10, 50)), marked, clip("still", 0, 24, speed=0))),
    )
    for each in shown:
        yield str(otio.adapters.write_to_string(each, "otio_json", indent=0)).encode()
    yield b'{"OTIO_SCHEMA": "SerializableCollection.1", "children": []}'


def _bundles() -> Iterator[bytes]:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr("content.otio", next(_texts()))
            archive.writestr("version.txt", "1.0.0")
            archive.writestr("media/one.mov", b"no film")
        yield buffer.getvalue()


def _foreign_seeds() -> Iterator[bytes]:
    """Yield a byte that chooses the ending, and a file."""
    yield b"\0" + _EDL
    yield b"\1" + _FCPXML
    yield b"\2" + _FCP7


def _whole_way(path: Path) -> TimelineFile:
    file = read_timeline(path, rate=Fraction(24))
    markers_of(file)
    list_cues(file)
    scope = select_scope(file, exists=lambda _path: True, require_picture=False)
    for segment in scope.segments[:50]:
        assert segment.record.duration_frames > 0
    start, frames = scope.record.start_frames, min(scope.record.duration_frames, 100)
    placed = place_cue(file, cue(start, frames, file.rate))
    write_timeline(placed, path.with_name("written.otio"), overwrite_input=False)
    again = read_timeline(path.with_name("written.otio"))
    assert len(list_cues(again)) == len(list_cues(placed))
    return again


def _from_file(ending: str) -> Target:
    @contextmanager
    def opened(scratch: Path) -> Iterator[Reader]:
        path = scratch / f"cut{ending}"

        def read(data: bytes) -> object:
            path.write_bytes(data)
            path.with_name("written.otio").unlink(missing_ok=True)
            return _whole_way(path)

        with pytest.MonkeyPatch.context() as patch:
            # Media of bundles are unpacked there.
            patch.setenv(home.ENVIRONMENT_VARIABLE, str(scratch / "home"))
            yield read

    if ending == ".otioz":
        return Target("otioz", opened, _bundles, words=_WORDS, share=30)
    return Target(
        "otio", opened, _texts, words=_WORDS, ends=(".otio", ".json"), share=100, json_start=at_start
    )


@contextmanager
def _foreign(scratch: Path) -> Iterator[Reader]:
    def read(data: bytes) -> object:
        path = scratch / f"cut{_ENDINGS[data[0] % len(_ENDINGS)] if data else '.edl'}"
        path.write_bytes(data[1:])
        path.with_name("written.otio").unlink(missing_ok=True)
        return _whole_way(path)

    yield read


_SCHEMAS = ("Timeline.1", "Stack.1", "Track.1", "Clip.1", "Clip.2", "Gap.1", "Transition.1", "RationalTime.1")
_OTHERS = (
    "TimeRange.1",
    "LinearTimeWarp.1",
    "FreezeFrame.1",
    "Marker.2",
    "SerializableCollection.1",
    "UnknownSchema.1",
)
_FIELDS = (
    "OTIO_SCHEMA",
    "children",
    "source_range",
    "media_references",
    "rate",
    "value",
    "metadata",
    "global_start_time",
)
_VALUES = (
    b"null",
    b"1e308",
    b"-1",
    b"NaN",
    b"Infinity",
    b"[]",
    b"{}",
    b"9223372036854775807",
    b"23.976",
    b'"\\ud800"',
)
_WORDS = (
    *(f'"{word}"'.encode() for word in (*_SCHEMAS, *_OTHERS, *_FIELDS)),
    *_VALUES,
    b"PK\x01\x02",
    b"PK\x05\x06",
)

TARGETS = (
    _from_file(".otio"),
    _from_file(".otioz"),
    Target(
        "foreign",
        _foreign,
        _foreign_seeds,
        words=(b"M2", b"* FROM CLIP NAME:", b"<clip", b"01:00:00;00", b"<!ENTITY"),
        share=1,
    ),
)
