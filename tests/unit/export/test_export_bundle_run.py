import dataclasses
import json
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
import torch

from support import parity_inputs
from temptrack.errors import Corrupt, InvalidRequest, NotSupported
from temptrack.home import DEFAULT_BUNDLE as BASE
from temptrack.model.bundles import SHIPPED_FOLDER, load_bundle
from temptrack.model.craft import CRAFT_DIM, CRAFT_VERSION
from temptrack.model.manifest import MANIFEST_NAME
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.model.types import Vector
from temptrack_export.assembly import Assembly
from temptrack_export.bundle_run import build_bundle
from temptrack_export.encoders import KeptEncoders
from temptrack_export.parity import Bounds
from temptrack_export.quantise import VARIANTS, Variant, Weights
from temptrack_export.towers import embeddings_spec, query_inputs
from temptrack_train.datasets.planted import PlantedDataset, PlantedSpec
from temptrack_train.datasets.types import FeatureSpaces
from temptrack_train.training.config import load_system
from temptrack_train.training.data import Collection, training_data
from temptrack_train.training.fit import fit
from temptrack_train.training.run_folder import TrainedRun, open_run

SPEC = PlantedSpec(
    train=64,
    validation=24,
    test=8,
    described_train=16,
    segments=3,
    video_dim=384 + CRAFT_DIM,
    music_dim=554,
    text_dim=384,
)
SMALL = {
    "model.embed_dim": 16,
    "model.tower.width": 32,
    "model.tower.layers": 1,
    "training.epochs": 1,
    "training.batch_size": 32,
    "training.validation_pool": 24,
    "data.texts": "tags",
}


class EncodedAsShipped(PlantedDataset):
    """A planted world that passes for features of the shipped encoders."""

    @cached_property
    def spaces(self) -> FeatureSpaces:
        return KeptEncoders(load_bundle(device="cpu")).spaces


def train(folder: Path, system: str, dataset: PlantedDataset, **changes: object) -> Path:
    config = load_system(system, {**SMALL, **changes}, size="planted")
    fit(config, training_data(config.data, Collection(dataset, dataset.text_encoder)), folder)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("runs") / "viml", "viml", EncodedAsShipped(SPEC))


@pytest.fixture(scope="module")
def trained(run: Path) -> TrainedRun:
    return open_run(run)


@pytest.fixture(scope="module")
def bundle(run: Path, tmp_path_factory: pytest.TempPathFactory) -> OnnxBundle:
    folder = tmp_path_factory.mktemp("bundles") / "ours-1"
    build_bundle(run, folder, base=BASE, bundle_id="ours-1", licence="CC0-1.0")
    return load_bundle(folder, device="cpu")


def test_film_craft_that_a_run_was_trained_on_is_asked_for_by_its_bundle(bundle: OnnxBundle) -> None:
    assert bundle.manifest.craft_version == CRAFT_VERSION
    frames = np.zeros((1, 260, 260, 3), np.uint8)
    assert bundle.encode_frames(frames, [10]).values.shape == (384 + CRAFT_DIM,)


def test_a_run_that_was_trained_without_film_craft_is_given_none(tmp_path: Path) -> None:
    base = tmp_path / "plain"
    shutil.copytree(SHIPPED_FOLDER / BASE, base)
    manifest = json.loads((base / MANIFEST_NAME).read_text("utf-8"))
    (base / MANIFEST_NAME).write_text(json.dumps(manifest | {"craft_version": 0}), "utf-8")
    encoders = KeptEncoders(load_bundle(base, device="cpu"))

    class EncodedWithoutCraft(PlantedDataset):
        @cached_property
        def spaces(self) -> FeatureSpaces:
            return encoders.spaces

    spec = dataclasses.replace(SPEC, video_dim=encoders.spaces.video_dim)
    run = train(tmp_path / "run", "viml", EncodedWithoutCraft(spec))
    build_bundle(run, tmp_path / "ours-2", base=base, bundle_id="ours-2", licence="CC0-1.0")
    made = load_bundle(tmp_path / "ours-2", device="cpu")
    frames = np.zeros((1, 260, 260, 3), np.uint8)
    seen = made.encode_frames(frames, [10]).values
    assert seen.shape == (384,)
    assert np.isfinite(made.embed_query(seen[None], None, 0.0)).all()


def cosines(left: Sequence[Vector], right: Sequence[Vector]) -> list[float]:
    return [
        float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
        for one, other in zip(left, right, strict=True)
    ]


def test_the_bundle_answers_queries_as_the_run_does(bundle: OnnxBundle, trained: TrainedRun) -> None:
    video = np.random.default_rng(1).standard_normal((4, SPEC.video_dim)).astype(np.float32)
    text = bundle.encode_text(["sparse felt piano"])[0]
    asked = ((video, text, 0.3), (video, None, 0.5), (None, text, 0.2), (video[:1], text, 1.0))
    found, expected = [], []
    for picture, words, weight in asked:
        found.append(bundle.embed_query(picture, words, weight))
        rows = np.zeros((1, SPEC.video_dim), np.float32) if picture is None else picture
        used = 0.0 if words is None else 1.0 if picture is None else weight
        with torch.no_grad():
            embedded = trained.model(
                torch.tensor(rows)[None],
                torch.full((1, len(rows)), float(picture is not None)),
                torch.tensor(text if words is not None else np.zeros(384, np.float32))[None],
                torch.tensor([used]),
            )
        expected.append(embedded[0].numpy())
    assert min(cosines(found, expected)) >= 0.9999


