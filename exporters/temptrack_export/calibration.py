"""How musicnn's outputs are spread over real music: measured once, and read by whatever hears with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from temptrack.errors import TemptrackError
from temptrack.media.audio import decode_audio
from temptrack.model.bundles import load_bundle
from temptrack_export.concepts import membership
from temptrack_export.musicnn import RAW_TAGS

Array = npt.NDArray[np.float64]

WINDOWS_PER_TRACK = 4
SHORTEST_S = 20
FILE = "tagger_calibration.json"
ENDINGS = {".flac", ".mp3", ".ogg", ".opus", ".wav"}

CLIP_LOW, CLIP_HIGH = -2.5, 3.0
"""A recording far outside the calibration set counts as an extreme member of it."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Mean and deviation of musicnn's log-odds over real music.

    Attributes:
        mean: [100].
        deviation: [100].
        concept_deviation: [concepts], of the mean standardised log-odds of a concept's members.
        source: what was measured, in words.
    """

    mean: Array
    deviation: Array
    concept_deviation: Array
    source: str


def read_calibration() -> Calibration:
    """Read the calibration that is part of the recipe."""
    content = json.loads((files("temptrack_export") / FILE).read_text("utf-8"))
    return Calibration(
        np.array(content["mean"]),
        np.array(content["deviation"]),
        np.array(content["concept_deviation"]),
        content["source"],
    )


def sound_files(folders: Sequence[Path]) -> list[Path]:
    """Return the sound files below some folders, sorted; links are skipped, so that no track counts twice."""
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS and not path.is_symlink()
    )


def measure(folders: Sequence[Path], bundle_folder: Path, source: str) -> dict[str, str | list[float]]:
    """Run the audio encoder over every track and return means and deviations of its outputs.

    Args:
        folders: searched with everything in them; links are skipped, so that no track counts twice.
        bundle_folder: a bundle whose audio features begin with musicnn's log-odds.
        source: what the folders hold, for the record.

    Returns:
        The content of ``tagger_calibration.json``.
    """
    bundle = load_bundle(bundle_folder, device="cpu")
    spec = bundle.audio_spec
    rows = []
    for path in sound_files(folders):
        try:
            samples = decode_audio(path, rate_hz=spec.rate_hz).samples[0]
        except TemptrackError:
            continue
        count = len(samples) // spec.window_samples
        if len(samples) < SHORTEST_S * spec.rate_hz:
            continue
        chosen = np.unique(np.linspace(0, count - 1, WINDOWS_PER_TRACK).round().astype(int))
        windows = samples[: count * spec.window_samples].reshape(count, -1)[chosen]
        rows.append(bundle.encode_audio(windows).mean(axis=0))
    logits = np.array(rows, np.float64)[:, : len(RAW_TAGS)]
    mean, deviation = logits.mean(axis=0), logits.std(axis=0)
    concepts = ((logits - mean) / deviation) @ membership()
    return {
        "source": f"{len(rows)} tracks of {source}",
        "mean": [round(float(value), 5) for value in mean],
        "deviation": [round(float(value), 5) for value in deviation],
        "concept_deviation": [round(float(value), 5) for value in concepts.std(axis=0)],
    }
