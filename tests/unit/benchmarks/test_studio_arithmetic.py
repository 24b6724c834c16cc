"""Operations of a graph, counted by hand."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from benchmarks.studio.arithmetic import graph_gflop
from onnx import TensorProto, helper, numpy_helper


def test_convolutions_and_products_count_and_nothing_else(tmp_path: Path) -> None:
    kernel = numpy_helper.from_array(np.zeros((8, 3, 3, 3), np.float32), "kernel")
    weights = numpy_helper.from_array(np.zeros((8, 5), np.float32), "weights")
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["pictures", "kernel"], ["seen"], pads=[1, 1, 1, 1], strides=[2, 2]),
            helper.make_node("Relu", ["seen"], ["lit"]),
            helper.make_node("GlobalAveragePool", ["lit"], ["mean"]),
            helper.make_node("Flatten", ["mean"], ["flat"]),
            helper.make_node("MatMul", ["flat", "weights"], ["rows"]),
        ],
        "counted",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["batch", 3, 16, 16])],
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, None)],
        [kernel, weights],
    )
    path = tmp_path / "counted.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]), str(path))
    convolution, product = 2 * (8 * 8 * 8) * (3 * 3 * 3), 2 * 8 * 5
    assert graph_gflop(path, batch=1) * 1e9 == pytest.approx(convolution + product)
    assert graph_gflop(path, batch=4) * 1e9 == pytest.approx(4 * (convolution + product))
