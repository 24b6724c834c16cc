"""A bundle from a trained run: its towers, in front of the encoders whose features it was trained on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx.utils import Extractor

from temptrack import __version__
from temptrack.errors import InvalidRequest, NotSupported
from temptrack.model.bundles import load_bundle
from temptrack.model.manifest import (
    FORMAT_VERSION,
    FramePreprocessing,
    GraphSpec,
    Manifest,
    Metric,
    Origin,
    TensorSpec,
    TextPreprocessing,
)
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack_export.assembly import Assembly, reference_rows, whole_or_nothing
from temptrack_export.encoders import ClipEncoders, Encoders, KeptEncoders
from temptrack_export.manifests import write_manifest
from temptrack_export.quantise import VARIANTS, Variant, Weights
from temptrack_export.towers import (
    QUERY_BATCH,
    TRACK_BATCH,
    MusicRows,
    WordsRows,
    embeddings_spec,
    query_inputs,
    row_inputs,
)
from temptrack_train.features.open_clip_encoders import OpenClip
from temptrack_train.models.retrieval import check_spaces
from temptrack_train.training.run_folder import RunFolder, TrainedRun, open_run

COMMAND = "temptrack-export bundle"

_X_NULL = {
    "empty_text": "the text encoder's features of the empty text",
    "zero": "the zero vector",
    "learned": "a vector learned with the towers",
}
_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")


@dataclass(frozen=True, slots=True)
class ClipWeights:
    """A network of open_clip that is exported with the towers.

    Attributes:
        file: a checkpoint that open_clip reads.
        architecture: one of open_clip's configurations.
        licence: of the weights.
    """

    file: Path
    architecture: str
    licence: str


@dataclass(frozen=True, slots=True)
class _Described:
    frames: FramePreprocessing
    craft_version: int
    text: TextPreprocessing
    origins: Sequence[Origin]


def build_bundle(
    run: Path,
    folder: Path,
    *,
    base: str | Path,
    bundle_id: str,
    licence: str,
    weights: Weights = "float32",
    clip: ClipWeights | None = None,
) -> Manifest:
    """Build a bundle from a run.

    Args:
        run: folder of a trained system that knows words.
        folder: where the bundle goes; must not exist. It appears whole or not at all.
        base: the bundle whose encoders made the features of the run, by id or folder; its tags are kept.
        bundle_id: name and version of the new bundle.
        licence: of the towers: what the material they were trained on allows.
        weights: how the weights of what is exported are kept; what is kept of the base stays as it is.
        clip: the network that made the features of picture and words, where the base's encoders did not.

    Raises:
        AlreadyExists: BUNDLE_EXISTS.
        NotFound: no such run or bundle.
        NotSupported: SYSTEM_WITHOUT_WORDS, a bundle must answer prompts.
        InvalidRequest: FEATURE_SPACE, the run was trained on features of other encoders; BUNDLE_ID.
        Corrupt: PARITY, a graph fails parity; nothing is left behind.
    """
    if not _ID.fullmatch(bundle_id):
        raise InvalidRequest(
            f"'{bundle_id}' cannot be the id of a bundle.",
            reason="BUNDLE_ID",
            hint="Give --name with small letters, digits, dots and dashes, such as ours-1.",
        )
    trained, loaded = open_run(run), load_bundle(base, device="cpu")
    if not trained.model.knows_words:
        raise NotSupported(
            f"The system '{trained.config.name}' knows no words.",
            reason="SYSTEM_WITHOUT_WORDS",
            hint="Export a system with `model.words`, such as viml: a bundle must answer prompts.",
        )
    variant = VARIANTS[weights]
    encoders = _encoders(loaded, clip, variant)
    check_spaces(trained.spaces, encoders.spaces)
    with whole_or_nothing(folder) as partial:
        assembly = Assembly(partial, COMMAND)
        # Described first: exporting a network changes it.
        craft_version = loaded.manifest.craft_version if clip is None else 0
        described = _Described(encoders.frames, craft_version, encoders.text, encoders.origins)
        encoders.add_to(assembly)
        add_towers(assembly, trained, variant, loaded)
        assembly.metrics.extend(_validation(run))
        towers = Origin(
            part="towers",
            origin=f"system {trained.config.name}, trained with seed {trained.config.training.seed}",
            licence=licence,
            note=variant.about,
        )
        manifest = _describe(
            assembly, trained, loaded.manifest, described=described, towers=towers, bundle_id=bundle_id
        )
        write_manifest(partial, manifest)
    return manifest


def _encoders(base: OnnxBundle, clip: ClipWeights | None, variant: Variant) -> Encoders:
    if clip is None:
        return KeptEncoders(base)
    return ClipEncoders(OpenClip(clip.file, architecture=clip.architecture), base, variant, clip.licence)


def add_towers(assembly: Assembly, trained: TrainedRun, variant: Variant, base: OnnxBundle) -> None:
    """Export the three towers of a run; the music tower also says the tags that the base's tower says."""
    model, spaces = trained.model, trained.spaces
    dim = trained.config.model.embed_dim
    music, tracks = MusicRows(model), row_inputs(spaces.music_dim)
    candidates = reference_rows(music, tracks)
    assembly.add(
        "query_tower",
        model,
        inputs=query_inputs(spaces),
        outputs=[embeddings_spec(QUERY_BATCH, dim)],
        bounds=variant.bounds,
        shrink=variant.shrink,
        candidates=candidates,
    )
    assembly.add(
        "words_tower",
        WordsRows(model, spaces.video_dim),
        inputs=row_inputs(spaces.text_dim),
        outputs=[embeddings_spec(TRACK_BATCH, dim)],
        bounds=variant.bounds,
        shrink=variant.shrink,
        candidates=candidates,
    )
    tagger = base.folder / base.manifest.graphs["music_tower"].file

    def shrink_and_join(path: Path) -> None:
        if variant.shrink is not None:
            variant.shrink(path)
        join_output(path, tagger, "tags")

    assembly.add(
        "music_tower",
        music,
        inputs=tracks,
        outputs=[embeddings_spec(TRACK_BATCH, dim)],
        bounds=variant.bounds,
        shrink=shrink_and_join,
    )
    spec = assembly.graphs["music_tower"]
    tags = TensorSpec(name="tags", dtype="float32", shape=(TRACK_BATCH, len(base.manifest.tags)))
    assembly.register(
        "music_tower", GraphSpec(file=spec.file, inputs=spec.inputs, outputs=(*spec.outputs, tags))
    )


