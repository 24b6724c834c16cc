"""From texts to a bundle that loads and answers, by the encoders of the shipped bundle."""

import csv
from pathlib import Path

import numpy as np
import pytest

from temptrack.model.bundles import load_bundle
from temptrack.model.craft import CRAFT_DIM, CRAFT_VERSION
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack_export.bundle_bridged import run_recipe
from temptrack_train.recipes.sources import HELD_OUT_AUTHOR, Texts

MOODS = ("sad piano", "fast techno", "calm strings", "loud metal", "happy ukulele", "dark synth", "funk bass")
SCENES = ("funeral", "nightclub", "spa", "car chase", "beach party", "haunted castle", "city street")


def written_captions(path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("ytid", "aspect_list", "caption", "author_id"))
        for number in range(28):
            mood, scene = MOODS[number % 7], SCENES[number % 7]
            caption = f"A {mood} tune, take {number}. It could be used in a {scene} scene of a film."
            writer.writerow(
                (f"v{number}", [mood, "instrumental"], caption, HELD_OUT_AUTHOR if number > 20 else "4")
            )
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> OnnxBundle:
    folder = tmp_path_factory.mktemp("recipe")
    captions = written_captions(folder / "captions.csv")
    base = load_bundle(device="cpu")
    manifest = run_recipe(base, Texts(captions), folder / "made", bundle_id="made-1", seeds=(0,))
    assert manifest.id == "made-1"
    return load_bundle(folder / "made", device="cpu")


def test_the_bundle_takes_pictures_with_craft_and_answers(built: OnnxBundle) -> None:
    built.warm_up()
    assert built.manifest.craft_version == CRAFT_VERSION
    assert built.video_dim == built.manifest.output_dim("frame_encoder") + CRAFT_DIM
    size_px = built.frame_spec.size_px
    frames = np.random.default_rng(0).integers(0, 256, (2, size_px, size_px, 3), dtype=np.uint8)
    video = built.encode_frames(frames, [1, 1]).values[None]
    text = built.encode_text(["a sad piano"])[0]
    for query in (built.embed_query(video, None, 0.5), built.embed_query(video, text, 0.5)):
        assert np.linalg.norm(query) == pytest.approx(1, abs=1e-4)


def test_a_prompt_alone_is_the_words_of_a_track(built: OnnxBundle) -> None:
    """Words of a file and words of an editor meet in one place."""
    text = built.encode_text(["calm strings in a spa"])
    assert built.embed_query(None, text[0], 1.0) == pytest.approx(built.embed_words(text)[0], abs=1e-5)


def test_the_tags_are_those_of_the_base(built: OnnxBundle) -> None:
    base = load_bundle(device="cpu")
    sound = 0.1 * np.random.default_rng(0).standard_normal((1, base.audio_spec.window_samples))
    features = base.encode_audio(sound.astype(np.float32))
    assert built.embed_music(features).tags == pytest.approx(base.embed_music(features).tags, abs=1e-5)


def test_the_manifest_says_what_was_learned_from_and_how_it_did(built: OnnxBundle) -> None:
    manifest = built.manifest
    assert "21 recordings" in manifest.training
    assert "CC-BY-SA-4.0" in manifest.licence
    figures = {metric.name: metric.value for metric in manifest.metrics}
    assert figures["new_author/candidates"] == 7
    assert figures["new_author/towers/r10"] <= 1
