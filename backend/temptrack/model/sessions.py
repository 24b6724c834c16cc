"""ONNX Runtime sessions on the device that was asked for, or an error that says why not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from temptrack.errors import Corrupt, InvalidRequest, NotReady, NotSupported

DEVICES = ("auto", "cpu", "cuda")
_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


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


def _runtime() -> Any:
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise NotSupported(
            "The local engine needs ONNX Runtime, which is not installed.",
            reason="EXTRA_MISSING",
            hint="Run `pip install 'temptrack[cpu]'` (or `[gpu]` on a machine with CUDA).",
        ) from error
    return onnxruntime


class Session:
    """One loaded graph."""

    def __init__(self, path: Path, *, device: str, threads: int | None) -> None:
        """Load a graph.

        Args:
            path: the .onnx file.
            device: "cpu" or "cuda" as ``choose_device`` settled it.
            threads: processor threads for one call, or None for as many as there are cores.

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
        try:
            self._session = runtime.InferenceSession(str(path), options, providers=[wanted])
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
        return dict(zip(self._outputs, self._session.run(self._outputs, dict(inputs)), strict=True))