def join_output(path: Path, other: Path, output: str) -> None:
    """Give a graph an output of another graph that takes the same input.

    Args:
        path: the .onnx file to change.
        other: the graph that has the output; only what it needs is taken.
        output: its name there and here.
    """
    model, extra = onnx.load(str(path)), onnx.load(str(other))
    shared = {value.name for value in model.graph.input}
    taken = Extractor(extra).extract_model([value.name for value in extra.graph.input], [output])
    ours = {name: name for name in (*shared, output)}

    def renamed(name: str) -> str:
        return ours.get(name, f"{output}/{name}" if name else name)

    for node in taken.graph.node:
        node.name = renamed(node.name)
        node.input[:] = [renamed(name) for name in node.input]
        node.output[:] = [renamed(name) for name in node.output]
    for tensor in taken.graph.initializer:
        tensor.name = renamed(tensor.name)
    model.graph.node.extend(taken.graph.node)
    model.graph.initializer.extend(taken.graph.initializer)
    model.graph.output.extend(taken.graph.output)
    onnx.checker.check_model(model)
    onnx.save_model(model, str(path))


def _validation(run: Path) -> list[Metric]:
    summary = RunFolder(run).summary()
    if summary is None:
        return []
    command = f"temptrack-train fit {summary.system}"
    return [
        Metric(name=f"validation/{name}", value=value, command=command)
        for name, value in summary.figures.items()
    ]


def _describe(
    assembly: Assembly,
    trained: TrainedRun,
    kept: Manifest,
    *,
    described: _Described,
    towers: Origin,
    bundle_id: str,
) -> Manifest:
    config = trained.config
    words = config.model.words
    assert words is not None
    # The tags of the base come out of its towers, or were kept from yet another bundle's.
    tags = [one.model_copy(update={"part": "tags"}) for one in kept.origins if one.part in {"tags", "towers"}]
    origins = (*described.origins, *tags[:1], towers)
    return Manifest(
        format=FORMAT_VERSION,
        id=bundle_id,
        embed_dim=config.model.embed_dim,
        files=tuple(assembly.files),
        graphs=assembly.graphs,
        frames=described.frames,
        craft_version=described.craft_version,
        text=described.text,
        audio=kept.audio,
        tags=kept.tags,
        x_null=_X_NULL[words.x_null],
        licence=" AND ".join(dict.fromkeys(one.licence for one in origins)),
        origins=origins,
        training=f"Towers were trained on {config.data.kind} data with {config.data.texts} texts. "
        f"The tags are those of bundle {kept.id}: {kept.training}",
        code_version=__version__,
        metrics=tuple(assembly.metrics),
    )
