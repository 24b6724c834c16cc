"""Timelines of other formats, read by the adapter packages of the ``formats`` extra."""

import contextlib
import gc
import logging
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
from opentimelineio import schema

from temptrack.errors import Corrupt, Forbidden, NotSupported
from temptrack.timeline.otio_json import newer_otio
from temptrack.timeline.rates import rational_time, seconds_of

INSTALL_LINE = "pip install 'temptrack[formats]'"

_EXPORT_HINTS = {
    ".prproj": "In Premiere, export the sequence as Final Cut Pro XML.",
    ".drp": "In Resolve, export the timeline as OTIO (File > Export > Timeline).",
    ".drt": "In Resolve, export the timeline as OTIO (File > Export > Timeline).",
    ".blend": "Open it in Blender with the Temptrack extension, or export an .otio.",
}
_ADAPTERS = {".edl": "cmx_3600", ".fcpxml": "fcpx_xml", ".fcpxmld": "fcpx_xml", ".aaf": "AAF"}
_AAF_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD_BYTES = 4096
_TIMECODE = re.compile(r"\b(\d{2}:\d{2}:\d{2})[:;](\d{2})\b")
_DROP_FRAME_EDL_HZ = 30000 / 1001


@dataclass(frozen=True, slots=True)
class ForeignRead:
    """What an adapter made of a file.

    Attributes:
        document: the OpenTimelineIO object.
        notes: what was assumed, for the editor to read.
        drop_frame: whether the file says its timecode is drop-frame.
        json: the OpenTimelineIO JSON it was read from, empty for other formats.
    """

    document: Any
    notes: tuple[str, ...] = ()
    drop_frame: bool = False
    json: bytes = b""


def read_foreign(path: Path, *, rate: Fraction | None = None) -> ForeignRead:
    """Read a timeline that is not OpenTimelineIO's own.

    Args:
        path: the file, or the folder of an .fcpxmld bundle.
        rate: frames per second for EDL, which does not state it; None guesses from its timecodes.

    Raises:
        NotSupported: nobody reads the format (UNKNOWN_FORMAT), or the adapter is not installed
            (MISSING_ADAPTER).
        Corrupt: the content is damaged, or not what the suffix says (BAD_TIMELINE, WRONG_FORMAT).
        Forbidden: the file may not be read (UNREADABLE).
    """
    suffix = path.suffix.lower()
    content_path = path / "Info.fcpxml" if suffix == ".fcpxmld" else path
    try:
        with content_path.open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
    except PermissionError as error:
        raise Forbidden(f"{content_path} may not be read by this user.", reason="UNREADABLE") from error
    except OSError as error:
        raise Corrupt(f"{path} holds no readable Info.fcpxml: {error}.", reason="BAD_BUNDLE") from error
    adapter = adapter_for(path, head)
    _require_format(path, adapter, head)
    if adapter == "cmx_3600":
        return _read_edl(path, rate)
    return ForeignRead(_run_adapter(content_path, adapter))


def adapter_for(path: Path, head: bytes = b"") -> str:
    """Return the name of the installed OpenTimelineIO adapter for a file.

    Args:
        path: its suffix decides.
        head: the first bytes, which decide between the XML formats; empty when about to write.

    Raises:
        NotSupported: nobody reads the format (UNKNOWN_FORMAT), or the adapter is not installed
            (MISSING_ADAPTER).
    """
    suffix = path.suffix.lower()
    if suffix == ".xml":
        name = _xml_adapter(path, head) if head else "fcp_xml"
    elif suffix in _ADAPTERS:
        name = _ADAPTERS[suffix]
    else:
        try:
            return str(otio.adapters.from_filepath(str(path)).name)
        except otio.exceptions.OTIOError:
            raise NotSupported(
                f"{path} is in no timeline format known here"
                + (f" ('{suffix}')." if suffix else " (it has no suffix)."),
                reason="UNKNOWN_FORMAT",
                hint=_EXPORT_HINTS.get(
                    suffix, "Use .otio, .otioz, .otiod, .edl, .xml (FCP7), .fcpxml or .aaf."
                ),
            ) from None
    if name not in otio.adapters.available_adapter_names():
        raise NotSupported(
            f"{path} needs the OpenTimelineIO adapter '{name}', which is not installed.",
            reason="MISSING_ADAPTER",
            hint=f"Install it with `{INSTALL_LINE}`.",
            metadata={"adapter": name},
        )
    return name


def _xml_adapter(path: Path, head: bytes) -> str:
    if b"<fcpxml" in head:
        return "fcpx_xml"
    if b"<xmeml" in head:
        return "fcp_xml"
    raise NotSupported(
        f"{path} is neither Final Cut Pro 7 XML (xmeml) nor FCPXML.",
        reason="UNKNOWN_FORMAT",
        hint="Export the sequence as Final Cut Pro XML or as .otio.",
    )


