"""The manifest of a bundle: everything that must be known to run its graphs, and nothing guessed.

A bundle is a folder with ``manifest.json`` and the files it lists. The format is final for version 1: a
reader refuses a higher version, and fields are only ever added with defaults.
"""

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from temptrack.errors import Corrupt, Forbidden, NotFound, NotSupported
from temptrack.model.craft import CRAFT_VERSION
from temptrack.model.types import TagGroup

MANIFEST_NAME = "manifest.json"
FORMAT_VERSION = 1

GraphName = Literal[
    "frame_encoder", "text_encoder", "audio_encoder", "music_tower", "words_tower", "query_tower"
]
"""The six graphs of a bundle. Inputs and outputs by name:

- frame_encoder: frames [frames, size, size, 3] uint8 RGB -> features [frames, frame_dim]
- text_encoder: input_ids, attention_mask [texts, tokens] int64 -> features [texts, text_dim]
- audio_encoder: windows [windows, window_samples] float32 -> features [windows, audio_dim]
- music_tower: features [rows, audio_dim] -> embeddings [rows, embed_dim], tags [rows, tag count]
- words_tower: features [rows, text_dim] -> embeddings [rows, embed_dim]
- query_tower: video [queries, segments, video_dim], video_mask [queries, segments] float32 with 1 where
  there is picture, text [queries, text_dim], text_weight [queries] -> embeddings [queries, embed_dim]. At
  weight 0 the text is ignored (the constant x_null stands in its place inside the graph); a mask of zeros
  means no picture. video_dim is frame_dim, plus the segment's film craft where ``craft_version`` asks for it.
"""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Part):
    """A file of the bundle."""

    file: str = Field(description="name inside the bundle's folder", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    sha256: str = Field(description="hex digest of its bytes", pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)


class TensorSpec(_Part):
    """An input or output of a graph."""

    name: str
    dtype: Literal["uint8", "int64", "float32"]
    shape: tuple[int | str, ...] = Field(description="numbers are fixed, words are dynamic axes")


class GraphSpec(_Part):
    """One ONNX graph."""

    file: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


class FramePreprocessing(_Part):
    """How pictures become the frame encoder's input; scaling of values is inside the graph."""

    size_px: int = Field(gt=0)
    resize: Literal["shorter-side-then-centre-crop"]
    interpolation: Literal["area", "bilinear", "bicubic"]
    colour: Literal["rgb"]
    mean: tuple[float, float, float] = Field(description="subtracted inside the graph, in 0..255 units")
    std: tuple[float, float, float] = Field(description="divided by inside the graph, in 0..255 units")


class TextPreprocessing(_Part):
    """How words become the text encoder's input."""

    tokenizer: str = Field(description="file with the tokenizer in Hugging Face tokenizers JSON")
    max_tokens: int = Field(gt=0, description="longer texts are cut")


class AudioPreprocessing(_Part):
    """How sound becomes the audio encoder's input; spectra are computed inside the graph."""

    rate_hz: int = Field(gt=0)
    window_samples: int = Field(gt=0)
    fft_size: int = Field(gt=0, description="for the record: inside the graph")
    hop: int = Field(gt=0, description="for the record: inside the graph")
    mel_bins: int = Field(gt=0, description="for the record: inside the graph")


class TagEntry(_Part):
    """A tag of the music tower's output."""

    name: str
    group: TagGroup
    threshold: float = Field(ge=0, le=1)


class Origin(_Part):
    """Where a part of the bundle comes from and what its licence is."""

    part: str
    origin: str
    licence: str
    note: str = ""


class Metric(_Part):
    """A measured figure with the command that measured it."""

    name: str
    value: float
    command: str


class SupportScore(_Part):
    """When a library is said to hold nothing that fits; ``temptrack.suggest.support`` judges it."""

    below: float = Field(ge=0, le=1, description="support under which nothing fits")
    false_alarms: float = Field(
        ge=0, le=1, description="share of prompts for what a library has that fall below it"
    )
    caught: float = Field(ge=0, le=1, description="share of prompts for what a library lacks that fall below")
    command: str = Field(description="what measured both")


class Manifest(_Part):
    """A bundle described."""

    format: int
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    embed_dim: int = Field(gt=0)
    files: tuple[FileEntry, ...]
    graphs: dict[GraphName, GraphSpec]
    frames: FramePreprocessing
    craft_version: int = Field(
        default=0,
        ge=0,
        description="version of the film craft appended to a segment's averaged frame features; 0 for none",
    )
    text: TextPreprocessing
    audio: AudioPreprocessing
    tags: tuple[TagEntry, ...]
    x_null: str = Field(description="what stands for absent text inside the query tower")
    licence: str = Field(description="licence of the bundle as a whole")
    origins: tuple[Origin, ...]
    training: str = Field(description="what the towers were fitted on, in words")
    code_version: str
    metrics: tuple[Metric, ...] = ()
    support: SupportScore | None = Field(
        default=None, description="none: the bundle is not calibrated for it"
    )

    def output_dim(self, graph: GraphName) -> int:
        """Return the length of the rows of a graph's first output."""
        return int(self.graphs[graph].outputs[0].shape[-1])


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """Read a bundle's manifest.

    Args:
        folder: the bundle.

    Returns:
        The manifest and the hex SHA-256 of its bytes.

    Raises:
        NotFound: no manifest there.
        Forbidden: it cannot be read.
        NotSupported: it is of a newer format, or takes film craft of another version.
        Corrupt: it is not a manifest.
    """
    path = folder / MANIFEST_NAME
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(
            f"There is no bundle in '{folder}': {MANIFEST_NAME} is missing.",
            reason="BUNDLE_NOT_FOUND",
            hint="Name a bundle shown by `temptrack doctor`, or the folder of one.",
        ) from None
    except OSError as error:
        raise Forbidden(
            f"The manifest '{path}' cannot be read: {error.strerror}.", hint="Check the file's permissions."
        ) from error
    again = "Get the bundle again; it is damaged or not a bundle."
    try:
        content = json.loads(data)
        version = content["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Corrupt(
            f"'{path}' is not a bundle's manifest.", reason="MANIFEST_CORRUPT", hint=again
        ) from error
    if version != FORMAT_VERSION:
        raise NotSupported(
            f"The bundle in '{folder}' has format {version}; this version reads format {FORMAT_VERSION}.",
            reason="BUNDLE_FORMAT",
            hint="Upgrade temptrack, or use a bundle made for this version.",
        )
    try:
        manifest = Manifest.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Corrupt(
            f"The manifest '{path}' is wrong at '{where}': {first['msg']}.",
            reason="MANIFEST_CORRUPT",
            hint=again,
        ) from error
    if manifest.craft_version not in (0, CRAFT_VERSION):
        raise NotSupported(
            f"The bundle in '{folder}' takes film craft of version {manifest.craft_version}; "
            f"this version measures version {CRAFT_VERSION}.",
            reason="BUNDLE_FORMAT",
            hint="Use a bundle and a temptrack made for each other.",
        )
    return manifest, hashlib.sha256(data).hexdigest()


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Check that every file of a bundle is there with the bytes the manifest promises.

    Raises:
        Corrupt: a file is missing or differs, named in the message.
    """
    for entry in manifest.files:
        path = folder / entry.file
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise Corrupt(
                f"The bundle '{manifest.id}' lacks its file '{path}': {error.strerror}.",
                reason="BUNDLE_FILE_MISSING",
                hint="Install the package or the bundle again.",
            ) from error
        if found != entry.sha256:
            raise Corrupt(
                f"The file '{path}' of bundle '{manifest.id}' differs from its manifest "
                f"(SHA-256 {found[:12]}… instead of {entry.sha256[:12]}…).",
                reason="BUNDLE_HASH",
                hint="Install the package or the bundle again.",
            )
