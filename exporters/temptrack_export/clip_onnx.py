"""CLIP's two halves as others exported them to ONNX, turned into the encoders of a bundle.

Such files take scaled pixels and token ids. A bundle's take bytes and ids with a mask; its texts are rows of
length 1, its pictures means of texts (``clip_memory``). The weights stay as they are, in int8 where they came
so: only nodes are put before and after.

A graph in int8 finds the scale of its activations as it runs, over everything it is given at once. A picture
would then have other features beside a bright one than beside a dark one, and a prompt others alone than in a
batch. So the graph runs row by row, and over as many tokens as the text itself has: the same input gives the
same features in any company.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, compose, helper, numpy_helper

from temptrack.errors import Corrupt
from temptrack.model.manifest import FramePreprocessing, GraphSpec, TensorSpec
from temptrack_export.clip_memory import LOGIT_SCALE, Memory

PIXELS, IDS, MASK = "pixel_values", "input_ids", "attention_mask"
"""What exports of CLIP call their inputs. The text half has a mask or not: attention is causal, so what
follows a text changes nothing."""

IMAGE_ROWS, TEXT_ROWS = "image_embeds", "text_embeds"
"""What they call their outputs in the joint space."""

_OURS, _THEIRS = "temptrack/", "clip/"
"""Begin the names of what is added and of what was there: a name may mean one thing only."""


def wrap_frames(source: Path, target: Path, frames: FramePreprocessing, memory: Memory) -> GraphSpec:
    """Write the frame encoder of a bundle around the image half of an exported CLIP.

    Args:
        source: takes ``pixel_values`` [batch, 3, size, size] float32, gives ``image_embeds`` [batch, dim].
        target: the .onnx file to write; takes ``frames`` [frames, size, size, 3] uint8 RGB.
        frames: size of the square, and mean and deviation of its pixels in units of 0 to 255.
        memory: the phrases that a picture is described by.

    Raises:
        Corrupt: GRAPH_UNKNOWN, the file is no such graph.
    """
    model = _open(source, inputs=[PIXELS], output=IMAGE_ROWS)
    size_px = frames.size_px
    if memory.keys.shape[1] != (dim := _dim(model, IMAGE_ROWS)):
        raise _unknown(source, f"its rows are {dim} long, those of its texts {memory.keys.shape[1]}")
    constants: dict[str, npt.NDArray[Any]] = {
        "mean": np.array(frames.mean, np.float32),
        "std": np.array(frames.std, np.float32),
        "one": np.array([1, 3, size_px, size_px], np.int64),
        "keys": np.ascontiguousarray(LOGIT_SCALE * memory.keys.T),
        "values": memory.values,
    }
    scan = _row_by_row(
        model,
        rows={"picture": (TensorProto.FLOAT, [3, size_px, size_px])},
        before=[_node("Reshape", ["picture", "one"], f"{_THEIRS}{PIXELS}")],
        over=[f"{_OURS}pictures"],
        output=IMAGE_ROWS,
        rows_out=f"{_OURS}seen",
    )
    nodes = [
        helper.make_node("Cast", ["frames"], [f"{_OURS}float"], to=TensorProto.FLOAT),
        _node("Sub", ["float", "mean"], f"{_OURS}centred"),
        _node("Div", ["centred", "std"], f"{_OURS}scaled"),
        _node("Transpose", ["scaled"], f"{_OURS}pictures", perm=[0, 3, 1, 2]),
        scan,
        _node("MatMul", ["seen", "keys"], f"{_OURS}likeness"),
        _node("Softmax", ["likeness"], f"{_OURS}share", axis=1),
        _node("MatMul", ["share", "values"], "features"),
    ]
    spec = TensorSpec(name="frames", dtype="uint8", shape=("frames", size_px, size_px, 3))
    return _save(model, target, nodes, constants, inputs=[spec], output=IMAGE_ROWS)


def wrap_texts(source: Path, target: Path) -> GraphSpec:
    """Write the text encoder of a bundle around the text half of an exported CLIP.

    Args:
        source: takes ``input_ids`` [batch, tokens] int64, and ``attention_mask`` or not; gives
            ``text_embeds`` [batch, dim], read where the text ends.
        target: the .onnx file to write; takes ids and mask [texts, tokens] int64.

    Raises:
        Corrupt: GRAPH_UNKNOWN, the file is no such graph.
    """
    model = _open(source, inputs=[IDS], optional=[MASK], output=TEXT_ROWS)
    constants: dict[str, npt.NDArray[Any]] = {
        "start": np.array([0], np.int64),
        "single": np.array([1], np.int64),
        "one": np.array([1, -1], np.int64),
    }
    before = [
        _node("ReduceSum", ["mask"], f"{_OURS}count", keepdims=0),
        _node("Reshape", ["count", "single"], f"{_OURS}length"),
    ]
    for ours, theirs in (("ids", IDS), ("mask", MASK)):
        if f"{_THEIRS}{theirs}" in _inputs_of(model):
            before += [
                _node("Slice", [ours, "start", "length"], f"{_OURS}{ours}_said"),
                _node("Reshape", [f"{ours}_said", "one"], f"{_THEIRS}{theirs}"),
            ]
    scan = _row_by_row(
        model,
        rows={name: (TensorProto.INT64, ["tokens"]) for name in ("ids", "mask")},
        before=before,
        over=[IDS, MASK],
        output=TEXT_ROWS,
        rows_out="features",
    )
    specs = [TensorSpec(name=name, dtype="int64", shape=("texts", "tokens")) for name in (IDS, MASK)]
    return _save(model, target, [scan], constants, inputs=specs, output=TEXT_ROWS)


def _open(source: Path, *, inputs: Sequence[str], output: str, optional: Sequence[str] = ()) -> ModelProto:
    try:
        model = onnx.load(str(source))
    except Exception as error:  # the reader raises whatever its parser does
        raise _unknown(source, "it is no ONNX file") from error
    takes, gives = set(_inputs_of(model)), {value.name for value in model.graph.output}
    if not set(inputs) <= takes <= {*inputs, *optional} or output not in gives:
        raise _unknown(source, f"it takes {sorted(takes)} and gives {sorted(gives)}")
    named: ModelProto = compose.add_prefix(model, _THEIRS)
    if _dim(named, output) <= 0:
        raise _unknown(source, f"it does not state the length of '{output}'")
    return named


def _unknown(source: Path, why: str) -> Corrupt:
    return Corrupt(
        f"'{source.name}' is not the half of CLIP it should be: {why}.",
        reason="GRAPH_UNKNOWN",
        hint="Pull the bundle again; if the catalogue is your own, name other files in it.",
    )


def _inputs_of(model: ModelProto) -> list[str]:
    """Return what must be given to a graph; older files list their weights among the inputs too."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [value.name for value in model.graph.input if value.name not in weights]


