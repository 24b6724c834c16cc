"""The machine's own loudspeakers, through miniaudio; the only module that knows it."""

import threading
from collections.abc import Generator, Sequence
from typing import Any, Protocol

from temptrack.errors import NotSupported, TemptrackError, Unavailable

RATE_HZ = 48_000
"""Sample rate that is handed over; the device converts it where it runs at another."""

LATENCY_S = 0.1
"""How much sound the device asks for at once, in seconds."""

Pull = Generator[bytes, int, None]
"""Is sent the number of samples wanted and yields them: float32, left and right in turn."""


class Device(Protocol):
    """Something that plays."""

    def start(self, pull: Pull) -> None:
        """Ask ``pull``, which was advanced to its first yield, for sound from a thread of its own."""

    def close(self) -> None:
        """Fall silent; afterwards ``pull`` is not asked again."""


def open_device(backends: Sequence[Any] = ()) -> Device:
    """Open the default device for stereo sound.

    Args:
        backends: miniaudio's backends to try, in order; by default those of the system.

    Raises:
        NotSupported: miniaudio is not installed (MISSING_EXTRA).
        Unavailable: there is no device that plays (NO_AUDIO_DEVICE).
    """
    try:
        import miniaudio
    except ImportError as error:
        raise NotSupported(
            "Music cannot be played here: miniaudio is not installed.",
            reason="MISSING_EXTRA",
            hint='Run `pip install "temptrack[companion]"`.',
        ) from error
    try:
        device = miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.FLOAT32,
            nchannels=2,
            sample_rate=RATE_HZ,
            buffersize_msec=round(LATENCY_S * 1000),
            backends=list(backends) or None,
            app_name="temptrack",
        )
    except miniaudio.MiniaudioError as error:
        raise _no_device(str(error.args[0]) if error.args else "it cannot be opened") from error
    if not backends and device.backend == "Null":
        device.close()
        raise _no_device("this machine has none")
    return _MiniaudioDevice(device, miniaudio.MiniaudioError)


class _MiniaudioDevice:
    """A device of miniaudio's; it may be closed twice, and from two threads."""

    def __init__(self, device: Any, failure: type[Exception]) -> None:
        self._device = device
        self._failure = failure
        self._closing = threading.Lock()

    def start(self, pull: Pull) -> None:
        """Play; raises Unavailable when the system refuses."""
        try:
            self._device.start(pull)
        except self._failure as error:
            raise _no_device(str(error.args[0]) if error.args else "it does not start") from error

    def close(self) -> None:
        """Fall silent."""
        with self._closing:
            if self._device is not None:
                self._device.close()
                self._device = None


def why_silent() -> TemptrackError | None:
    """Return why nothing can be played on this machine, or None if it can."""
    try:
        open_device().close()
    except (NotSupported, Unavailable) as error:
        return error
    return None


def _no_device(why: str) -> Unavailable:
    return Unavailable(
        f"There is no device to play music on: {why}.",
        reason="NO_AUDIO_DEVICE",
        hint="Connect loudspeakers or headphones, or choose an output in the system's sound settings; "
        "without one, insert the music and listen in the timeline.",
    )
