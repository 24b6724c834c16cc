"""What an audio encoder heard in the benchmark's music, kept on disk: another tower need not decode again."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from temptrack.library.analysis.embedding import cut_windows
from temptrack.media.audio import audio_digest, decode_audio
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.model.types import AudioSpec, Matrix

MOST_WINDOWS = 20
"""Of longer tracks so many windows are heard, evenly spread; up to 200 s of sound it is all of them."""

LONGEST_S = 900.0
_WINDOWS_AT_ONCE = 16

Windows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Excerpts:
    """The windows of a track that are heard.

    Attributes:
        samples: [count, window_samples], mono.
        weights: [count], what share of each window is sound of its own.
        positions: [count], rising numbers of the windows, from 0.
        window_count: how many windows the whole track has.
        duration_s: length of the track in seconds, as far as it was decoded.
    """

    samples: Matrix
    weights: npt.NDArray[np.float64]
    positions: Windows
    window_count: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A track as an audio encoder heard it.

    Attributes:
        content_digest: hex SHA-256 of the sound as stored.
        features: [count, audio_dim], a row for each window heard.
        weights: as in ``Excerpts``.
        positions: as in ``Excerpts``.
        window_count: as in ``Excerpts``.
        duration_s: as in ``Excerpts``.
    """

    content_digest: str
    features: Matrix
    weights: npt.NDArray[np.float64]
    positions: Windows
    window_count: int
    duration_s: float

    def mean(self) -> Matrix:
        """Return [audio_dim], the whole track as one row."""
        mean: Matrix = np.average(self.features, axis=0, weights=self.weights)
        return mean

    def nearest(self) -> Windows:
        """Return [window_count], for every window of the track the row of the nearest one that was heard."""
        distances = np.abs(np.arange(self.window_count)[:, None] - self.positions[None])
        rows: Windows = distances.argmin(axis=1)
        return rows


def audio_encoder_id(bundle: OnnxBundle) -> str:
    """Return a name that changes whenever sound would be encoded differently."""
    manifest = bundle.manifest
    stem = Path(manifest.graphs["audio_encoder"].file).stem
    parts = sorted(entry.sha256 for entry in manifest.files if entry.file.split(".")[0] == stem)
    audio = manifest.audio
    text = f"{parts} {audio.rate_hz} {audio.window_samples} {MOST_WINDOWS}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def excerpts_of(path: Path, spec: AudioSpec) -> Excerpts:
    """Decode a track and choose the windows to hear. Raises what ``decode_audio`` raises."""
    samples = decode_audio(path, rate_hz=spec.rate_hz, duration_s=LONGEST_S).samples[0]
    windows, weights = cut_windows(samples, spec.window_samples)
    positions = np.unique(np.linspace(0, len(windows) - 1, MOST_WINDOWS).round().astype(np.int64))
    return Excerpts(
        samples=windows[positions],
        weights=weights[positions],
        positions=positions,
        window_count=len(windows),
        duration_s=len(samples) / spec.rate_hz,
    )


class Listener:
    """Hears tracks with the audio encoder of a bundle; what was heard once is read from disk."""

    def __init__(self, bundle: OnnxBundle, folder: Path) -> None:
        """Prepare to listen.

        Args:
            bundle: whose audio encoder listens.
            folder: where to keep what was heard, one folder for each encoder.
        """
        self._bundle = bundle
        self._folder = folder / audio_encoder_id(bundle)
        self._digests = folder / "digests.json"
        self._known: dict[str, str] = (
            json.loads(self._digests.read_text("utf-8")) if self._digests.is_file() else {}
        )

    def hear(self, path: Path) -> Heard:
        """Return what the encoder hears in a file. Raises what ``decode_audio`` raises."""
        digest = self._digest(path)
        kept = self._folder / f"{digest}.npz"
        if not kept.is_file():
            self._keep(kept, excerpts_of(path, self._bundle.audio_spec))
        with np.load(kept) as arrays:
            return Heard(
                content_digest=digest,
                features=arrays["features"],
                weights=arrays["weights"],
                positions=arrays["positions"],
                window_count=int(arrays["window_count"]),
                duration_s=float(arrays["duration_s"]),
            )

    def _digest(self, path: Path) -> str:
        # Reading half a gigabyte of packets takes longer than all else, so what did not change is not read.
        stat = path.stat()
        state = f"{path} {stat.st_size} {stat.st_mtime_ns}"
        if state not in self._known:
            self._known[state] = audio_digest(path)
            self._folder.mkdir(parents=True, exist_ok=True)
            part = self._digests.with_name(f".digests.{os.getpid()}.part")
            part.write_text(json.dumps(self._known), encoding="utf-8")
            part.replace(self._digests)
        return self._known[state]

    def _keep(self, kept: Path, excerpts: Excerpts) -> None:
        count = len(excerpts.samples)
        features = [
            self._bundle.encode_audio(excerpts.samples[start : start + _WINDOWS_AT_ONCE])
            for start in range(0, count, _WINDOWS_AT_ONCE)
        ]
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f".{kept.name}.{os.getpid()}.part")
        with part.open("wb") as file:
            np.savez(
                file,
                features=np.concatenate(features).astype(np.float32),
                weights=excerpts.weights,
                positions=excerpts.positions,
                window_count=excerpts.window_count,
                duration_s=excerpts.duration_s,
            )
        part.replace(kept)
