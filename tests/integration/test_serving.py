"""A client and a server over real sockets: the main job."""

import threading
from collections.abc import Iterator
from fractions import Fraction

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from support.serving import (
    ENCODER_ID,
    PATIENCE_S,
    SIZE_PX,
    DoubleSuggester,
    answer_to,
    no_index,
    running,
    serving,
)
from temptrack import errors
from temptrack.client.remote import RemoteSuggester
from temptrack.library.types import TrackFilter
from temptrack.model.types import SegmentFeatures
from temptrack.server.options import ServerOptions
from temptrack.server.workings import Workings
from temptrack.suggest.types import PictureSegment, Query

FULL_QUERY = Query(
    library="stock",
    prompt="calm, no drums",
    picture=(
        PictureSegment(
            features=SegmentFeatures(
                values=np.array([0.5, -1.25, 3.0], dtype=np.float32), encoder_id=ENCODER_ID
            ),
            start_s=Fraction(1001, 24),
            duration_s=Fraction(10),
        ),
    ),
    scope_s=Fraction(240 * 1001, 24000),
    text_weight=0.0,
    where=TrackFilter(tempo_max_bpm=0.0, vocals=False, tags_none=("drums",), exclude_ids=("t9",)),
    reference_track_id="t2",
    limit=7,
    blind=True,
)


@pytest.fixture
def double() -> DoubleSuggester:
    return DoubleSuggester()


@pytest.fixture
def remote(double: DoubleSuggester) -> Iterator[RemoteSuggester]:
    with serving(double) as address, RemoteSuggester(address, deadline_s=PATIENCE_S) as suggester:
        yield suggester


def test_info_tells_what_the_server_runs(remote: RemoteSuggester, double: DoubleSuggester) -> None:
    assert remote.info() == double.info()


def test_the_query_arrives_whole_and_the_answer_comes_back_whole(
    remote: RemoteSuggester, double: DoubleSuggester
) -> None:
    answer = remote.suggest(FULL_QUERY)

    assert answer == answer_to(FULL_QUERY)
    (arrived,) = double.queries
    np.testing.assert_array_equal(
        arrived.picture[0].features.values, FULL_QUERY.picture[0].features.values, strict=True
    )
    for name in (
        "library",
        "prompt",
        "scope_s",
        "text_weight",
        "where",
        "reference_track_id",
        "limit",
        "blind",
    ):
        assert getattr(arrived, name) == getattr(FULL_QUERY, name), name
    assert arrived.picture[0].start_s == Fraction(1001, 24)


def test_defaults_of_a_query_arrive_as_defaults(remote: RemoteSuggester, double: DoubleSuggester) -> None:
    query = Query(library="stock", prompt="calm")
    remote.suggest(query)
    assert double.queries == [query]


def test_frames_arrive_nearly_alike_as_jpeg(remote: RemoteSuggester, double: DoubleSuggester) -> None:
    frames = _gradients(3)
    features = remote.encode_segment(frames, (1, 4, 5))

    ((arrived, repeats),) = double.encoded
    assert repeats == (1, 4, 5)
    assert arrived.shape == frames.shape
    assert np.abs(arrived.astype(int) - frames).mean() < 2
    assert features.encoder_id == ENCODER_ID


def test_frames_arrive_exactly_when_lossless(double: DoubleSuggester) -> None:
    frames = np.random.default_rng(1).integers(0, 256, (5, SIZE_PX, SIZE_PX, 3), dtype=np.uint8)
    with serving(double) as address, RemoteSuggester(address, lossless=True) as remote:
        features = remote.encode_segment(frames, (1, 1, 2, 3, 3))

    np.testing.assert_array_equal(double.encoded[0][0], frames)
    here = DoubleSuggester().encode_segment(frames, (1, 1, 2, 3, 3))
    np.testing.assert_array_equal(features.values, here.values, strict=True)


def test_one_client_serves_many_threads(remote: RemoteSuggester, double: DoubleSuggester) -> None:
    threads = [
        threading.Thread(target=remote.suggest, args=(Query(library="stock", prompt=str(number)),))
        for number in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(int(query.prompt) for query in double.queries) == list(range(16))


def test_health_is_serving_only_once_the_bundle_is_warm(double: DoubleSuggester) -> None:
    warm = threading.Event()

    def load(_shelf: object) -> DoubleSuggester:
        assert warm.wait(PATIENCE_S)
        return double

    workings = Workings(load=load, index_folders=no_index)
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0)
    with running(options, workings, loaded=False) as address, grpc.insecure_channel(address) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with RemoteSuggester(address) as remote, pytest.raises(errors.Unavailable) as caught:
            remote.info()
        assert caught.value.reason == "STARTING"
        assert float(caught.value.metadata["retry_after_s"]) > 0
        warm.set()
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        watch.cancel()


def test_a_stopped_server_closes_its_suggester(double: DoubleSuggester) -> None:
    with serving(double):
        assert not double.closed
    assert double.closed


@pytest.mark.parametrize("on", [False, True])
def test_reflection_answers_only_where_it_was_asked_for(double: DoubleSuggester, on: bool) -> None:
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, reflection=on)
    with serving(double, options=options) as address, grpc.insecure_channel(address) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        answers = stub.ServerReflectionInfo(
            iter([reflection_pb2.ServerReflectionRequest(list_services="")]), timeout=PATIENCE_S
        )
        if on:
            names = {service.name for service in next(answers).list_services_response.service}
            assert "temptrack_api.v1.SuggestionService" in names
        else:
            with pytest.raises(grpc.RpcError) as caught:
                next(answers)
            assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def _gradients(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    ramp = np.linspace(0, 255, SIZE_PX, dtype=np.uint8)
    frame = np.stack([np.tile(ramp, (SIZE_PX, 1)), np.tile(ramp[:, None], (1, SIZE_PX))], axis=-1)
    frame = np.concatenate([frame, np.full((SIZE_PX, SIZE_PX, 1), 128, np.uint8)], axis=-1)
    return np.stack([np.roll(frame, shift, axis=1) for shift in range(count)])
