"""Small networks with the inputs and outputs of CLIP ViT-B/32 as hubs offer it; random weights in int8."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from temptrack.pull.catalogue import Entry, Piece
from temptrack_export.clip import make_tokenizer, merges_file

DIM, WIDTH, SIZE_PX, VOCABULARY, CONTEXT = 512, 32, 224, 49_408, 77
OPSET = 14

Array = npt.NDArray[Any]


def vision_graph(path: Path, *, size_px: int = SIZE_PX, dim: int = DIM, opset: int = OPSET) -> Path:
    """pixel_values [batch, 3, size, size] -> image_embeds [batch, dim]: patches, two layers, their mean."""
    random = np.random.default_rng(1)
    weights = {
        "patches": _weights(random, WIDTH, 3, 32, 32),
        "first": _weights(random, WIDTH, 4 * WIDTH),
        "second": _weights(random, 4 * WIDTH, dim),
        "shape": np.array([0, WIDTH, -1], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["pixel_values", "patches"], ["grid"], strides=[32, 32]),
        helper.make_node("Reshape", ["grid", "shape"], ["columns"]),
        helper.make_node("Transpose", ["columns"], ["states"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["states", "first"], ["wide"]),
        helper.make_node("Relu", ["wide"], ["bent"]),
        helper.make_node("ReduceMean", ["bent"], ["pooled"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["pooled", "second"], ["image_embeds"]),
    ]
    takes = {"pixel_values": (TensorProto.FLOAT, ["batch_size", "num_channels", "height", "width"])}
    return _write(path, nodes, weights, takes=takes, gives=("image_embeds", dim), opset=opset)


def text_graph(path: Path, *, mask: bool = False, dim: int = DIM, opset: int = OPSET) -> Path:
    """input_ids [batch, tokens] -> text_embeds [batch, dim]: causal attention, read at the highest id."""
    random = np.random.default_rng(2)
    weights = {
        "words": _weights(random, VOCABULARY, WIDTH) * 30,
        "places": _weights(random, CONTEXT, WIDTH) * 3,
        "queries": _weights(random, WIDTH, WIDTH) * 3,
        "projection": _weights(random, WIDTH, dim),
        "zero": np.array([0], np.int64),
        "one": np.array([1], np.int64),
        "far": np.array(-1e4, np.float32),
        "above": np.triu(np.ones((CONTEXT, CONTEXT), np.float32), 1),
    }
    nodes = [
        helper.make_node("Shape", ["input_ids"], ["shape"]),
        helper.make_node("Slice", ["shape", "one", "two"], ["count"]),
        helper.make_node("Add", ["one", "one"], ["two"]),
        helper.make_node("Gather", ["words", "input_ids"], ["said"]),
        helper.make_node("Slice", ["places", "zero", "count"], ["placed"]),
        helper.make_node("Add", ["said", "placed"], ["states"]),
        helper.make_node("MatMul", ["states", "queries"], ["asked"]),
        helper.make_node("Transpose", ["states"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["asked", "turned"], ["likeness"]),
        helper.make_node("Slice", ["above", "zero", "count"], ["above_rows"]),
        helper.make_node("Slice", ["above_rows", "zero", "count", "one"], ["later"]),
        helper.make_node("Mul", ["later", "far"], ["forbidden"]),
        helper.make_node("Add", ["likeness", "forbidden"], ["allowed"]),
        helper.make_node("Softmax", ["allowed"], ["shares"], axis=-1),
        helper.make_node("MatMul", ["shares", "states"], ["heard"]),
        helper.make_node("ArgMax", ["input_ids"], ["end"], axis=1, keepdims=1),
        helper.make_node("Unsqueeze", ["end", "last"], ["end_column"]),
        helper.make_node("Expand", ["end_column", "row"], ["end_row"]),
        helper.make_node("GatherElements", ["heard", "end_row"], ["at_end"], axis=1),
        helper.make_node("Squeeze", ["at_end", "one"], ["pooled"]),
        helper.make_node("MatMul", ["pooled", "projection"], ["text_embeds"]),
    ]
    nodes.insert(1, nodes.pop(2))
    weights |= {"last": np.array([2], np.int64), "row": np.array([1, 1, WIDTH], np.int64)}
    takes = {"input_ids": (TensorProto.INT64, ["batch_size", "sequence_length"])}
    if mask:
        # What a mask hides comes after the end of a text, where causal attention does not look.
        takes["attention_mask"] = (TensorProto.INT64, ["batch_size", "sequence_length"])
        nodes[3] = helper.make_node("Gather", ["words", "masked_ids"], ["said"])
        nodes.insert(3, helper.make_node("Mul", ["input_ids", "attention_mask"], ["masked_ids"]))
    return _write(path, nodes, weights, takes=takes, gives=("text_embeds", dim), opset=opset)


def _weights(random: np.random.Generator, *shape: int) -> Array:
    values = random.standard_normal(shape, np.float32) / np.sqrt(np.prod(shape[:-1]))
    return np.asarray(values, np.float32)


def _write(
    path: Path,
    nodes: Sequence[NodeProto],
    weights: Mapping[str, Array],
    *,
    takes: Mapping[str, tuple[int, list[str]]],
    gives: tuple[str, int],
    opset: int,
) -> Path:
    output, dim = gives
    graph = helper.make_graph(
        nodes,
        "clip",
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in takes.items()],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch_size", dim])],
        initializer=[numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.checker.check_model(model)
    plain = path.with_suffix(".float.onnx")
    onnx.save_model(model, str(plain))
    quantize_dynamic(
        str(plain), str(path), weight_type=QuantType.QUInt8, op_types_to_quantize=["MatMul", "Gather"]
    )
    plain.unlink()
    return path


def publish(folder: Path, **changes: Any) -> Entry:
    """Lay a small CLIP out as a hub does, and return the entry that describes it."""
    (folder / "onnx").mkdir(parents=True)
    vision_graph(folder / "onnx" / "vision_model_quantized.onnx")
    text_graph(folder / "onnx" / "text_model_quantized.onnx")
    make_tokenizer(merges_file()).save(str(folder / "tokenizer.json"))
    fields = {
        "about": "a small CLIP with random weights",
        "origin": "weights out of a random generator",
        "licence": "Apache-2.0",
        "url": "http://localhost/nowhere",
        "size_px": SIZE_PX,
        "mean": (0.48145466, 0.4578275, 0.40821073),
        "std": (0.26862954, 0.26130258, 0.27577711),
        "max_tokens": CONTEXT,
        "frames": piece_of(folder, "onnx/vision_model_quantized.onnx"),
        "texts": piece_of(folder, "onnx/text_model_quantized.onnx"),
        "tokenizer": piece_of(folder, "tokenizer.json"),
    }
    return Entry.model_validate({**fields, **changes})


def piece_of(folder: Path, path: str) -> Piece:
    """Describe a file of a folder."""
    content = (folder / path).read_bytes()
    return Piece(path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def write_catalogue(path: Path, entries: Mapping[str, Entry]) -> Path:
    """Write a catalogue as people write theirs."""
    lines: list[str] = []
    for name, entry in entries.items():
        values = entry.model_dump(mode="json")
        tables = {key: value for key, value in values.items() if isinstance(value, dict)}
        lines.append(f"[{name}]")
        lines += [f"{key} = {_toml(value)}" for key, value in values.items() if key not in tables]
        for key, table in tables.items():
            lines.append(f"[{name}.{key}]")
            lines += [f"{inner} = {_toml(value)}" for inner, value in table.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value).replace("'", '"')
