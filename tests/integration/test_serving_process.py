"""The server as a process of its own: what it loads, and how it ends."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from support.fake_bundle import FakeBundle
from support.served_process import read_until, served_in_a_process
from support.serving import PATIENCE_S
from temptrack import errors
from temptrack.client.remote import RemoteSuggester
from temptrack.model.types import SegmentFeatures

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_calls_under_way_finish_and_then_ends_well(number: signal.Signals) -> None:
    bundle = FakeBundle()
    size = bundle.frame_spec.size_px
    frames = np.full((2, size, size, 3), 128, dtype=np.uint8)
    answers: list[SegmentFeatures] = []
    with served_in_a_process() as process:
        address, heavy = read_until(process.stdout, "ready").split()[1:]
        assert heavy == "heavy=[]"
        with (
            RemoteSuggester(address, deadline_s=PATIENCE_S) as remote,
            grpc.insecure_channel(address) as channel,
        ):
            health = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
            assert next(health).status == health_pb2.HealthCheckResponse.SERVING
            asking = threading.Thread(target=lambda: answers.append(remote.encode_segment(frames, [1, 2])))
            asking.start()
            read_until(process.stdout, "encoding")
            process.send_signal(number)
            assert next(health).status == health_pb2.HealthCheckResponse.NOT_SERVING
            health.cancel()
            assert process.stdin is not None
            process.stdin.write("go on\n")
            process.stdin.flush()
            asking.join(PATIENCE_S)
        assert process.wait(PATIENCE_S) == 0
    np.testing.assert_array_equal(answers[0].values, bundle.encode_frames(frames, [1, 2]).values)


def test_a_bundle_that_is_not_there_ends_the_server_with_the_reason() -> None:
    program = (
        "from temptrack.server.app import run, ServerOptions\n"
        "from temptrack.errors import NotFound\n"
        "try: run(ServerOptions(listen='127.0.0.1:0', bundle='no-such-0'))\n"
        "except NotFound as error: print(error.reason, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("BUNDLE_NOT_FOUND")
    assert "no-such-0" in done.stdout
    assert done.stderr == ""


def test_a_second_server_on_the_port_ends_with_the_reason() -> None:
    with served_in_a_process() as first:
        address = read_until(first.stdout, "ready").split()[1]
        with served_in_a_process(address) as second:
            assert address in read_until(second.stdout, "PORT_TAKEN")
            assert second.wait(PATIENCE_S) == errors.Unavailable.exit_code
        first.send_signal(signal.SIGTERM)
        assert first.wait(PATIENCE_S) == 0
