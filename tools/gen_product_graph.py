"""Writes the graph that multiplies a library's vectors on a device."""

from pathlib import Path

from onnx import TensorProto, checker, helper

from temptrack.model.products import GRAPH


def graph() -> bytes:
    """Return the graph as it is kept in a file."""
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("MatMul", ["matrix", "vector"], ["product"])],
            "product",
            [
                helper.make_tensor_value_info("matrix", TensorProto.FLOAT, ["rows", "columns"]),
                helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["columns"]),
            ],
            [helper.make_tensor_value_info("product", TensorProto.FLOAT, ["rows"])],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def main(path: Path = GRAPH) -> None:
    path.write_bytes(graph())
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
