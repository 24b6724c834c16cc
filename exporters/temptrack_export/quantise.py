"""Smaller variants of exported graphs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from temptrack_export.assembly import Shrink
from temptrack_export.graphs import store_weights_as_half
from temptrack_export.parity import EXACT, HALF, Bounds

Weights = Literal["float32", "float16", "int8"]


def compute_in_int8(path: Path) -> None:
    """Let an ONNX file multiply matrices in int8, each output channel with a scale of its own.

    Scales of the inputs are found as the graph runs. The results depend on a processor's integer
    instructions, so parity is a figure of the machine that measured it.
    """
    partial = path.with_suffix(".partial")
    model = onnx.load(str(path))
    # The quantiser turns weights over and would stumble over the shapes they had before.
    del model.graph.value_info[:]
    quantize_dynamic(
        model,
        str(partial),
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gemm"],
    )
    partial.replace(path)


@dataclass(frozen=True, slots=True)
class Variant:
    """How the weights of a bundle's own graphs are kept.

    Attributes:
        shrink: rewrites an exported file, or None.
        bounds: what parity must reach.
        about: for the manifest.
    """

    shrink: Shrink | None
    bounds: Bounds
    about: str


VARIANTS: dict[Weights, Variant] = {
    "float32": Variant(None, EXACT, "weights and arithmetic in float32"),
    "float16": Variant(store_weights_as_half, HALF, "weights in float16, arithmetic in float32"),
    "int8": Variant(compute_in_int8, Bounds(lowest_cosine=0.97), "matrix products in int8"),
}
