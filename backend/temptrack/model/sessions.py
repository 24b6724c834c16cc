"""ONNX Runtime sessions on the device that was asked for, or an error that says why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from temptrack.errors import Corrupt, InvalidRequest, NotReady, NotSupported

DEVICES = ("auto", "cpu", "cuda")
_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


@dataclass(frozen=True, slots=True)
class Gpu:
    """Which GPU, and how much of it.

    Attributes:
        index: as CUDA counts them, 0 or more.
        memory_limit_bytes: most that one graph's arena takes, or None for what the card has.
    """

    index: int = 0
    memory_limit_bytes: int | None = None


def choose_device(device: str) -> str:
    """Settle which device to run on.

    Args:
        device: "auto" takes CUDA where this build of ONNX Runtime has it, else the CPU; "cpu"; "cuda".

    Raises:
        InvalidRequest: another word.
        NotSupported: ONNX Runtime is not installed, or has no CUDA though it was asked for.
    """
    if device not in DEVICES:
        raise InvalidRequest(
            f"There is no device '{device}'.",
            reason="DEVICE_UNKNOWN",
            hint=f"Use one of {', '.join(DEVICES)}.",
        )
    available = _runtime().get_available_providers()
    has_cuda = _PROVIDERS["cuda"] in available
    if device == "auto":
        return "cuda" if has_cuda else "cpu"
    if device == "cuda" and not has_cuda:
        raise NotSupported(
            "CUDA was asked for, but the installed ONNX Runtime has none.",
            reason="CUDA_MISSING",
            hint="Run `pip uninstall onnxruntime && pip install 'temptrack[gpu]'`, or use --device cpu.",
        )
    return device


_FIRST_GPU = Gpu()


def _runtime() -> Any:
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise NotSupported(
            "The local engine needs ONNX Runtime, which is not installed.",
            reason="MISSING_EXTRA",
            hint="Run `pip install 'temptrack[cpu]'` (or `[gpu]` on a machine with CUDA).",
        ) from error
    return onnxruntime


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """An array on the device of a session, as ONNX Runtime knows it."""

    value: Any


class Session:
    """One loaded graph."""

    def __init__(self, path: Path, *, device: str, threads: int | None, gpu: Gpu = _FIRST_GPU) -> None:
        """Load a graph.

        Args:
            path: the .onnx file.
            device: "cpu" or "cuda" as ``choose_device`` settled it.
            threads: processor threads for one call, or None for as many as there are cores.
            gpu: which GPU, where the device is "cuda".

        Raises:
            NotReady: the graph did not get the device that was asked for.
            Corrupt: the file is no graph.
        """
        runtime = _runtime()
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        # Threads that spin while they wait take the cores of the host application.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if threads is not None:
            options.intra_op_num_threads = threads
        wanted = _PROVIDERS[device]
        self._place = (device, gpu.index if device == "cuda" else 0)
        provider = (wanted, _cuda_options(gpu)) if device == "cuda" else wanted
        try:
            self._session = runtime.InferenceSession(str(path), options, providers=[provider])
        except Exception as error:  # the runtime raises classes of its own for each way a file can be wrong
            raise Corrupt(
                f"The graph '{path}' cannot be loaded: {str(error).splitlines()[0]}",
                reason="GRAPH_CORRUPT",
                hint="Install the package or the bundle again.",
            ) from error
        got = self._session.get_providers()[0]
        if got != wanted:
            raise NotReady(
                f"'{path.name}' was to run on {device}, but ONNX Runtime chose {got}: CUDA did not start.",
                reason="DEVICE_NOT_READY",
                hint="Check the driver and the CUDA libraries (`nvidia-smi`), or use --device cpu.",
            )
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, inputs: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[np.float32]]:
        """Run the graph and return its outputs by name."""
        if self._place[0] == "cpu":
            return dict(zip(self._outputs, self._session.run(self._outputs, dict(inputs)), strict=True))
        return self.run_bound(inputs)

    def place(self, array: npt.NDArray[Any]) -> Placed:
        """Copy an array to the device, for many runs.

        Raises:
            NotReady: DEVICE_NOT_READY, where there is no room for it.
        """
        try:
            value = _runtime().OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array), *self._place)
        except Exception as error:  # the runtime raises a class of its own for each way to fail
            raise NotReady(
                f"{array.nbytes >> 20} MiB found no room on {self._place[0]}: {str(error).splitlines()[0]}",
                reason="DEVICE_NOT_READY",
                hint="Free memory of the device, or use --device cpu.",
            ) from error
        return Placed(value)

    def run_bound(
        self, inputs: Mapping[str, npt.NDArray[Any] | Placed]
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Run the graph on inputs and outputs that lie on its device; one copy in, one out.

        Outputs of graphs that compute in float16 come back as float32.
        """
        binding = self._session.io_binding()
        for name, given in inputs.items():
            placed = given if isinstance(given, Placed) else self.place(given)
            binding.bind_ortvalue_input(name, placed.value)
        for name in self._outputs:
            binding.bind_output(name, *self._place)
        self._session.run_with_iobinding(binding)
        results = zip(self._outputs, binding.copy_outputs_to_cpu(), strict=True)
        return {name: array.astype(np.float32, copy=False) for name, array in results}


def _cuda_options(gpu: Gpu) -> dict[str, str]:
    options = {
        "device_id": str(gpu.index),
        # Searching every algorithm for every new batch size stalls callers for seconds.
        "cudnn_conv_algo_search": "HEURISTIC",
        # The same features wherever they are made: TF32 rounds to 10 bits.
        "use_tf32": "0",
        "arena_extend_strategy": "kSameAsRequested",
    }
    if gpu.memory_limit_bytes is not None:
        options["gpu_mem_limit"] = str(gpu.memory_limit_bytes)
    return options
