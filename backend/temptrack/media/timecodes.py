"""The timecode that a film's first frame carries."""

from fractions import Fraction
from pathlib import Path

from av.container import InputContainer

from temptrack.errors import InvalidRequest, TemptrackError
from temptrack.media.opening import open_media, picture_stream
from temptrack.timeline.rates import snap_rate
from temptrack.timeline.timecode import frames_from_timecode


def start_timecode_s(path: Path) -> Fraction | None:
    """Return the moment that the timecode of a film's first frame spells, in seconds.

    None where the file carries no timecode, or cannot be read: whoever decodes it will say why.
    """
    try:
        with open_media(path) as container:
            return _start_s(container)
    except TemptrackError:
        return None


def _start_s(container: InputContainer) -> Fraction | None:
    picture = picture_stream(container)
    written = [container.metadata, *(stream.metadata for stream in container.streams)]
    # Matroska writes its tags in capitals.
    spelt = (value for tags in written for key, value in tags.items() if key.lower() == "timecode")
    text = next(filter(None, spelt), None)
    if text is None or picture is None or not picture.average_rate:
        return None
    rate = snap_rate(picture.average_rate)
    try:
        return frames_from_timecode(text, rate) / rate
    except InvalidRequest:
        return None
