"""How much arithmetic a graph is: multiplications and additions of its convolutions and matrix products."""

from math import prod
from pathlib import Path
from typing import Any

import onnx


def graph_gflop(path: Path, *, batch: int) -> float:
    """Return 10**9 operations that a graph needs for one batch.

    A multiplication and an addition count as two. What is not a convolution or a product of matrices is left
    out: it is a few per cent.

    Args:
        path: an .onnx file whose first input has the batch as its first axis.
        batch: rows.
    """
    model = onnx.load(str(path))
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = batch
    # What was inferred for any batch would stand in the way of what is true for this one.
    del model.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    graph = inferred.graph
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input, *graph.output)
    }
    shapes |= {constant.name: list(constant.dims) for constant in graph.initializer}
    return sum(_operations(node, shapes) for node in graph.node) / 1e9


def _operations(node: Any, shapes: dict[str, list[int]]) -> int:
    if node.op_type in ("Conv", "ConvInteger"):
        # Weights are [out, in / groups, height, width]: each output value takes all but the first.
        return 2 * prod(shapes[node.output[0]]) * prod(shapes[node.input[1]][1:])
    if node.op_type in ("MatMul", "MatMulInteger", "Gemm"):
        return 2 * prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]
    return 0