def test_silence_about_words_is_x_null_whatever_the_text_input_holds(bundle: OnnxBundle) -> None:
    video = np.ones((2, SPEC.video_dim), np.float32)
    without = bundle.embed_query(video, None, 0.5)
    weightless = bundle.embed_query(video, bundle.encode_text(["loud drums"])[0], 0.0)
    assert np.array_equal(without, weightless)


def test_music_is_embedded_by_the_run_and_tagged_by_the_base(bundle: OnnxBundle, trained: TrainedRun) -> None:
    spec, base = bundle.audio_spec, load_bundle(device="cpu")
    features = bundle.encode_audio(parity_inputs.windows(spec.window_samples, spec.rate_hz))
    found = bundle.embed_music(features)
    with torch.no_grad():
        expected = trained.model.embed_music(torch.tensor(features)[:, None], torch.ones(3, 1)).numpy()
    assert min(cosines(list(found.embeddings), list(expected))) >= 0.9999
    assert found.tags == pytest.approx(base.embed_music(features).tags, abs=1e-6)
    assert [tag.name for tag in bundle.tags] == [tag.name for tag in base.tags]


def test_words_of_a_track_lie_where_a_query_of_these_words_lies(bundle: OnnxBundle) -> None:
    texts = bundle.encode_text(["sparse felt piano", "metal"])
    asked = [bundle.embed_query(None, text, 1.0) for text in texts]
    assert min(cosines(list(bundle.embed_words(texts)), asked)) >= 0.9999


def test_the_manifest_says_where_it_comes_from_and_what_was_measured(bundle: OnnxBundle) -> None:
    manifest = bundle.manifest
    figures = {one.name: one.value for one in manifest.metrics}
    for tower in ("query_tower", "words_tower", "music_tower"):
        assert figures[f"parity/{tower}/lowest_cosine"] >= 0.9999
        assert figures[f"parity/{tower}/same_top10"] == 1.0
    assert "validation/video_text_to_music_r10" in figures
    origins = {one.part: one for one in manifest.origins}
    assert origins["towers"].licence == "CC0-1.0"
    assert {"frame_encoder", "text_encoder", "audio_encoder", "tags", "towers"} == set(origins)
    assert "CC0-1.0" in manifest.licence
    assert "ISC" in manifest.licence


@pytest.mark.parametrize(("weights", "least"), [("float16", 0.999), ("int8", 0.97)])
def test_smaller_variants_are_smaller_and_their_figures_are_stated(
    weights: Weights, least: float, trained: TrainedRun, bundle: OnnxBundle, tmp_path: Path
) -> None:
    assembly, variant = Assembly(tmp_path, "a command"), VARIANTS[weights]
    parity = assembly.add(
        "query_tower",
        trained.model,
        inputs=query_inputs(trained.spaces),
        outputs=[embeddings_spec("queries", 16)],
        bounds=variant.bounds,
        shrink=variant.shrink,
        candidates=np.random.default_rng(0).standard_normal((40, 16)),
    )
    sizes = [(folder / "query_tower.onnx").stat().st_size for folder in (tmp_path, bundle.folder)]
    assert sizes[0] < 0.75 * sizes[1]
    assert least <= parity.lowest_cosine <= 1.0
    assert parity.shared_top10 is not None
    assert parity.shared_top10 >= 0.9
    assert {one.name for one in assembly.metrics} >= {"parity/query_tower/lowest_cosine"}


def test_a_run_on_features_of_other_encoders_is_refused(tmp_path: Path) -> None:
    other = train(tmp_path / "run", "viml", PlantedDataset(SPEC))
    with pytest.raises(InvalidRequest, match="planted-video") as refused:
        build_bundle(other, tmp_path / "bundle", base=BASE, bundle_id="ours-1", licence="CC0-1.0")
    assert refused.value.reason == "FEATURE_SPACE"
    assert not (tmp_path / "bundle").exists()


def test_a_system_that_knows_no_words_is_refused(tmp_path: Path) -> None:
    silent = train(tmp_path / "run", "mvpt_plus", EncodedAsShipped(SPEC))
    with pytest.raises(NotSupported) as refused:
        build_bundle(silent, tmp_path / "bundle", base=BASE, bundle_id="ours-1", licence="CC0-1.0")
    assert refused.value.reason == "SYSTEM_WITHOUT_WORDS"


def test_a_name_no_bundle_can_have_is_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build_bundle(run, tmp_path / "bundle", base=BASE, bundle_id="Our Bundle", licence="CC0-1.0")
    assert refused.value.reason == "BUNDLE_ID"


def test_a_graph_that_fails_parity_leaves_no_bundle_behind(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impossible = Variant(VARIANTS["int8"].shrink, Bounds(lowest_cosine=1.1), "cannot be reached")
    monkeypatch.setitem(VARIANTS, "int8", impossible)
    with pytest.raises(Corrupt, match=r"query_tower: lowest cosine to torch is 0\.\d+"):
        build_bundle(
            run,
            tmp_path / "bundle",
            base=BASE,
            bundle_id="ours-1",
            licence="CC0-1.0",
            weights="int8",
        )
    assert list(tmp_path.iterdir()) == []
