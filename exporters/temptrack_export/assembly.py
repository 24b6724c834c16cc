"""Putting a bundle together graph by graph; it appears whole or not at all."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from temptrack.errors import AlreadyExists
from temptrack.model.manifest import FileEntry, GraphName, GraphSpec, Manifest, Metric, TensorSpec
from temptrack_export.graphs import Example, describe_graph, export_graph, run_graph, split_large_tensors
from temptrack_export.manifests import file_entry
from temptrack_export.parity import Bounds, Parity, Rows, compare

Shrink = Callable[[Path], None]
"""Rewrites an ONNX file with smaller weights."""


@contextmanager
def whole_or_nothing(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to work in, which takes its name when all went well and vanishes when not.

    Raises:
        AlreadyExists: BUNDLE_EXISTS.
    """
    if folder.exists():
        raise AlreadyExists(
            f"There is something at '{folder}' already.",
            reason="BUNDLE_EXISTS",
            hint="Choose another folder, or remove it first.",
        )
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@dataclass(slots=True)
class Assembly:
    """The files, graphs and parity figures of a bundle under construction."""

    folder: Path
    command: str
    files: list[FileEntry] = field(default_factory=list)
    graphs: dict[GraphName, GraphSpec] = field(default_factory=dict)
    metrics: list[Metric] = field(default_factory=list)

    def add(
        self,
        name: GraphName,
        module: nn.Module,
        *,
        inputs: Mapping[str, Example],
        outputs: Sequence[TensorSpec],
        bounds: Bounds,
        shrink: Shrink | None = None,
        candidates: Rows | None = None,
        reference: Rows | None = None,
    ) -> Parity:
        """Export a module, shrink its weights, refuse it if its first output moved too far.

        Args:
            name: which graph of the bundle.
            module: what to export.
            inputs: an example of each argument, in order; also what parity is measured on.
            outputs: described for the manifest, in order.
            bounds: what parity must reach.
            shrink: how to store the weights smaller, or None for float32.
            candidates: rows the outputs are ranked against for the agreement of the first ten.
            reference: what the outputs must be, where that is not simply what the module says.

        Raises:
            Corrupt: PARITY, the graph is out of bounds.
        """
        path = self.folder / f"{name}.onnx"
        export_graph(module, path, inputs=inputs, outputs=[item.name for item in outputs])
        if shrink is not None:
            shrink(path)
        paths = split_large_tensors(path)
        expected = reference_rows(module, inputs) if reference is None else reference
        parity = compare(expected, graph_rows(path, inputs), candidates=candidates)
        bounds.check(name, parity)
        # Tracing can bake in the lengths of the example; the shortest input of all shows it.
        shortest = {key: example.shortest() for key, example in inputs.items()}
        bounds.check(
            f"{name} of one row",
            compare(reference_rows(module, shortest), graph_rows(path, shortest)),
        )
        self.register(name, GraphSpec(file=path.name, inputs=describe_graph(inputs), outputs=tuple(outputs)))
        self.files.extend(file_entry(item) for item in paths)
        self.metrics.extend(parity.metrics(name, self.command))
        return parity

    def register(self, name: GraphName, spec: GraphSpec) -> None:
        """Name a graph whose files are added by themselves."""
        self.graphs[name] = spec

    def keep(self, source: Path, file: str) -> None:
        """Copy a file of another bundle as it is."""
        shutil.copyfile(source / file, self.folder / file)
        self.files.append(file_entry(self.folder / file))

    def keep_graph(self, source: Path, manifest: Manifest, name: GraphName) -> None:
        """Copy a graph of another bundle, with the files its weights lie in and the figures it came with."""
        spec = manifest.graphs[name]
        stem = Path(spec.file).stem
        for entry in manifest.files:
            if entry.file == spec.file or (
                entry.file.startswith(f"{stem}.") and entry.file.endswith(".weights")
            ):
                self.keep(source, entry.file)
        self.register(name, spec)
        self.metrics.extend(one for one in manifest.metrics if one.name.startswith(f"parity/{name}/"))


def reference_rows(module: nn.Module, inputs: Mapping[str, Example]) -> npt.NDArray[Any]:
    """Return the first output of a torch module on the examples."""
    with torch.no_grad():
        reference = module.eval()(*(example.tensor for example in inputs.values()))
    first = reference[0] if isinstance(reference, tuple) else reference
    return np.asarray(first.numpy())


def graph_rows(path: Path, inputs: Mapping[str, Example]) -> npt.NDArray[Any]:
    """Return the first output of an exported graph on the examples."""
    return run_graph(path, {key: example.tensor.numpy() for key, example in inputs.items()})[0]
