"""A bundle from a trained run: its towers, in front of the encoders whose features it was trained on."""

from collections.abc import Sequence
from pathlib import Path

import onnx
from onnx.utils import Extractor

from temptrack import __version__
from temptrack.errors import NotSupported
from temptrack.model.bundles import load_bundle
from temptrack.model.manifest import (
    FORMAT_VERSION,
    GraphName,
    GraphSpec,
    Manifest,
    Metric,
    Origin,
    TensorSpec,
)
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack_export.assembly import Assembly, reference_rows, whole_or_nothing
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
from temptrack_train.training.run_folder import RunFolder, TrainedRun, open_run

COMMAND = "temptrack-export bundle"

_X_NULL = {
    "empty_text": "the text encoder's features of the empty text",
    "zero": "the zero vector",
    "learned": "a vector learned with the towers",
}
_ENCODERS: Sequence[GraphName] = ("frame_encoder", "text_encoder", "audio_encoder")


def build_bundle(
    run: Path,
    folder: Path,
    *,
    encoders: str | Path,
    bundle_id: str,
    licence: str,
    weights: Weights = "float32",
) -> Manifest:
    """Build a bundle from a run.

    Args:
        run: folder of a trained system that knows words.
        folder: where the bundle goes; must not exist. It appears whole or not at all.
        encoders: the bundle whose encoders made the features of the run, by id or folder.
        bundle_id: name and version of the new bundle.
        licence: of the towers: what the material they were trained on allows.
        weights: how the towers' weights are kept; encoders stay as they are.

    Raises:
        FileExistsError: the folder exists.
        NotFound: no such run or bundle.
        NotSupported: SYSTEM_WITHOUT_WORDS, a bundle must answer prompts.
        InvalidRequest: FEATURE_SPACE, the run was trained on features of other encoders.
        ValueError: a graph fails parity; nothing is left behind.
    """
    trained, base = open_run(run), load_bundle(encoders, device="cpu")
    if not trained.model.knows_words:
        raise NotSupported(
            f"The system '{trained.config.name}' knows no words.",
            reason="SYSTEM_WITHOUT_WORDS",
            hint="Export a system with `model.words`, such as viml: a bundle must answer prompts.",
        )
    check_encoders(trained, base)
    variant = VARIANTS[weights]
    with whole_or_nothing(folder) as partial:
        assembly = Assembly(partial, COMMAND)
        for name in _ENCODERS:
            assembly.keep_graph(base.folder, base.manifest, name)
        assembly.keep(base.folder, base.manifest.text.tokenizer)
        add_towers(assembly, trained, variant, base)
        assembly.metrics.extend(_validation(run))
        manifest = _describe(assembly, trained, base, bundle_id=bundle_id, licence=licence, variant=variant)
        write_manifest(partial, manifest)
    return manifest


def check_encoders(trained: TrainedRun, base: OnnxBundle) -> None:
    """Refuse encoders other than those whose features a run was trained on. Raises InvalidRequest."""
    from temptrack_train.features.bundle import bundle_spaces

    from temptrack_train.models.retrieval import check_spaces

    check_spaces(trained.spaces, bundle_spaces(base))


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
    base: OnnxBundle,
    *,
    bundle_id: str,
    licence: str,
    variant: Variant,
) -> Manifest:
    kept, config = base.manifest, trained.config
    words = config.model.words
    assert words is not None
    origins = [one for one in kept.origins if one.part in _ENCODERS]
    # The tags of the base come out of its towers, or were kept from yet another bundle's.
    tags = [one.model_copy(update={"part": "tags"}) for one in kept.origins if one.part in {"tags", "towers"}]
    towers = Origin(
        part="towers",
        origin=f"system {config.name}, trained by temptrack-train with seed {config.training.seed}",
        licence=licence,
        note=f"{variant.about}; tags as in bundle {kept.id}",
    )
    return Manifest(
        format=FORMAT_VERSION,
        id=bundle_id,
        embed_dim=config.model.embed_dim,
        files=tuple(assembly.files),
        graphs=assembly.graphs,
        frames=kept.frames,
        text=kept.text,
        audio=kept.audio,
        tags=kept.tags,
        x_null=_X_NULL[words.null],
        licence=f"({kept.licence}) AND {licence}",
        origins=(*origins, *tags[:1], towers),
        training=f"Towers were trained on {config.data.kind} data with {config.data.texts} texts. "
        f"The tags are those of bundle {kept.id}: {kept.training}",
        code_version=__version__,
        metrics=tuple(assembly.metrics),
    )