def _require_format(path: Path, adapter: str, head: bytes) -> None:
    """Refuse what is plainly something else, before an adapter stumbles over it."""
    is_aaf = head.startswith(_AAF_MAGIC)
    wrong = {
        "AAF": None if is_aaf else "does not start as an AAF file does",
        "cmx_3600": "holds binary data, which no EDL does" if b"\0" in head else None,
        "fcp_xml": None if b"<" in head else "holds no XML",
        "fcpx_xml": None if b"<" in head else "holds no XML",
    }.get(adapter)
    if wrong is None:
        return
    real = ".aaf" if is_aaf else ".otio" if b"OTIO_SCHEMA" in head else ".otioz" if head[:2] == b"PK" else ""
    raise Corrupt(
        f"{path} {wrong}.",
        reason="WRONG_FORMAT",
        hint=f"It may be an {real} file: rename it." if real else "Export the timeline again.",
    )


def _run_adapter(path: Path, adapter: str, text: str | None = None, **options: Any) -> Any:
    """Return what an adapter makes of a file, or of its text where that was mended first."""
    with _quiet():
        try:
            if text is not None:
                return otio.adapters.read_from_string(text, adapter, **options)
            return otio.adapters.read_from_file(str(path), adapter_name=adapter, **options)
        except otio.exceptions.UnsupportedSchemaError as error:
            raise newer_otio(path, str(error)) from error
        except PermissionError as error:
            raise Forbidden(f"{path} may not be read by this user.", reason="UNREADABLE") from error
        except MemoryError:
            raise
        # Adapters are other people's parsers; on bad input they raise whatever their code runs into.
        except Exception as error:
            lines = str(error).strip().splitlines()
            detail = lines[0][:300].rstrip(".") if lines else type(error).__name__
        # The AAF reader leaves its file open when it fails; its frames go now, not at some later moment.
        gc.collect()
    raise Corrupt(
        f"{path} cannot be read by the '{adapter}' adapter: {detail}.",
        reason="BAD_TIMELINE",
        hint="Export the timeline again, best as .otio.",
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep adapters from printing: some warn through the root logger, which would also configure it."""
    root = logging.getLogger()
    handler = logging.NullHandler()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def _read_edl(path: Path, rate: Fraction | None) -> ForeignRead:
    text = path.read_bytes().decode("utf-8", errors="replace")
    frames = [int(frame) for _, frame in _TIMECODE.findall(text)]
    if not frames:
        raise Corrupt(
            f"{path} holds no edit with timecodes.",
            reason="BAD_TIMELINE",
            hint="Export the timeline again as a CMX3600 EDL.",
        )
    drop_frame = "FCM: DROP FRAME" in text.upper()
    notes: tuple[str, ...] = ()
    if rate is None:
        rate_hz = _guess_edl_rate_hz(max(frames), drop_frame=drop_frame)
        notes = (f"An EDL does not state its rate; {rate_hz:g} frames per second were assumed.",)
    else:
        rate_hz = float(rate)
    if drop_frame:
        # The header decides; many programs write ":" in drop-frame timecodes all the same.
        text = _TIMECODE.sub(r"\1;\2", text)
    try:
        document = _run_adapter(path, "cmx_3600", text, rate=rate_hz)
    except Corrupt:
        document = _run_adapter(path, "cmx_3600", text, rate=rate_hz, ignore_timecode_mismatch=True)
        notes = (*notes, "Record and source lengths of the EDL disagree; source lengths were used.")
    _put_lanes_in_record_order(document, rate_hz)
    return ForeignRead(document, notes, drop_frame)


def _guess_edl_rate_hz(highest_frame: int, *, drop_frame: bool) -> float:
    if drop_frame:
        return _DROP_FRAME_EDL_HZ if highest_frame < 30 else 2 * _DROP_FRAME_EDL_HZ
    return next(rate for rate in (24.0, 25.0, 30.0, 50.0, 60.0, 100.0) if highest_frame < rate)


def _put_lanes_in_record_order(document: Any, rate_hz: float) -> None:
    """Undo the adapter's way of noting record time.

    It trims each lane to start at minus the lane's first record timecode, which shows nothing. Here the
    earliest lane starts the timeline, its timecode becomes the start timecode, and later lanes get a gap.
    """
    lanes = [lane for lane in document.tracks if len(lane)]
    if not lanes:
        return
    starts_s = [
        Fraction(0) if lane.source_range is None else -seconds_of(lane.source_range.start_time)
        for lane in lanes
    ]
    first_s = min(starts_s)
    for lane, start_s in zip(lanes, starts_s, strict=True):
        lane.source_range = None
        if start_s > first_s:
            lane.insert(0, schema.Gap(duration=rational_time(start_s - first_s, rate_hz)))
    if document.global_start_time is None:
        document.global_start_time = rational_time(first_s, rate_hz)
