"""Places on a timeline as people type them."""

import re
from fractions import Fraction

from temptrack.errors import InvalidRequest
from temptrack.timeline.rates import nearest_frame
from temptrack.timeline.timecode import frames_from_timecode
from temptrack.timeline.timeline_file import TimelineFile

_SECONDS = re.compile(r"^(\d+(?:\.\d+)?)s$")
_FRAMES = re.compile(r"^\d+$")
_MAX_DIGITS = 15


def parse_position(position: str | int, file: TimelineFile) -> int:
    """Return the record frame that a position means.

    Args:
        position: a timecode of the timeline (``01:00:10:00``), seconds from its first frame (``12.5s``), or
            frames from its first frame (``300``).
        file: the timeline, for its rate and start timecode.

    Raises:
        InvalidRequest: it is none of these (BAD_POSITION, BAD_TIMECODE), or a timecode before the timeline's
            start (SCOPE_OUTSIDE).
    """
    if isinstance(position, int):
        return position
    text = position.strip()
    seconds = _SECONDS.match(text)
    if seconds and len(text) <= _MAX_DIGITS:
        return nearest_frame(Fraction(seconds[1]), file.rate)
    if _FRAMES.match(text) and len(text) <= _MAX_DIGITS:
        return int(text)
    if ":" not in text and ";" not in text:
        raise InvalidRequest(
            f"'{position}' is not a place on a timeline.",
            reason="BAD_POSITION",
            hint="Give a timecode (01:00:10:00), seconds (12.5s) or frames (300).",
        )
    frames = frames_from_timecode(text, file.rate) - file.start_frames
    if frames < 0:
        raise InvalidRequest(
            f"'{position}' is before the timeline's start at {file.timecode(0)}.",
            reason="SCOPE_OUTSIDE",
            hint="Give a timecode of the timeline, or seconds from its first frame such as 12.5s.",
        )
    return frames
