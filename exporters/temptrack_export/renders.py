"""Windows of sound from composed pieces, played by FluidSynth with a General MIDI sound font."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soxr

from temptrack.errors import NotReady
from temptrack_export.composing import compose
from temptrack_export.heads import Facts
from temptrack_export.musicnn import PATCH_SAMPLES, PATCH_START, RATE_HZ, WINDOW_SAMPLES
from temptrack_export.scores import DRUM_CHANNEL, Piece

SOUND_FONT: Final = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
START_S: Final = 2.0
"""Where the window begins: everybody has come in by then."""

_PLAYED_HZ: Final = 32_000
_GAIN: Final = 0.4
_BANK_OF_KITS: Final = 128
_QUIETEST_DB, _LOUDEST_DB = -26, -12
_SILENCE: Final = 1e-4

Window = npt.NDArray[np.float32]


class Player:
    """FluidSynth with a sound font."""

    def __init__(self, sound_font: Path = SOUND_FONT) -> None:
        """Load the sound font.

        Raises:
            NotReady: FluidSynth or the sound font is not there.
        """
        hint = "Run `apt-get install fluidsynth fluid-soundfont-gm` and `pip install pyfluidsynth mido`."
        try:
            import fluidsynth
        except ImportError as error:
            raise NotReady("FluidSynth is not installed.", hint=hint) from error
        if not sound_font.is_file():
            raise NotReady(f"There is no sound font {sound_font}.", hint=hint)
        self._synth: Any = fluidsynth.Synth(samplerate=float(_PLAYED_HZ), gain=_GAIN)
        self._font = self._synth.sfload(str(sound_font))

    def play(self, piece: Piece, *, start_s: float = START_S) -> Window:
        """Return a window of a piece from a moment on, mono at 16 kHz, [160000]."""
        self._synth.system_reset()
        for channel in range(16):
            bank = _BANK_OF_KITS if channel == DRUM_CHANNEL else 0
            self._synth.program_select(channel, self._font, bank, 0)
        stop_s = start_s + WINDOW_SAMPLES / RATE_HZ
        parts, played = [], 0
        for event in piece.events:
            if event.at_s > stop_s:
                break
            missing = int(event.at_s * _PLAYED_HZ) - played
            if missing > 0:
                parts.append(self._synth.get_samples(missing))
                played += missing
            self._do(event.kind, event.channel, event.number, event.value)
        missing = int(stop_s * _PLAYED_HZ) - played
        if missing > 0:
            parts.append(self._synth.get_samples(missing))
        sound = np.concatenate(parts).reshape(-1, 2).mean(axis=1).astype(np.float32) / 32768
        window = soxr.resample(sound[int(start_s * _PLAYED_HZ) :], _PLAYED_HZ, RATE_HZ)[:WINDOW_SAMPLES]
        return np.pad(window.astype(np.float32), (0, WINDOW_SAMPLES - len(window)))

    def _do(self, kind: str, channel: int, number: int, value: int) -> None:
        if kind == "on":
            self._synth.noteon(channel, number, value)
        elif kind == "off":
            self._synth.noteoff(channel, number)
        elif kind == "program" and channel != DRUM_CHANNEL:
            self._synth.program_change(channel, number)
        elif kind == "control":
            self._synth.cc(channel, number, value)


def rendered_windows(seeds: range, player: Player) -> Iterator[tuple[Window, Facts]]:
    """Compose and play pieces; yield a window of each at a level that files have, and what is known of it.

    The facts are those of the part that the taggers look at. Seeds that give no music are passed over.
    """
    looked_at = (START_S + PATCH_START / RATE_HZ, START_S + (PATCH_START + PATCH_SAMPLES) / RATE_HZ)
    for seed in seeds:
        piece = compose(seed)
        if piece is None:
            continue
        window = player.play(piece)
        level = float(np.sqrt(np.square(window).mean()))
        if level < _SILENCE:
            continue
        wanted = 10 ** (random.Random(seed).uniform(_QUIETEST_DB, _LOUDEST_DB) / 20)
        yield np.clip(window * np.float32(wanted / level), -1, 1), piece.facts(*looked_at)