def _dim(model: ModelProto, output: str) -> int:
    value = next(value for value in model.graph.output if value.name == f"{_THEIRS}{output}")
    axes = value.type.tensor_type.shape.dim
    return int(axes[-1].dim_value) if axes else 0


def _node(kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> NodeProto:
    """Return a node whose inputs are all ours."""
    return helper.make_node(kind, [f"{_OURS}{name}" for name in inputs], [output], **attributes)


def _row_by_row(
    model: ModelProto,
    *,
    rows: Mapping[str, tuple[int, list[int | str]]],
    before: Sequence[NodeProto],
    over: Sequence[str],
    output: str,
    rows_out: str,
) -> NodeProto:
    """Return the node that runs a graph once for each row; weights are looked up outside of it."""
    body = GraphProto(name="row")
    for name, (kind, shape) in rows.items():
        body.input.append(helper.make_tensor_value_info(f"{_OURS}{name}", kind, shape))
    body.node.extend(before)
    body.node.extend(model.graph.node)
    body.node.extend(
        [
            helper.make_node("Reshape", [f"{_THEIRS}{output}", f"{_OURS}flat_shape"], [f"{_OURS}flat"]),
            _node("ReduceL2", ["flat"], f"{_OURS}norm", keepdims=1),
            _node("Div", ["flat", "norm"], f"{_OURS}row"),
        ]
    )
    dim = _dim(model, output)
    body.output.append(helper.make_tensor_value_info(f"{_OURS}row", TensorProto.FLOAT, [dim]))
    return helper.make_node("Scan", list(over), [rows_out], body=body, num_scan_inputs=len(rows))


_ONNX_TYPES = {"uint8": TensorProto.UINT8, "int64": TensorProto.INT64}


def _save(
    model: ModelProto,
    target: Path,
    nodes: Sequence[NodeProto],
    constants: Mapping[str, npt.NDArray[Any]],
    *,
    inputs: Sequence[TensorSpec],
    output: str,
) -> GraphSpec:
    """Write a graph of nodes that carry the model inside them, and describe it."""
    batch, dim = str(inputs[0].shape[0]), _dim(model, output)
    weights = [*model.graph.initializer]
    for name, value in {**constants, "flat_shape": np.array([-1], np.int64)}.items():
        weights.append(numpy_helper.from_array(value, f"{_OURS}{name}"))
    takes = [_described(spec, _ONNX_TYPES[spec.dtype]) for spec in inputs]
    features = TensorSpec(name="features", dtype="float32", shape=(batch, dim))
    gives = [_described(features, TensorProto.FLOAT)]
    wrapped = ModelProto()
    wrapped.CopyFrom(model)
    wrapped.graph.CopyFrom(helper.make_graph(list(nodes), target.stem, takes, gives, initializer=weights))
    onnx.save_model(wrapped, str(target))
    return GraphSpec(file=target.name, inputs=tuple(inputs), outputs=(features,))


def _described(spec: TensorSpec, kind: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(spec.name, kind, list(spec.shape))
