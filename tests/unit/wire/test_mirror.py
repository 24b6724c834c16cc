import pydantic
import pytest
from google.protobuf.message import Message

from support.serving import LIBRARY, TRACK, answer_to
from temptrack import errors
from temptrack.library.report import FailedFile, IndexReport
from temptrack.library.types import LibraryInfo, Track, TrackFilter, TrackTag
from temptrack.suggest.types import (
    Excerpt,
    Fit,
    PromptPart,
    PromptReading,
    Query,
    Reason,
    Suggestion,
    Suggestions,
)
from temptrack.wire.convert import suggestions_from_message, suggestions_to_message
from temptrack.wire.mirror import from_message, to_message
from temptrack_api.v1 import library_pb2, suggestion_pb2

MIRRORED: list[tuple[type[pydantic.BaseModel], type[Message]]] = [
    (Excerpt, suggestion_pb2.Excerpt),
    (FailedFile, library_pb2.FailedFile),
    (Fit, suggestion_pb2.Fit),
    (IndexReport, library_pb2.IndexReport),
    (LibraryInfo, library_pb2.Library),
    (PromptPart, suggestion_pb2.PromptPart),
    (PromptReading, suggestion_pb2.PromptReading),
    (Reason, suggestion_pb2.Reason),
    (Suggestion, suggestion_pb2.Suggestion),
    (Suggestions, suggestion_pb2.SuggestResponse),
    (Track, library_pb2.Track),
    (TrackFilter, library_pb2.TrackFilter),
    (TrackTag, library_pb2.TrackTag),
]
# The package of a message says its version already.
NOT_SENT = {(Suggestions, "schema_version")}


@pytest.mark.parametrize(("model", "message"), MIRRORED)
def test_a_model_and_its_message_have_the_same_fields(
    model: type[pydantic.BaseModel], message: type[Message]
) -> None:
    fields = {name for name in model.model_fields if (model, name) not in NOT_SENT}
    assert fields == set(message.DESCRIPTOR.fields_by_name)


@pytest.mark.parametrize(("model", "message"), MIRRORED)
def test_what_may_be_absent_in_the_domain_may_be_absent_on_the_wire(
    model: type[pydantic.BaseModel], message: type[Message]
) -> None:
    for name, field in model.model_fields.items():
        if type(None) in getattr(field.annotation, "__args__", ()):
            assert message.DESCRIPTOR.fields_by_name[name].has_presence, name


def test_an_enum_value_of_a_newer_server_is_told() -> None:
    message = suggestions_to_message(answer_to(Query(library="stock", prompt="calm")))
    message.suggestions[0].reasons[0].kind = 99  # type: ignore[assignment]
    with pytest.raises(errors.Corrupt) as caught:
        suggestions_from_message(message)
    assert caught.value.reason == "UNKNOWN_ENUM_VALUE"
    assert "ReasonKind" in caught.value.message


def test_an_enum_value_that_was_left_out_is_told() -> None:
    message = suggestions_to_message(answer_to(Query(library="stock", prompt="calm")))
    message.suggestions[0].fit.ClearField("method")
    with pytest.raises(errors.Corrupt) as caught:
        suggestions_from_message(message)
    assert "'method'" in caught.value.message


def test_an_answer_with_a_hole_is_told() -> None:
    message = suggestions_to_message(answer_to(Query(library="stock", prompt="calm")))
    message.suggestions[0].ClearField("excerpt")
    with pytest.raises(errors.Corrupt) as caught:
        suggestions_from_message(message)
    assert caught.value.metadata["field"] == "suggestions.0.excerpt"


def test_a_filter_out_of_range_names_the_field() -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        from_message(library_pb2.TrackFilter(tempo_min_bpm=-1.0), TrackFilter)
    assert caught.value.metadata["field"] == "tempo_min_bpm"
    assert "-1.0" in caught.value.message


def test_zero_false_and_empty_are_not_absent() -> None:
    filters = TrackFilter(tempo_min_bpm=0.0, vocals=False, folder="")
    assert from_message(to_message(filters, library_pb2.TrackFilter), TrackFilter) == filters


def test_answers_make_file_names_readable_and_requests_refuse_them() -> None:
    odd = TRACK.model_copy(update={"path": "/music/\udcff.wav"})
    assert to_message(odd, library_pb2.Track).path == "/music/?.wav"
    filters = TrackFilter.model_construct(folder="/music/\udcff")
    with pytest.raises(errors.InvalidRequest):
        to_message(filters, library_pb2.TrackFilter, answer=False)


def test_a_newer_client_may_send_fields_we_do_not_know() -> None:
    newer = to_message(LIBRARY, library_pb2.Library).SerializeToString() + b"\xa2\x06\x03new"
    assert from_message(library_pb2.Library.FromString(newer), LibraryInfo) == LIBRARY
