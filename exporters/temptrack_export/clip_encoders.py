"""The encoders of a bundle out of files that ``temptrack bundle pull`` brought here.

They are written as a bundle that lacks the towers of pictures and words: a recipe that trains towers takes
its encoders from any bundle, so from this one too. Sound, and the tags its tower says, are another bundle's.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from temptrack import __version__
from temptrack.errors import Corrupt, NotFound
from temptrack.model.manifest import (
    FORMAT_VERSION,
    FramePreprocessing,
    GraphSpec,
    Manifest,
    Metric,
    Origin,
    TextPreprocessing,
)
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.model.types import Matrix
from temptrack.pull.catalogue import Entry, Piece
from temptrack.pull.pulling import ENTRY_NAME
from temptrack.pull.transfer import is_here
from temptrack_export.assembly import Assembly
from temptrack_export.clip_memory import LOGIT_SCALE, Memory, remember, scene_phrases, share_of_words_found
from temptrack_export.clip_onnx import IDS, IMAGE_ROWS, MASK, PIXELS, TEXT_ROWS, wrap_frames, wrap_texts
from temptrack_export.encoders import PARITY_FRAMES, PARITY_TEXTS
from temptrack_export.graphs import run_graph
from temptrack_export.manifests import file_entry, write_manifest
from temptrack_export.parity import EXACT, HALF, compare

COMMAND = "temptrack bundle pull"
TOKENIZER_FILE = "tokenizer.json"
_TEXTS_AT_ONCE = 64


def read_entry(pulled: Path) -> Entry:
    """Return the entry of a folder of pulled files, every byte of which is checked.

    Raises:
        NotFound: PULLED_NOT_FOUND, it is no such folder.
        Corrupt: DOWNLOAD_DIGEST, a file is not the one its entry promises.
    """
    try:
        text = (pulled / ENTRY_NAME).read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(
            f"'{pulled}' holds no pulled files: {ENTRY_NAME} is missing.",
            reason="PULLED_NOT_FOUND",
            hint="Run `temptrack bundle pull` first.",
        ) from error
    entry = Entry.model_validate_json(text)
    for piece in entry.pieces:
        if not is_here(piece, pulled / piece.path):
            raise Corrupt(
                f"'{pulled / piece.path}' is not the file its entry promises.",
                reason="DOWNLOAD_DIGEST",
                hint="Run `temptrack bundle pull` again: it fetches what is wrong.",
            )
    return entry


def write_encoders(pulled: Path, folder: Path, base: OnnxBundle) -> Manifest:
    """Write the encoders.

    Args:
        pulled: the files, with their entry beside them.
        folder: where the encoders go; must exist and be empty.
        base: the bundle whose audio encoder and music tower are kept.

    Raises:
        NotFound, Corrupt: as ``read_entry`` says.
        Corrupt: GRAPH_UNKNOWN, TOKENIZER_UNKNOWN, WEIGHTS_UNKNOWN, the files are not a CLIP; PARITY.
    """
    entry = read_entry(pulled)
    assembly = Assembly(folder, COMMAND)
    tokenizer = _add_tokenizer(assembly, pulled / entry.tokenizer.path, entry.max_tokens)
    texts = _add_texts(assembly, pulled / entry.texts.path, tokenizer)
    encode = _encoder(folder / texts.file, tokenizer)
    if entry.known_words:
        found = share_of_words_found(encode)
        assembly.metrics.append(Metric(name="text_encoder/words_found", value=found, command=COMMAND))
    frames = FramePreprocessing(
        size_px=entry.size_px,
        resize="shorter-side-then-centre-crop",
        interpolation="bicubic",
        colour="rgb",
        mean=_of_bytes(entry.mean),
        std=_of_bytes(entry.std),
    )
    _add_frames(assembly, pulled / entry.frames.path, frames, remember(encode, scene_phrases()))
    for name in ("audio_encoder", "music_tower"):
        assembly.keep_graph(base.folder, base.manifest, name)
    manifest = Manifest(
        format=FORMAT_VERSION,
        id="encoders",
        embed_dim=base.embed_dim,
        files=tuple(assembly.files),
        graphs=assembly.graphs,
        frames=frames,
        text=TextPreprocessing(tokenizer=TOKENIZER_FILE, max_tokens=entry.max_tokens),
        audio=base.manifest.audio,
        tags=base.manifest.tags,
        x_null="there are no towers yet",
        licence=f"{entry.licence} AND {base.manifest.licence}",
        origins=(*_origins(entry), *_kept(base)),
        training=f"The tags are those of bundle {base.id}: {base.manifest.training}",
        code_version=__version__,
        metrics=tuple(assembly.metrics),
        craft_version=base.manifest.craft_version,
    )
    write_manifest(folder, manifest)
    return manifest


def _of_bytes(values: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = values
    return 255 * red, 255 * green, 255 * blue


def _origins(entry: Entry) -> Sequence[Origin]:
    def origin(part: str, piece: Piece, note: str) -> Origin:
        return Origin(
            part=part,
            origin=f"{entry.origin}, {piece.path}",
            licence=entry.licence,
            note=f"SHA-256 {piece.sha256}; {note}",
        )

    return (
        origin("frame_encoder", entry.frames, "pictures are described by phrases of temptrack's own"),
        origin("text_encoder", entry.texts, "run text by text"),
    )


def _kept(base: OnnxBundle) -> Sequence[Origin]:
    # The tags of the base come out of its towers, or were kept from yet another bundle's.
    tags = [
        one.model_copy(update={"part": "tags"})
        for one in base.manifest.origins
        if one.part in {"tags", "towers"}
    ]
    return [*(one for one in base.manifest.origins if one.part == "audio_encoder"), *tags[:1]]


def _add_tokenizer(assembly: Assembly, source: Path, max_tokens: int) -> Tokenizer:
    shutil.copyfile(source, assembly.folder / TOKENIZER_FILE)
    assembly.files.append(file_entry(assembly.folder / TOKENIZER_FILE))
    try:
        tokenizer = Tokenizer.from_file(str(source))
    except Exception as error:  # the reader raises nothing more precise
        raise Corrupt(
            f"'{source.name}' is no tokenizer: {error}.",
            reason="TOKENIZER_UNKNOWN",
            hint="If the catalogue is your own, name a file of Hugging Face tokenizers in it.",
        ) from error
    # As the loaded bundle does it.
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding()
    return tokenizer


def _add_texts(assembly: Assembly, source: Path, tokenizer: Tokenizer) -> GraphSpec:
    """Wrap the text half; it must give what the pulled graph gives for each text by itself."""
    path = assembly.folder / "text_encoder.onnx"
    spec = wrap_texts(source, path)
    assembly.register("text_encoder", spec)
    assembly.files.append(file_entry(path))
    session = onnxruntime.InferenceSession(str(source), providers=["CPUExecutionProvider"])
    takes_mask = MASK in {value.name for value in session.get_inputs()}
    rows = []
    for text in PARITY_TEXTS:
        tokens = tokenizer.encode(text)
        inputs = {IDS: np.array([tokens.ids], np.int64)}
        if takes_mask:
            inputs[MASK] = np.array([tokens.attention_mask], np.int64)
        rows.append(session.run([TEXT_ROWS], inputs)[0][0])
    parity = compare(_unit(np.stack(rows)), _encoder(path, tokenizer)(PARITY_TEXTS))
    EXACT.check("text_encoder", parity)
    assembly.metrics.extend(parity.metrics("text_encoder", assembly.command))
    return spec


def _add_frames(assembly: Assembly, source: Path, frames: FramePreprocessing, memory: Memory) -> None:
    """Wrap the image half; it must give what is worked out here from the pulled graph, picture by picture."""
    path = assembly.folder / "frame_encoder.onnx"
    assembly.register("frame_encoder", wrap_frames(source, path, frames, memory))
    assembly.files.append(file_entry(path))
    size_px = frames.size_px
    random = np.random.default_rng(0)
    # From dark to bright: in one batch they would share the scale of the brightest.
    brightest = np.linspace(32, 256, PARITY_FRAMES).astype(np.int64)[:, None, None, None]
    pictures = random.integers(0, brightest, (PARITY_FRAMES, size_px, size_px, 3)).astype(np.uint8)
    scaled = ((pictures - np.array(frames.mean)) / np.array(frames.std)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(source), providers=["CPUExecutionProvider"])
    rows = [session.run([IMAGE_ROWS], {PIXELS: one[None]})[0][0] for one in scaled.transpose(0, 3, 1, 2)]
    likeness = np.exp(LOGIT_SCALE * (_unit(np.stack(rows)) @ memory.keys.T - 1))
    expected = likeness / likeness.sum(axis=1, keepdims=True) @ memory.values
    parity = compare(expected, run_graph(path, {"frames": pictures})[0])
    HALF.check("frame_encoder", parity)
    assembly.metrics.extend(parity.metrics("frame_encoder", assembly.command))


def _unit(rows: Matrix) -> Matrix:
    unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _encoder(path: Path, tokenizer: Tokenizer) -> Callable[[Sequence[str]], Matrix]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def encode(texts: Sequence[str]) -> Matrix:
        rows = []
        for at in range(0, len(texts), _TEXTS_AT_ONCE):
            tokens = tokenizer.encode_batch(list(texts[at : at + _TEXTS_AT_ONCE]))
            ids = np.array([item.ids for item in tokens], np.int64)
            mask = np.array([item.attention_mask for item in tokens], np.int64)
            rows.append(session.run(None, {IDS: ids, MASK: mask})[0])
        return np.concatenate(rows)

    return encode
