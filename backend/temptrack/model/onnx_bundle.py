"""A bundle run by ONNX Runtime: prepare on the CPU, encode on the device, finish on the CPU."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from temptrack.errors import InvalidRequest, NotSupported
from temptrack.media.types import Frames, FrameSpec
from temptrack.model.craft import CRAFT_DIM, measure_craft
from temptrack.model.manifest import GraphName, Manifest
from temptrack.model.sessions import Gpu, Session
from temptrack.model.types import (
    AudioSpec,
    Matrix,
    MusicEmbeddings,
    QueryParts,
    SegmentFeatures,
    Tag,
    Vector,
)

FRAMES_PER_CALL = {"cpu": 2, "cuda": 16}
WINDOWS_PER_CALL = {"cpu": 2, "cuda": 8}
"""Batches by device. On a CPU larger ones leave its caches: eight windows at a time cost twice the processor
time of two, and a gigabyte more (docs/adr/0002). On CUDA they bound memory; not measured."""

TEXTS_PER_CALL = 32

_WORTH_THREADS = frozenset({"frame_encoder", "audio_encoder"})
"""Graphs that several threads make faster; the others run for a millisecond or two, and on a busy machine
waiting for a second thread to wake takes longer than that."""


class OnnxBundle:
    """Encoders and towers of one shared space. Safe to use from several threads.

    Attributes:
        folder: where the bundle lies, so that another process can load the same one.
        manifest: what it says of itself.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        digest: str,
        *,
        device: str,
        threads: int | None,
        gpu: Gpu | None = None,
    ) -> None:
        """Prepare to run a verified bundle; graphs are loaded when first used."""
        self.folder = folder
        self.manifest = manifest
        self._digest = digest
        self._device = device
        self._threads = threads
        self._gpu = gpu or Gpu()
        self._sessions: dict[GraphName, Session] = {}
        self._loading = Lock()

    @property
    def id(self) -> str:
        """Name and version."""
        return self.manifest.id

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the manifest."""
        return self._digest

    @property
    def provider(self) -> str:
        """The device the graphs run on: "cpu" or "cuda"."""
        return self._device

    @property
    def embed_dim(self) -> int:
        """Length of an embedding."""
        return self.manifest.embed_dim

    @property
    def video_dim(self) -> int:
        """Length of the features of a segment: of its frames and, where the manifest says so, its craft."""
        craft_dim = CRAFT_DIM if self.manifest.craft_version else 0
        return self.manifest.output_dim("frame_encoder") + craft_dim

    @cached_property
    def frame_encoder_id(self) -> str:
        """Hash of the frame graph and what is done beside it: bundles that share it share features."""
        file = self.manifest.graphs["frame_encoder"].file
        sha256 = next(entry.sha256 for entry in self.manifest.files if entry.file == file)
        frames = self.manifest.frames
        craft = f"-craft{self.manifest.craft_version}" if self.manifest.craft_version else ""
        return f"{sha256[:16]}-{frames.size_px}-{frames.interpolation}{craft}"

    @property
    def frame_spec(self) -> FrameSpec:
        """Geometry of the frames ``encode_frames`` takes."""
        frames = self.manifest.frames
        return FrameSpec(size_px=frames.size_px, interpolation=frames.interpolation)

    @property
    def audio_spec(self) -> AudioSpec:
        """Sound that ``encode_audio`` takes."""
        audio = self.manifest.audio
        return AudioSpec(rate_hz=audio.rate_hz, window_samples=audio.window_samples)

    @property
    def support_below(self) -> float | None:
        """Support under which nothing in a library fits, 0 to 1; None where it was not calibrated."""
        return self.manifest.support.below if self.manifest.support else None

    @cached_property
    def tags(self) -> Sequence[Tag]:
        """The tag vocabulary of the music tower."""
        return tuple(Tag(entry.name, entry.group, entry.threshold) for entry in self.manifest.tags)

    def warm_up(self) -> None:
        """Load every graph and run each once, so that the first caller does not wait."""
        size, spec = self.manifest.frames.size_px, self.audio_spec
        video = self.encode_frames(np.zeros((1, size, size, 3), np.uint8), [1]).values
        text = self.encode_text(["music"])
        self.embed_words(text)
        self.embed_music(self.encode_audio(np.zeros((1, spec.window_samples), np.float32)))
        self.embed_query(video[None], text[0], 0.5)

    def encode_frames(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        """Encode the frames of a segment and average them (ViML section 3.1); append its film craft if asked.

        Args:
            frames: [count, size, size, 3], RGB, at least one.
            repeats: how many moments each frame stands for, at least 1 each.

        Raises:
            InvalidRequest: no frames, or frames of another shape or type.
        """
        self._check_frames(frames, repeats)
        rows = self._frame_rows(frames, FRAMES_PER_CALL[self._device])
        return self._features(rows, frames, repeats)

    def encode_segments(
        self, segments: Sequence[tuple[Frames, Sequence[int]]], *, frames_a_run: int
    ) -> list[SegmentFeatures]:
        """Encode the frames of several segments together.

        Args:
            segments: frames and repeats of each, as ``encode_frames`` takes them.
            frames_a_run: most frames of one run of the graph, 1 or more.

        Raises:
            InvalidRequest: no frames, or frames of another shape or type.
        """
        for frames, repeats in segments:
            self._check_frames(frames, repeats)
        rows = self._frame_rows(np.concatenate([frames for frames, _ in segments]), frames_a_run)
        ends = np.cumsum([len(frames) for frames, _ in segments])
        parts = np.split(rows, ends[:-1])
        return [self._features(part, *segment) for part, segment in zip(parts, segments, strict=True)]

    def encode_text(self, texts: Sequence[str]) -> Matrix:
        """Encode texts to [count, text_dim]; only as many tokens are run as the longest text has."""
        if not texts:
            return np.zeros((0, self.manifest.output_dim("text_encoder")), np.float32)
        rows = []
        for start in range(0, len(texts), TEXTS_PER_CALL):
            encoded = self._tokenizer.encode_batch(list(texts[start : start + TEXTS_PER_CALL]))
            ids = np.array([item.ids for item in encoded], np.int64)
            mask = np.array([item.attention_mask for item in encoded], np.int64)
            rows.append(self._run("text_encoder", input_ids=ids, attention_mask=mask)["features"])
        return np.concatenate(rows)

    def encode_audio(self, windows: Matrix) -> Matrix:
        """Encode mono windows [count, window_samples] to audio features [count, audio_dim].

        Raises:
            InvalidRequest: windows of another length.
        """
        expected = self.manifest.audio.window_samples
        if windows.ndim != 2 or windows.shape[1] != expected:
            raise InvalidRequest(
                f"Sound of shape {tuple(windows.shape)} does not fit bundle '{self.id}'.",
                reason="WINDOWS_SHAPE",
                hint=f"Send float32 [count, {expected}] at {self.manifest.audio.rate_hz} Hz.",
            )
        rows = [
            self._run("audio_encoder", windows=part)["features"]
            for part in _parts(windows, WINDOWS_PER_CALL[self._device])
        ]
        return (
            np.concatenate(rows)
            if rows
            else np.zeros((0, self.manifest.output_dim("audio_encoder")), np.float32)
        )

    def embed_music(self, audio_features: Matrix) -> MusicEmbeddings:
        """Map audio features [count, audio_dim] to embeddings and tag posteriors."""
        result = self._run("music_tower", features=audio_features)
        return MusicEmbeddings(embeddings=result["embeddings"], tags=result["tags"])

    def embed_words(self, text_features: Matrix) -> Matrix:
        """Map text features [count, text_dim] of tracks' own words to embeddings."""
        return self._run("words_tower", features=text_features)["embeddings"]

    def embed_query(self, video: Matrix | None, text: Vector | None, text_weight: float) -> Vector:
        """Fuse picture and words to one embedding of length 1.

        Args:
            video: [segments, video_dim], or None without picture.
            text: [text_dim], or None without words.
            text_weight: 0 picture only to 1 words only; ignored when one of the two is absent.

        Raises:
            InvalidRequest: neither picture nor words.
        """
        embedding: Vector = self.embed_queries([QueryParts(video, text, text_weight)])[0]
        return embedding

    def embed_queries(self, queries: Sequence[QueryParts]) -> Matrix:
        """Fuse several queries together, each as ``embed_query`` takes it, [count, embed_dim].

        Raises:
            InvalidRequest: one of them has neither picture nor words.
        """
        most = max(1 if query.video is None else max(1, len(query.video)) for query in queries)
        video = np.zeros((len(queries), most, self.video_dim), np.float32)
        mask = np.zeros((len(queries), most), np.float32)
        text = np.zeros((len(queries), self.manifest.output_dim("text_encoder")), np.float32)
        weight = np.zeros(len(queries), np.float32)
        for row, query in enumerate(queries):
            count = 0 if query.video is None else len(query.video)
            if not count and query.text is None:
                raise InvalidRequest(
                    "The query has neither picture nor words.",
                    reason="QUERY_EMPTY",
                    hint="Give at least one of them.",
                )
            if query.video is not None and count:
                video[row, :count], mask[row, :count] = query.video, 1.0
            if query.text is not None:
                text[row] = query.text
                weight[row] = query.text_weight if count else 1.0
        inputs = {"video": video, "video_mask": mask, "text": text, "text_weight": weight}
        return self._run("query_tower", **inputs)["embeddings"]

    def _check_frames(self, frames: Frames, repeats: Sequence[int]) -> None:
        size = self.manifest.frames.size_px
        if (
            frames.ndim != 4
            or frames.shape[1:] != (size, size, 3)
            or frames.dtype != np.uint8
            or not len(frames)
        ):
            raise InvalidRequest(
                f"Frames of shape {frames.shape} and type {frames.dtype} do not fit bundle '{self.id}'.",
                reason="FRAMES_SHAPE",
                hint=f"Send at least one frame as uint8 [count, {size}, {size}, 3].",
            )
        if len(repeats) != len(frames) or min(repeats) < 1:
            raise InvalidRequest(
                f"{len(frames)} frames came with repeats {list(repeats)}.",
                reason="FRAMES_REPEATS",
                hint="Send one whole number of at least 1 for each frame.",
            )

    def _frame_rows(self, frames: Frames, frames_a_run: int) -> Matrix:
        parts = _parts(frames, frames_a_run)
        return np.concatenate([self._run("frame_encoder", frames=part)["features"] for part in parts])

    def _features(self, rows: Matrix, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        mean = np.average(rows, axis=0, weights=np.asarray(repeats, np.float64))
        values = mean.astype(np.float32)
        if self.manifest.craft_version:
            values = np.concatenate([values, measure_craft(frames, repeats)])
        return SegmentFeatures(values=values, encoder_id=self.frame_encoder_id)

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            from tokenizers import Tokenizer
        except ModuleNotFoundError as error:
            raise NotSupported(
                "The local engine needs the package tokenizers, which is not installed.",
                reason="MISSING_EXTRA",
                hint="Run `pip install 'temptrack[cpu]'` (or `[gpu]` on a machine with CUDA).",
            ) from error
        tokenizer = Tokenizer.from_file(str(self.folder / self.manifest.text.tokenizer))
        tokenizer.enable_truncation(self.manifest.text.max_tokens)
        tokenizer.enable_padding()
        return tokenizer

    def _run(self, name: GraphName, **inputs: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float32]]:
        with self._loading:
            session = self._sessions.get(name)
            if session is None:
                path = self.folder / self.manifest.graphs[name].file
                threads = self._threads if name in _WORTH_THREADS else 1
                session = Session(path, device=self._device, threads=threads, gpu=self._gpu)
                self._sessions[name] = session
        return session.run(inputs)


def _parts(rows: npt.NDArray[Any], size: int) -> Iterator[npt.NDArray[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
