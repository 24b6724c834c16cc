"""Inputs and outputs bound to a device: the way of CUDA, run here on the device there is."""

import numpy as np
import pytest

from temptrack.errors import NotSupported
from temptrack.home import DEFAULT_BUNDLE
from temptrack.model import sessions
from temptrack.model.bundles import SHIPPED_FOLDER
from temptrack.model.sessions import Gpu, Session, choose_device


def test_a_bound_run_gives_what_a_plain_one_gives() -> None:
    session = Session(SHIPPED_FOLDER / DEFAULT_BUNDLE / "query_tower.onnx", device="cpu", threads=1)
    generator = np.random.default_rng(2)
    shapes = {item.name: item.shape for item in session._session.get_inputs()}
    size = {"video": (3, 5, shapes["video"][2]), "video_mask": (3, 5), "text": (3, shapes["text"][1])}
    inputs = {name: generator.random(shape, dtype=np.float32) for name, shape in size.items()}
    inputs["text_weight"] = np.full(3, 0.5, np.float32)
    plain, bound = session.run(inputs), session.run_bound(inputs)
    assert plain.keys() == bound.keys()
    for name, value in plain.items():
        np.testing.assert_array_equal(bound[name], value, strict=True)


def test_a_gpu_is_told_its_number_and_its_limit() -> None:
    options = sessions._cuda_options(Gpu(index=2, memory_limit_bytes=3 << 30))
    assert (options["device_id"], options["gpu_mem_limit"]) == ("2", str(3 << 30))
    assert "gpu_mem_limit" not in sessions._cuda_options(Gpu())


def test_cuda_without_cuda_is_refused_and_never_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions._runtime(), "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(NotSupported) as caught:
        choose_device("cuda")
    assert caught.value.reason == "CUDA_MISSING"
