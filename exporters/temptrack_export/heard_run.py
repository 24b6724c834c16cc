"""The command that fits ``heard.npz``: renders, listens to music, reads texts."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from temptrack.errors import TemptrackError
from temptrack.media.audio import decode_audio
from temptrack_export.calibration import read_calibration, sound_files
from temptrack_export.heard_fit import Material, Reliability, fit_hearing, write_hearing
from temptrack_export.listening import Listener
from temptrack_export.musicnn import RATE_HZ, WINDOW_SAMPLES, read_checkpoints
from temptrack_export.renders import Player, Window, rendered_windows
from temptrack_export.texts import read_incompetech, read_musiccaps

FIRST_SEED, RENDERS = 100_000, 1_760
WINDOWS_PER_TRACK = 4
_BATCH = 2

Features = npt.NDArray[np.float64]


def fit_from_files(
    musicnn_sdist: Path,
    music: Sequence[Path],
    musiccaps: Path,
    incompetech: Path,
    out: Path,
    *,
    source: str,
    renders: int = RENDERS,
) -> list[Reliability]:
    """Fit and write what lite-1 hears by.

    Args:
        musicnn_sdist: source distribution of musicnn 0.1.0.
        music: folders of real music, without labels.
        musiccaps: MusicCaps' CSV.
        incompetech: the Incompetech catalogue as CSV.
        out: the file to write.
        source: what the folders hold, for the record.
        renders: how many pieces to compose.

    Raises:
        NotReady: MMA, FluidSynth or the sound font is not installed.
    """
    listener = Listener(*read_checkpoints(musicnn_sdist)).eval()

    def listen(windows: Sequence[Window]) -> Features:
        parts = [windows[start : start + _BATCH] for start in range(0, len(windows), _BATCH)]
        with torch.no_grad():
            rows = [listener(torch.from_numpy(np.stack(part))).numpy() for part in parts]
        return np.concatenate(rows).astype(np.float64)

    facts, rows = [], []
    for window, known in rendered_windows(range(FIRST_SEED, FIRST_SEED + renders), Player()):
        facts.append(known)
        rows.append(listen([window]))
    tracks = [listen(windows).mean(axis=0) for windows in _tracks(music)]
    captions = [*read_musiccaps(musiccaps), *read_incompetech(incompetech)]
    hearing, table = fit_hearing(
        Material(
            renders=np.concatenate(rows),
            facts=facts,
            recordings=np.stack(tracks),
            texts=[f"{caption.aspects}. {caption.words}" for caption in captions],
            logits=read_calibration(),
            source=f"{len(tracks)} tracks of {source}",
        )
    )
    write_hearing(hearing, out)
    return table


def _tracks(folders: Sequence[Path]) -> Iterator[Sequence[Window]]:
    for path in sound_files(folders):
        try:
            samples = decode_audio(path, rate_hz=RATE_HZ).samples[0]
        except TemptrackError:
            continue
        missing = max(0, WINDOW_SAMPLES - len(samples))
        whole = np.pad(samples, (0, missing))
        count = len(whole) // WINDOW_SAMPLES
        chosen = np.unique(np.linspace(0, count - 1, WINDOWS_PER_TRACK).round().astype(int))
        yield list(whole[: count * WINDOW_SAMPLES].reshape(count, -1)[chosen])
