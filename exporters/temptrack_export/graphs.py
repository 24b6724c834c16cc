"""Torch modules to ONNX files: exporting, storing weights smaller, and proving that nothing changed."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data
from torch import nn

from temptrack.model.manifest import TensorSpec

OPSET = 18
LARGE_TENSOR_BYTES = 8 << 20
"""Tensors above this size are stored in a file of their own, to keep every file of a bundle small."""

_LAST_AXIS = "last_axis"


@dataclass(frozen=True, slots=True)
class Example:
    """An input of a graph by example.

    Attributes:
        tensor: a value; dynamic axes should be at least 2 long.
        dynamic: which axes vary and what they are called.
    """

    tensor: torch.Tensor
    dynamic: Mapping[int, str]

    def shortest(self) -> "Example":
        """Return the same input with every dynamic axis cut to its first entry."""
        tensor = self.tensor
        for axis in self.dynamic:
            tensor = tensor.narrow(axis, 0, 1)
        return Example(tensor, self.dynamic)


def export_graph(
    module: nn.Module, path: Path, *, inputs: Mapping[str, Example], outputs: Sequence[str]
) -> None:
    """Write a module as one ONNX file with named inputs, named outputs and dynamic axes.

    Args:
        module: what to export; put into evaluation mode.
        path: the .onnx file to write.
        inputs: one example per argument of the module, in order.
        outputs: names of the outputs in order.
    """
    with warnings.catch_warnings():
        # The exporter calls parts of its own framework that the framework has deprecated.
        warnings.simplefilter("ignore", FutureWarning)
        program = torch.onnx.export(
            module.eval(),
            tuple(example.tensor for example in inputs.values()),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=tuple(
                dict.fromkeys(example.dynamic, torch.export.Dim.AUTO) for example in inputs.values()
            ),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise ValueError(f"{path.stem} was not exported")
    model = program.model_proto
    _name_axes(model, inputs)
    # Node names and stack traces of the machine that exported do not belong in a shipped file.
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        del value.metadata_props[:]
    onnx.save_model(model, str(path))


def _name_axes(model: onnx.ModelProto, inputs: Mapping[str, Example]) -> None:
    for value in model.graph.input:
        for axis, name in inputs[value.name].dynamic.items():
            value.type.tensor_type.shape.dim[axis].dim_param = name


def describe_graph(inputs: Mapping[str, Example]) -> tuple[TensorSpec, ...]:
    """Return names, types and shapes of a graph's inputs for the manifest."""
    types: dict[torch.dtype, Literal["uint8", "int64", "float32"]] = {
        torch.uint8: "uint8",
        torch.int64: "int64",
        torch.float32: "float32",
    }
    return tuple(
        TensorSpec(
            name=name,
            dtype=types[example.tensor.dtype],
            shape=tuple(example.dynamic.get(axis, size) for axis, size in enumerate(example.tensor.shape)),
        )
        for name, example in inputs.items()
    )


def store_weights_as_half(path: Path) -> None:
    """Store large float32 weights as float16 with a cast before use: half the file, float32 arithmetic.

    The runtime folds the casts when it loads the graph, so nothing is slower afterwards.
    """
    model = onnx.load(str(path))
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < 1024:
            continue
        halved = numpy_helper.from_array(
            numpy_helper.to_array(tensor).astype(np.float16), f"{tensor.name}_half"
        )
        casts.append(helper.make_node("Cast", [halved.name], [tensor.name], to=TensorProto.FLOAT))
        tensor.CopyFrom(halved)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save_model(model, str(path))


def store_weights_as_int8(path: Path) -> None:
    """Store large float32 matrices as int8 with a scale per output channel (per row for look-up tables).

    Only storage changes: the graph restores float32 before it computes, unlike int8 arithmetic, whose results
    depend on which integer instructions a processor has. The runtime may fuse the two steps.
    """
    model = onnx.load(str(path))
    looked_up = {node.input[0] for node in model.graph.node if node.op_type == "Gather"}
    restored, added = [], []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) != 2 or np.prod(tensor.dims) < 1024:
            continue
        values = numpy_helper.to_array(tensor)
        axis = 0 if tensor.name in looked_up else 1
        scale = np.maximum(np.abs(values).max(axis=1 - axis), 1e-12).astype(np.float32) / 127
        steps = np.rint(values / np.expand_dims(scale, 1 - axis)).astype(np.int8)
        packed, scales = f"{tensor.name}_int8", f"{tensor.name}_scale"
        added.append(numpy_helper.from_array(scale, scales))
        restored.append(helper.make_node("DequantizeLinear", [packed, scales], [tensor.name], axis=axis))
        tensor.CopyFrom(numpy_helper.from_array(steps, packed))
    model.graph.initializer.extend(added)
    nodes = [*restored, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    _restore_after_look_up(model)
    onnx.save_model(model, str(path))


def _restore_after_look_up(model: Any) -> None:
    """Look up packed rows and restore those, instead of restoring the whole table for every call.

    The runtime does not fold the restoring of a table: of 30,522 words it would restore all to look up three.
    """
    restores = {node.output[0]: node for node in model.graph.node if node.op_type == "DequantizeLinear"}
    nodes, used = [], set()
    for node in model.graph.node:
        restore = restores.get(node.input[0]) if node.op_type == "Gather" else None
        if restore is None:
            nodes.append(node)
            used.update(node.input)
            continue
        row, scale = f"{node.output[0]}_int8", f"{node.output[0]}_scale"
        nodes += [
            helper.make_node("Gather", [restore.input[0], node.input[1]], [row], axis=0),
            helper.make_node("Gather", [restore.input[1], node.input[1]], [scale], axis=0),
            helper.make_node("Cast", [row], [f"{row}_float"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", [scale, _LAST_AXIS], [f"{scale}_column"]),
            helper.make_node("Mul", [f"{row}_float", f"{scale}_column"], [node.output[0]]),
        ]
    if len(nodes) > len(model.graph.node):
        model.graph.initializer.append(numpy_helper.from_array(np.array([-1], dtype=np.int64), _LAST_AXIS))
    del model.graph.node[:]
    model.graph.node.extend(
        node for node in nodes if node.op_type != "DequantizeLinear" or node.output[0] in used
    )


def split_large_tensors(path: Path) -> list[Path]:
    """Move large tensors out of an ONNX file into files beside it, named after the graph.

    Returns:
        Every file the graph now consists of, the .onnx file first.
    """
    model = onnx.load(str(path))
    split: list[Path] = []
    for tensor in model.graph.initializer:
        data = numpy_helper.to_array(tensor).tobytes()
        if len(data) > LARGE_TENSOR_BYTES:
            split.append(path.with_suffix(f".{len(split)}.weights"))
            split[-1].write_bytes(data)
            set_external_data(tensor, split[-1].name)
            tensor.ClearField("raw_data")
    path.write_bytes(model.SerializeToString())
    return [path, *split]


def run_graph(path: Path, inputs: Mapping[str, npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """Run an exported graph on the CPU and return its outputs."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return [np.asarray(result) for result in session.run(None, dict(inputs))]
