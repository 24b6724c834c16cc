"""What a server of one machine is made of: its devices, and how much runs together on them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from support.fake_bundle import FakeBundle
from temptrack import errors
from temptrack.media.types import Frames
from temptrack.model import sessions
from temptrack.model.types import BatchBundle, Matrix, QueryParts, SegmentFeatures
from temptrack.server.batched_bundle import BatchedBundle, BatchSizes
from temptrack.server.device import Device
from temptrack.server.options import ServerOptions
from temptrack.server.workings import batch_sizes, workings_of


class Batching(FakeBundle):
    """The fake bundle, for several callers at once."""

    def encode_segments(
        self, segments: Sequence[tuple[Frames, Sequence[int]]], *, frames_a_run: int
    ) -> list[SegmentFeatures]:
        return [self.encode_frames(*segment) for segment in segments]

    def embed_queries(self, queries: Sequence[QueryParts]) -> Matrix:
        return np.stack([self.embed_query(item.video, item.text, item.text_weight) for item in queries])


def test_a_server_told_to_have_a_gpu_does_not_start_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions._runtime(), "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(errors.NotSupported) as caught:
        workings_of(ServerOptions(require_gpu=True))
    assert caught.value.reason == "CUDA_MISSING"


def test_batches_are_as_the_device_likes_them_unless_told() -> None:
    assert batch_sizes(ServerOptions(), "cpu") == BatchSizes(1, 1, 1)
    assert batch_sizes(ServerOptions(), "cuda").frames > 1
    assert batch_sizes(ServerOptions(batch_frames=8), "cpu") == BatchSizes(8, 1, 1)


def test_several_devices_share_the_work_and_give_one_answer() -> None:
    made: list[tuple[Device, BatchBundle]] = [(Device(name), Batching()) for name in ("one", "two")]
    batched = BatchedBundle(made, BatchSizes(frames=8, texts=8, queries=8))
    alone = FakeBundle()
    texts = [f"prompt {number}" for number in range(64)]
    with ThreadPoolExecutor(16) as callers:
        embedded = list(callers.map(lambda text: batched.encode_text([text])[0], texts))
    batched.close()
    for text, row in zip(texts, embedded, strict=True):
        np.testing.assert_array_equal(row, alone.encode_text([text])[0])
