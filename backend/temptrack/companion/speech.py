"""Speech on a timeline, for music that makes room for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

from temptrack.companion.cue_request import Duck
from temptrack.companion.voice import Detector, SileroDetector, voices_in
from temptrack.errors import Cancelled, TemptrackError
from temptrack.timeline.media_paths import Exists
from temptrack.timeline.segments import MediaSpan, RecordRange
from temptrack.timeline.sounds import sounds_of
from temptrack.timeline.timeline_file import TimelineFile

BRIDGED_S = 1.0
"""Longest pause in which music stays down, in seconds: going up and down between sentences is heard."""

Progress = Callable[[int, int], None]
"""Called with the number of pieces of sound that were listened to and their total."""


@dataclass(frozen=True, slots=True)
class SpeechOnTimeline:
    """When somebody speaks.

    Attributes:
        spans: (first frame, end frame exclusive), counted from the start of the part that was asked for, in
            order and apart from each other.
        problems: sound that could not be listened to, as sentences.
    """

    spans: tuple[tuple[int, int], ...]
    problems: tuple[str, ...]

    def ducks(self, gain_db: float) -> tuple[Duck, ...]:
        """Return what lowers the music of a cue that starts with the part that was asked for."""
        return tuple(Duck(start, end, gain_db) for start, end in self.spans)


def speech_on(
    file: TimelineFile,
    record: RecordRange,
    *,
    exists: Exists = Path.is_file,
    detector: Callable[[], Detector] = SileroDetector,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SpeechOnTimeline:
    """Listen to a part of a timeline: all its enabled sound lanes, without music that temptrack put there.

    Args:
        file: the timeline.
        record: the part.
        exists: whether a media file is there.
        detector: makes what listens; made once, and only if there is any sound.
        progress: told about every piece of sound.
        cancelled: asked before every half minute of sound whether to stop.

    Raises:
        NotSupported: the detector is not installed (MISSING_EXTRA).
        Cancelled: ``cancelled`` said so.
        Corrupt: the timeline holds numbers that are no times (BAD_TIME).
    """

    def stop() -> None:
        if cancelled is not None and cancelled():
            raise Cancelled("Listening for speech was stopped.")

    sounds = sounds_of(file, record, exists=exists)
    if not sounds:
        return SpeechOnTimeline((), ())
    listening = detector()
    spans: list[tuple[int, int]] = []
    problems: list[str] = []
    for number, sound in enumerate(sounds):
        stop()
        try:
            spans += _spoken(sound, record, listening, stop)
        except Cancelled:
            raise
        except TemptrackError as error:
            if error.reason != "NO_SOUND":
                problems.append(str(error))
        if progress is not None:
            progress(number + 1, len(sounds))
    return SpeechOnTimeline(_together(spans, floor(BRIDGED_S * record.rate)), tuple(dict.fromkeys(problems)))


def _spoken(
    sound: MediaSpan, record: RecordRange, detector: Detector, stop: Callable[[], None]
) -> list[tuple[int, int]]:
    source = sound.source
    if source.duration_s == 0:
        return []
    voices = voices_in(
        sound.media.path,
        start_s=float(source.start_s),
        duration_s=float(source.duration_s),
        detector=detector,
        stop=stop,
    )
    frames_a_second = float(sound.record.duration_frames / source.duration_s)
    first = sound.record.start_frames - record.start_frames
    last = first + sound.record.duration_frames
    spans = []
    for start_s, end_s in voices:
        shares = [(moment_s - float(source.start_s)) * frames_a_second for moment_s in (start_s, end_s)]
        if source.reversed:
            shares = [sound.record.duration_frames - share for share in reversed(shares)]
        spans.append((max(first, first + floor(shares[0])), min(last, first + ceil(shares[1]))))
    return [(start, end) for start, end in spans if start < end]


def _together(spans: Sequence[tuple[int, int]], bridged_frames: int) -> tuple[tuple[int, int], ...]:
    """Join what overlaps and what only a breath lies between."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] <= bridged_frames:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)
