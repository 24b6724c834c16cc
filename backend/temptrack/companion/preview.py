"""Plays tracks beside the host: decodes a little ahead and says where it is."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

import numpy as np

from temptrack.companion.audio_device import LATENCY_S, RATE_HZ, Device, Pull, open_device
from temptrack.errors import InvalidRequest, NotReady, TemptrackError
from temptrack.media.audio_blocks import stereo_blocks
from temptrack.media.types import Samples, Waveform

AHEAD_S = 3
"""How much is decoded before it is heard, in seconds: a slow disk is not heard."""

REPORT_S = 0.2
"""How often the position is told, in seconds."""

MAX_GAIN_DB = 12.0
"""Most that a preview is raised; peaks are cut at full scale."""

_LOG = logging.getLogger(__name__)
_BLOCK_S = 1
_SOFT_START_S = 0.005


class PreviewState(StrEnum):
    """What the preview does. ended: the music came to its end; stopped: somebody stopped or replaced it."""

    PLAYING = "playing"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PreviewPosition:
    """Where the preview is.

    Attributes:
        track_id: what is heard.
        position_s: seconds from the track's start.
        state: what the preview does.
        problem: why it ended before its time, or None.
    """

    track_id: str
    position_s: float
    state: PreviewState
    problem: TemptrackError | None = None


OnPosition = Callable[[PreviewPosition], None]


@dataclass(frozen=True, slots=True)
class _Wanted:
    path: Path
    track_id: str
    start_s: float
    end_s: float | None
    gain_db: float


class Preview:
    """One track at a time; may be used from several threads."""

    def __init__(self, on_position: OnPosition, *, device: Callable[[], Device] = open_device) -> None:
        """Play nothing yet; the device is opened for each track and closed after it.

        Args:
            on_position: told every REPORT_S seconds and at every change, from threads of the preview or of
                the caller; it must return soon and must not call the preview.
            device: opens the device.
        """
        self._on_position = on_position
        self._open_device = device
        self._lock = threading.Lock()
        self._playback: _Playback | None = None

    def play(
        self,
        path: Path,
        *,
        track_id: str,
        start_s: float = 0.0,
        end_s: float | None = None,
        gain_db: float = 0.0,
    ) -> None:
        """Play a stretch of a file, in place of what is played now.

        Args:
            path: the track's file.
            track_id: named in every position.
            start_s: first moment, seconds from the track's start.
            end_s: last moment, None for the track's own end.
            gain_db: level change, at most MAX_GAIN_DB.

        Raises:
            InvalidRequest: the stretch has no length, or the level cannot be (BAD_PREVIEW); the file has no
                sound (NO_SOUND).
            NotSupported: nothing to play or convert with is installed (MISSING_EXTRA).
            Unavailable: there is no device (NO_AUDIO_DEVICE), or the disk failed.
            NotFound, Forbidden, Corrupt: the file cannot be read.
        """
        if not 0 <= start_s < (float("inf") if end_s is None else end_s) or not gain_db <= MAX_GAIN_DB:
            to = "the end" if end_s is None else f"{end_s} s"
            raise InvalidRequest(
                f"Nothing can be played from {start_s} s to {to} at {gain_db} dB.",
                reason="BAD_PREVIEW",
                hint=f"Give an end after the start, and a level of at most {MAX_GAIN_DB:g} dB.",
            )
        with self._lock:
            self._play(_Wanted(path, track_id, start_s, end_s, gain_db))

    def stop(self) -> None:
        """Fall silent; without effect when nothing is played."""
        with self._lock:
            self._stop()

    def seek(self, position_s: float) -> None:
        """Go on from another moment of the track that is played.

        Raises:
            NotReady: nothing is played (NOTHING_PLAYING).
            InvalidRequest, Unavailable, NotFound, Forbidden, Corrupt: as ``play``.
        """
        with self._lock:
            playback = self._playback
            if playback is None or playback.is_over:
                raise NotReady(
                    "Nothing is being played.",
                    reason="NOTHING_PLAYING",
                    hint="Play a track first, then seek.",
                )
            wanted = playback.wanted
            end_s = wanted.end_s if wanted.end_s is None or position_s < wanted.end_s else None
            start_s = max(0.0, position_s)
            self._play(_Wanted(wanted.path, wanted.track_id, start_s, end_s, wanted.gain_db))

    def _play(self, wanted: _Wanted) -> None:
        blocks = stereo_blocks(
            wanted.path,
            rate_hz=RATE_HZ,
            start=round(wanted.start_s * RATE_HZ),
            end=None if wanted.end_s is None else round(wanted.end_s * RATE_HZ),
            block_s=_BLOCK_S,
        )
        # Read before the old track stops: one that cannot be played does not silence another.
        first = next(blocks, None)
        before = self._playback
        if before is not None and before.wanted.track_id == wanted.track_id:
            before.replace()
        self._stop()
        heard = blocks if first is None else chain([first], blocks)
        playback = _Playback(wanted, heard, self._open_device(), self._on_position)
        playback.start()
        self._playback = playback

    def _stop(self) -> None:
        if self._playback is not None:
            self._playback.stop()
            self._playback = None


class _Playback:
    """One stretch of one track: a thread decodes and reports, the device's own thread takes."""

    def __init__(
        self, wanted: _Wanted, blocks: Iterator[Waveform], device: Device, on_position: OnPosition
    ) -> None:
        self.wanted = wanted
        self._blocks = blocks
        self._device = device
        self._on_position = on_position
        self._gain = np.float32(10 ** (wanted.gain_db / 20))
        self._change = threading.Condition()
        self._waiting: deque[Samples] = deque()
        self._queued = 0
        self._taken = 0
        self._silent_after = 0
        self._fed = False
        self._stopped = False
        self._telling = threading.Lock()
        self._over = False

    @property
    def is_over(self) -> bool:
        """Whether it ended or was stopped."""
        return self._over

    def start(self) -> None:
        """Begin to play. Raises Unavailable when the device does not start."""
        pull = self._pull()
        next(pull)
        try:
            self._device.start(pull)
        except TemptrackError:
            self._device.close()
            raise
        self._tell(PreviewState.PLAYING)
        threading.Thread(target=self._feed, name="preview", daemon=True).start()

    def replace(self) -> None:
        """Say nothing more: the same track goes on elsewhere."""
        with self._telling:
            self._over = True

    def stop(self) -> None:
        """Fall silent and say so, unless it ended by itself."""
        with self._change:
            self._stopped = True
            self._change.notify_all()
        self._device.close()
        self._tell(PreviewState.STOPPED)

    def _feed(self) -> None:
        problem: TemptrackError | None = None
        try:
            softened = 0
            for block in self._blocks:
                sound = np.clip(block.samples * self._gain, -1, 1)
                softened += _soften(sound, softened)
                if not self._room_for(sound):
                    return
        except TemptrackError as error:
            problem = error
        except (
            Exception
        ):  # nobody waits for this thread: without a word, the panel would say "playing" for ever
            _LOG.exception("The preview of '%s' broke off.", self.wanted.path)
        with self._change:
            self._fed = True
        while self._wait_for_change():
            if self._silent_after >= LATENCY_S * 2 * RATE_HZ:
                self._device.close()
                self._tell(PreviewState.ENDED, problem)
                return

    def _room_for(self, sound: Samples) -> bool:
        """Queue sound as soon as there is room; return False when nobody listens any more."""
        while self._queued > AHEAD_S * RATE_HZ:
            if not self._wait_for_change():
                return False
        with self._change:
            self._waiting.append(sound)
            self._queued += sound.shape[1]
            return not self._stopped

    def _wait_for_change(self) -> bool:
        with self._change:
            self._change.wait(REPORT_S)
            if self._stopped:
                return False
        self._tell(PreviewState.PLAYING)
        return True

    def _pull(self) -> Pull:
        """Give the device what it asks for, silence where nothing is there yet or any more."""
        count = yield b""
        while True:
            sound = np.zeros((count, 2), dtype=np.float32)
            filled = 0
            with self._change:
                while filled < count and self._waiting:
                    head = self._waiting.popleft()
                    part = head[:, : count - filled]
                    sound[filled : filled + part.shape[1]] = part.T
                    filled += part.shape[1]
                    if part.shape[1] < head.shape[1]:
                        self._waiting.appendleft(head[:, part.shape[1] :])
                self._taken += filled
                self._queued -= filled
                if self._fed and filled < count:
                    # What the device has taken is not heard yet; it gets time to play it.
                    self._silent_after += count - filled
                    self._change.notify_all()
            count = yield sound.tobytes()

    def _tell(self, state: PreviewState, problem: TemptrackError | None = None) -> None:
        with self._telling:
            if self._over:
                return
            self._over = state is not PreviewState.PLAYING
            position_s = round(self.wanted.start_s + self._taken / RATE_HZ, 3)
            self._on_position(PreviewPosition(self.wanted.track_id, position_s, state, problem))


def _soften(sound: Samples, done: int) -> int:
    """Let the first moment of a playback come in without a click; return how many samples there are."""
    length = round(_SOFT_START_S * RATE_HZ)
    if done < length:
        ramp = np.clip((np.arange(sound.shape[1]) + done) / length, 0, 1)
        sound *= ramp.astype(np.float32)
    return int(sound.shape[1])
