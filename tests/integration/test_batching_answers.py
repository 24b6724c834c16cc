"""Batches over callers with the bundle that ships: nobody's answer depends on who else asks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest

from support.serving import PATIENCE_S, running
from support.small_library import NAME, SmallLibrary, small_library
from temptrack import home
from temptrack.client.remote import RemoteSuggester
from temptrack.model.bundles import load_bundle
from temptrack.server.options import ServerOptions
from temptrack.server.workings import workings_of
from temptrack.suggest.engine import engine_for
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.types import PictureSegment, Query

SEATS = 8
PROMPTS = ("calm piano", "driving drums, no vocals", "sad strings for a funeral in the rain", "", "happy")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    return small_library(tmp_path_factory.mktemp("batching"))


@pytest.fixture(scope="module")
def here() -> LocalSuggester:
    return engine_for(load_bundle(device="cpu", threads=1))


@pytest.fixture(params=[1, 16], ids=["apart", "together"])
def address(
    request: pytest.FixtureRequest, library: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    monkeypatch.setenv(home.ENVIRONMENT_VARIABLE, str(library.home))
    size = request.param
    options = ServerOptions(
        listen="127.0.0.1:0",
        drain_s=0,
        device="cpu",
        threads=1,
        calls_at_once=SEATS,
        batch_frames=size,
        batch_texts=size,
        batch_queries=size,
    )
    with running(options, workings_of(options)) as where:
        yield where


def test_many_seats_get_what_each_would_get_alone(
    address: str, here: LocalSuggester, request: pytest.FixtureRequest
) -> None:
    size = here.info().frame_size_px
    generator = np.random.default_rng(4)
    counts = [1 + seat % 3 for seat in range(SEATS)]
    films = [generator.integers(0, 256, (count, size, size, 3), dtype=np.uint8) for count in counts]
    repeats = [tuple(range(1, count + 1)) for count in counts]

    with RemoteSuggester(address, deadline_s=PATIENCE_S) as remote, ThreadPoolExecutor(SEATS) as seats:
        encoded = list(seats.map(remote.encode_segment, films, repeats))
        queries = [
            Query(
                library=NAME,
                prompt=PROMPTS[seat % len(PROMPTS)],
                picture=tuple(
                    PictureSegment(features, Fraction(10 * place), Fraction(10))
                    for place, features in enumerate(encoded[: 1 + seat % 4])
                ),
                scope_s=Fraction(10 * (1 + seat % 4)),
            )
            for seat in range(SEATS)
        ]
        answers = list(seats.map(remote.suggest, queries))

    for film, repeat, features in zip(films, repeats, encoded, strict=True):
        alone = here.encode_segment(film, repeat)
        assert features.encoder_id == alone.encoder_id
        np.testing.assert_allclose(features.values, alone.values, atol=1e-5)
        if "apart" in request.node.name:
            np.testing.assert_array_equal(features.values, alone.values)
    for query, answer in zip(queries, answers, strict=True):
        alone_answer = here.suggest(query)
        assert [item.track.id for item in answer.suggestions] == [
            item.track.id for item in alone_answer.suggestions
        ]
        for one, other in zip(answer.suggestions, alone_answer.suggestions, strict=True):
            assert one.score == pytest.approx(other.score, abs=1e-5)
            assert one.excerpt == other.excerpt
