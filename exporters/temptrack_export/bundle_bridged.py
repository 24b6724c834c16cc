"""From raw texts to a bundle: the language-bridged recipe, for encoders of pictures and words in one space.

``run_recipe(encoders, texts, out, bundle_id=...)`` is all of it. The encoders come from a bundle: lite ones,
or CLIP's as ``temptrack bundle pull`` lays them down. Nothing else differs between the bundles it makes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch

from temptrack import __version__
from temptrack.errors import InvalidRequest
from temptrack.model.bundles import load_bundle
from temptrack.model.craft import CRAFT_DIM, CRAFT_VERSION
from temptrack.model.manifest import FORMAT_VERSION, Manifest, Metric, Origin, TensorSpec
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack_export.assembly import Assembly, reference_rows, whole_or_nothing
from temptrack_export.bridged import MusicTower, PictureTower, QueryTower, of_pictures
from temptrack_export.craft_tower import MOOD_PHRASES, CraftTower
from temptrack_export.ears import Ears, ears_of
from temptrack_export.encoders import PARITY_TEXTS, KeptEncoders
from temptrack_export.graphs import Example
from temptrack_export.manifests import write_manifest
from temptrack_export.parity import Bounds
from temptrack_export.towers import TRACK_BATCH, embeddings_spec, query_inputs
from temptrack_train.datasets.types import FeatureSpaces, Matrix
from temptrack_train.features.bundled_text import BundledTextEncoder
from temptrack_train.recipes.bridge_measures import compare_on_new_author
from temptrack_train.recipes.bridge_texts import BridgeTexts, RememberedTexts, derive
from temptrack_train.recipes.bridge_towers import Bridge, Ensemble, joined_anchored
from temptrack_train.recipes.bridge_training import BridgeConfig, train_bridge
from temptrack_train.recipes.sources import Recording, Texts, held_out

COMMAND = "temptrack-train recipe language-bridged"
SEEDS = (0, 1, 2)

SMALL_MAP = Bounds(lowest_cosine=0.9999)
LITE_FRAMES = "dbac8d9ff71c8b62"
"""How the id of the lite frame encoder starts; the mean of real pictures was measured with it."""

TEXT_ORIGIN = Origin(
    part="towers",
    origin="trained by the language-bridged recipe on MusicCaps captions and the Incompetech catalogue",
    licence="CC-BY-SA-4.0",
    note="MusicCaps: Google, CC BY-SA 4.0; Incompetech: Kevin MacLeod; neither's text is included",
)


@dataclass(frozen=True, slots=True)
class _Towers:
    query: QueryTower
    music: MusicTower


def run_recipe(
    encoders: str | Path | OnnxBundle,
    texts: Texts,
    out: Path,
    *,
    bundle_id: str,
    seeds: Sequence[int] = SEEDS,
    cache: Path | None = None,
    picture_mean: Matrix | None = None,
) -> Manifest:
    """Train towers and build a bundle of them and of the encoders they were trained for.

    Args:
        encoders: bundle whose encoders are kept, byte for byte: its id, its folder, or loaded.
        texts: the user's copies.
        out: where the bundle goes; must not exist. It appears whole or not at all.
        bundle_id: name and version of the new bundle.
        seeds: one training each; their towers are averaged.
        cache: folder where features of texts are kept for the next run; None: nowhere.
        picture_mean: [frame_dim], mean features of real pictures. Without it, what was measured for the lite
            frame encoder, or for others the mean of scene phrases.

    Raises:
        NotFound: a text or the bundle is missing.
        Corrupt: a text is damaged, or PARITY: a graph fails parity; nothing is left behind.
        InvalidRequest: ENCODERS_APART, pictures and words are not in one space.
        AlreadyExists: BUNDLE_EXISTS.
    """
    base = encoders if isinstance(encoders, OnnxBundle) else load_bundle(encoders, device="cpu")
    frame_dim, text_dim = (base.manifest.output_dim(name) for name in ("frame_encoder", "text_encoder"))
    if frame_dim != text_dim:
        raise InvalidRequest(
            f"The encoders of '{base.id}' put pictures in {frame_dim} dimensions and words in {text_dim}.",
            reason="ENCODERS_APART",
            hint="Name a bundle whose encoders put both in one space, such as lite-1 or CLIP's.",
        )
    with whole_or_nothing(out) as partial:
        recordings = texts.read()
        ears = ears_of(base)
        remembered = RememberedTexts(BundledTextEncoder(base), cache)
        derived = derive(recordings, remembered, ears.mentions)
        allowed = ~np.array(held_out(recordings))
        bridges = [train_bridge(derived, allowed, BridgeConfig(seed=seed)) for seed in seeds]
        comparison = compare_on_new_author(derived, allowed, bridges)
        mean = picture_mean if picture_mean is not None else _picture_mean(base, derived)
        towers = _towers(base, ears, bridges, mean)
        assembly = Assembly(partial, COMMAND)
        KeptEncoders(base).add_to(assembly)
        _add_towers(assembly, base, ears, towers)
        assembly.metrics.extend(
            Metric(name=f"new_author/{name}", value=value, command=COMMAND)
            for name, value in comparison.figures().items()
        )
        told = [one for one, may in zip(recordings, allowed, strict=True) if may]
        manifest = _describe(assembly, base, ears, bundle_id, _about(told))
        write_manifest(partial, manifest)
    return manifest


def _picture_mean(base: OnnxBundle, derived: BridgeTexts) -> Matrix:
    """The mean of real pictures where it was measured for the frame encoder, else that of scene phrases."""
    if base.frame_encoder_id.startswith(LITE_FRAMES):
        with (files("temptrack_export") / "lite_picture_mean.npy").open("rb") as file:
            return np.asarray(np.load(file), np.float32)
    return np.asarray(derived.scenes.rows.mean(axis=0), np.float32)


def _towers(base: OnnxBundle, ears: Ears, bridges: Sequence[Bridge], picture_mean: Matrix) -> _Towers:
    words = joined_anchored([bridge.words for bridge in bridges])
    scenes = joined_anchored([bridge.scenes for bridge in bridges])
    with torch.no_grad():
        moods = words(torch.as_tensor(base.encode_text(MOOD_PHRASES))).numpy()
    picture = PictureTower(of_pictures(scenes, torch.as_tensor(picture_mean)), CraftTower(moods))
    heard = Ensemble([bridge.heard for bridge in bridges])
    return _Towers(
        QueryTower(picture, words).eval(),
        MusicTower(ears.front, heard, ears.tags.module).eval(),
    )


def _about(told: Sequence[Recording]) -> str:
    with_scenes = sum(bool(one.scenes) for one in told)
    return (
        f"Towers were trained on what people wrote of {len(told)} recordings, of {with_scenes} also which "
        "scenes they suit; no audio or picture was trained on."
    )


def _describe(assembly: Assembly, base: OnnxBundle, ears: Ears, bundle_id: str, about: str) -> Manifest:
    kept, encoders = base.manifest, KeptEncoders(base)
    origins = (*encoders.origins, TEXT_ORIGIN)
    return Manifest(
        format=FORMAT_VERSION,
        id=bundle_id,
        embed_dim=kept.output_dim("text_encoder"),
        files=tuple(assembly.files),
        graphs=assembly.graphs,
        frames=encoders.frames,
        craft_version=CRAFT_VERSION,
        text=encoders.text,
        audio=kept.audio,
        tags=ears.tags.entries,
        support=ears.tags.support,
        x_null="nothing: without words the picture alone makes the query",
        licence=" AND ".join(dict.fromkeys(one.licence for one in origins)),
        origins=origins,
        training=f"{about} {ears.about}",
        code_version=__version__,
        metrics=tuple(assembly.metrics),
    )


def _add_towers(assembly: Assembly, base: OnnxBundle, ears: Ears, towers: _Towers) -> None:
    dim, audio_dim = (base.manifest.output_dim(name) for name in ("text_encoder", "audio_encoder"))
    said = torch.as_tensor(base.encode_text(list(PARITY_TEXTS)))
    # Features like those of real music: the scale of log-odds is far from 1.
    generator = torch.Generator().manual_seed(1)
    sound = 0.3 * torch.randn(4, base.manifest.audio.window_samples, generator=generator)
    heard = torch.as_tensor(base.encode_audio(sound.clamp(-1, 1).numpy()))
    rows = heard[torch.arange(200) % 4] + torch.randn(200, audio_dim, generator=generator)
    tracks = {"features": Example(rows, {0: TRACK_BATCH})}
    candidates = reference_rows(towers.music, tracks)
    inputs = query_inputs(
        FeatureSpaces("", "", "", video_dim=dim + CRAFT_DIM, music_dim=audio_dim, text_dim=dim)
    )
    inputs["video"].tensor[..., dim:] = torch.rand(
        inputs["video"].tensor[..., dim:].shape, generator=generator
    )
    assembly.add(
        "query_tower",
        towers.query,
        inputs=inputs,
        outputs=[embeddings_spec("queries", dim)],
        bounds=SMALL_MAP,
        candidates=candidates,
    )
    assembly.add(
        "words_tower",
        towers.query.words,
        inputs={"features": Example(said, {0: TRACK_BATCH})},
        outputs=[embeddings_spec(TRACK_BATCH, dim)],
        bounds=SMALL_MAP,
        candidates=candidates,
    )
    said_tags = TensorSpec(name="tags", dtype="float32", shape=(TRACK_BATCH, len(ears.tags.entries)))
    assembly.add(
        "music_tower",
        towers.music,
        inputs=tracks,
        outputs=[embeddings_spec(TRACK_BATCH, dim), said_tags],
        bounds=SMALL_MAP,
    )
