"""What the pulled CLIP is fed and known by, against what others published."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from support.exported_clip import publish
from support.reference import reference_data
from temptrack.media.picture import PictureScaler
from temptrack.media.stills import decode_still
from temptrack.media.types import FrameSpec
from temptrack.model.bundles import load_bundle
from temptrack.pull.catalogue import find_entry
from temptrack.pull.pulling import ENTRY_NAME
from temptrack_export.clip_encoders import write_encoders
from temptrack_export.clip_memory import (
    KNOWN_WORDS,
    LOGIT_SCALE,
    remember,
    scene_phrases,
    share_of_words_found,
)

pytestmark = pytest.mark.reference


def unit(
    rows: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def test_the_known_words_are_where_detic_published_them() -> None:
    published = unit(np.load(reference_data() / "clip" / "coco_clip_a+cname.npy").astype(np.float32))

    def encode(texts: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        assert texts == [f"a {word}" for word in KNOWN_WORDS]
        # Every word's row of the 80 classes of COCO, by their place in the list.
        places = [0, 1, 2, 4, 6, 8, 14, 15, 16, 17, 20, 25, 31, 33, 46, 53, 55, 56, 59, 63, 69, 73, 74, 76]
        return published[places]

    assert share_of_words_found(encode) == 1.0


def test_a_picture_reaches_the_network_as_clip_prepares_it(tmp_path: Path) -> None:
    golden = reference_data() / "clip" / "preprocess_golden"
    shipped = find_entry("clip-vit-b32")
    # The numbers of the catalogue that ships, in front of a small network.
    entry = publish(
        tmp_path / "pulled",
        size_px=shipped.size_px,
        mean=shipped.mean,
        std=shipped.std,
        max_tokens=shipped.max_tokens,
    )
    (tmp_path / "pulled" / ENTRY_NAME).write_text(entry.model_dump_json(), encoding="utf-8")
    (tmp_path / "encoders").mkdir()
    write_encoders(tmp_path / "pulled", tmp_path / "encoders", load_bundle(device="cpu"))
    bundle = load_bundle(tmp_path / "encoders", device="cpu")

    frame, presentation = decode_still(golden / "franz-kafka.jpg")
    square = PictureScaler(FrameSpec(entry.size_px, "bicubic")).square(frame, presentation)
    seen = bundle.encode_frames(square[None], [1]).values[: bundle.manifest.output_dim("frame_encoder")]

    session = onnxruntime.InferenceSession(
        str(tmp_path / "pulled" / entry.frames.path), providers=["CPUExecutionProvider"]
    )
    expected = np.load(golden / "expected_preprocessed_image.npy").astype(np.float32)
    row = unit(session.run(None, {"pixel_values": expected})[0][0])
    memory = remember(bundle.encode_text, scene_phrases())
    shares = np.exp(LOGIT_SCALE * (memory.keys @ row - 1))
    described = shares / shares.sum() @ memory.values
    assert float(unit(seen) @ unit(described)) > 0.99
