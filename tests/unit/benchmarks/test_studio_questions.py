"""What a seat takes for the right answer, and what not."""

import numpy as np
import pytest
from benchmarks.studio.questions import TOLERANCE, Question, WrongAnswerError, make_questions

from support.serving import DoubleSuggester
from temptrack.wire import convert
from temptrack.wire.pictures import from_pictures
from temptrack_api.v1 import suggestion_pb2


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    return make_questions(DoubleSuggester(), "stock", count=4, seed=1)


def encoded(question: Question) -> suggestion_pb2.EncodeSegmentResponse:
    request = suggestion_pb2.EncodeSegmentRequest.FromString(question.request)
    frames, repeats = from_pictures(request.pictures, size_px=16)
    features = DoubleSuggester().encode_segment(frames, repeats)
    return suggestion_pb2.EncodeSegmentResponse(features=convert.features_to_message(features))


def ranked(question: Question) -> suggestion_pb2.SuggestResponse:
    query = convert.query_from_message(suggestion_pb2.SuggestRequest.FromString(question.request))
    return convert.suggestions_to_message(DoubleSuggester().suggest(query))


def test_the_answers_of_the_engine_are_right(asked: list[Question]) -> None:
    for question in asked:
        answer = ranked(question) if question.kind == "suggest" else encoded(question)
        assert question.truth.difference(answer.SerializeToString()) == 0


@pytest.mark.parametrize("off", [1e-3, float("nan")])
def test_features_that_are_off_are_wrong(asked: list[Question], off: float) -> None:
    answer = encoded(asked[0])
    values = np.frombuffer(answer.features.values, "<f4").copy()
    values[1] += off
    answer.features.values = values.tobytes()
    with pytest.raises(WrongAnswerError, match=r"off by|not finite"):
        asked[0].truth.difference(answer.SerializeToString())


def test_features_of_another_encoder_are_wrong(asked: list[Question]) -> None:
    answer = encoded(asked[0])
    answer.features.encoder_id = "another"
    with pytest.raises(WrongAnswerError, match="another"):
        asked[0].truth.difference(answer.SerializeToString())


def test_other_tracks_more_tracks_other_scores_and_other_excerpts_are_wrong(asked: list[Question]) -> None:
    def spoilt(**fields: object) -> bytes:
        answer = ranked(asked[1])
        item = answer.suggestions[0]
        for name, value in fields.items():
            if name == "twice":
                answer.suggestions.append(item)
            elif name == "start_s":
                item.excerpt.start_s = 99.0
            elif name == "id":
                item.track.id = "t2"
            else:
                setattr(item, name, value)
        return answer.SerializeToString()

    truth = asked[1].truth
    assert truth.difference(spoilt()) == 0
    for fields in ({"twice": True}, {"start_s": 99.0}, {"id": "t2"}, {"score": 0.25 + 2 * TOLERANCE}):
        with pytest.raises(WrongAnswerError):
            truth.difference(spoilt(**fields))
