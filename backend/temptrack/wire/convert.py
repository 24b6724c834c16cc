"""Domain values to messages and back, for the services of suggestions and of the bundle."""

from fractions import Fraction

import numpy as np

from temptrack import errors
from temptrack.library.types import TrackFilter
from temptrack.model.types import SegmentFeatures
from temptrack.suggest.cue_report import CueAction, CueReport
from temptrack.suggest.types import (
    DEFAULT_LIMIT,
    DEFAULT_TEXT_WEIGHT,
    EngineInfo,
    PictureSegment,
    Query,
    Suggestions,
)
from temptrack.wire.mirror import build, from_message, to_message
from temptrack_api.v1 import bundle_pb2, library_pb2, suggestion_pb2, timeline_pb2

_FLOAT_BYTES = 4
_MAX_TIMELINE_CHARACTERS = 256
_MAX_HOST_CHARACTERS = 64
_DIGEST_CHARACTERS = 64
_ID_CHARACTERS = 64

_ACTION_NUMBERS: dict[CueAction, suggestion_pb2.CueAction] = {
    "inserted": suggestion_pb2.CUE_ACTION_INSERTED,
    "removed": suggestion_pb2.CUE_ACTION_REMOVED,
}


def seconds_to_message(seconds: Fraction) -> timeline_pb2.RationalTime:
    """Return exact seconds as rational time. Raises InvalidRequest beyond 64 bits."""
    return build(
        timeline_pb2.RationalTime,
        value=seconds.numerator,
        rate_numerator=seconds.denominator,
        rate_denominator=1,
    )


def seconds_from_message(message: timeline_pb2.RationalTime) -> Fraction:
    """Return rational time as exact seconds. Raises InvalidRequest where the rate is not above 0."""
    if message.rate_numerator < 1 or message.rate_denominator < 1:
        raise errors.InvalidRequest(
            f"A time has the rate {message.rate_numerator}/{message.rate_denominator}.",
            reason="TIME_RATE",
            hint="Numerator and denominator of a rate are 1 or more.",
        )
    return Fraction(message.value * message.rate_denominator, message.rate_numerator)


def features_to_message(features: SegmentFeatures) -> suggestion_pb2.SegmentFeatures:
    """Return features with their values as little-endian float32."""
    return build(
        suggestion_pb2.SegmentFeatures,
        values=np.ascontiguousarray(features.values, dtype="<f4").tobytes(),
        encoder_id=features.encoder_id,
    )


def features_from_message(message: suggestion_pb2.SegmentFeatures) -> SegmentFeatures:
    """Return features, [dim] float32.

    Raises:
        InvalidRequest: no values, bytes that are no whole numbers, or values that are not finite.
    """
    count, rest = divmod(len(message.values), _FLOAT_BYTES)
    if rest or not count:
        raise errors.InvalidRequest(
            f"Features of {len(message.values)} bytes are no float32 values.",
            reason="FEATURES_BYTES",
            hint="Send back the features EncodeSegment returned, as they are.",
        )
    values = np.frombuffer(message.values, dtype="<f4").astype(np.float32)
    if not np.isfinite(values).all():
        raise errors.InvalidRequest(
            "Features hold a value that is not finite.",
            reason="FEATURES_NOT_FINITE",
            hint="Send back the features EncodeSegment returned, as they are.",
        )
    return SegmentFeatures(values=values, encoder_id=message.encoder_id)


def query_to_message(query: Query) -> suggestion_pb2.SuggestRequest:
    """Return a query as a request. Raises InvalidRequest where a value does not fit the wire."""
    return build(
        suggestion_pb2.SuggestRequest,
        library=query.library,
        prompt=query.prompt,
        picture=[_picture_to_message(segment) for segment in query.picture],
        scope_duration=None if query.scope_s is None else seconds_to_message(query.scope_s),
        text_weight=query.text_weight,
        filter=to_message(query.where, library_pb2.TrackFilter, answer=False),
        reference_track_id=query.reference_track_id,
        limit=query.limit,
        blind=query.blind,
    )


def query_from_message(message: suggestion_pb2.SuggestRequest) -> Query:
    """Return a request as a query. Raises InvalidRequest where a field is out of range."""
    return Query(
        library=message.library,
        prompt=message.prompt,
        picture=tuple(_picture_from_message(segment) for segment in message.picture),
        scope_s=seconds_from_message(message.scope_duration) if message.HasField("scope_duration") else None,
        text_weight=message.text_weight if message.HasField("text_weight") else DEFAULT_TEXT_WEIGHT,
        where=from_message(message.filter, TrackFilter),
        reference_track_id=message.reference_track_id if message.HasField("reference_track_id") else None,
        limit=message.limit if message.HasField("limit") else DEFAULT_LIMIT,
        blind=message.blind,
    )


def suggestions_to_message(suggestions: Suggestions) -> suggestion_pb2.SuggestResponse:
    """Return an answer as a message."""
    return to_message(suggestions, suggestion_pb2.SuggestResponse)


def suggestions_from_message(message: suggestion_pb2.SuggestResponse) -> Suggestions:
    """Return a message as an answer. Raises Corrupt where the server sent what it should not."""
    return from_message(message, Suggestions, broken=errors.Corrupt)


def engine_to_message(info: EngineInfo) -> bundle_pb2.Bundle:
    """Return what answers as a message."""
    return build(
        bundle_pb2.Bundle,
        id=info.bundle_id,
        digest=info.bundle_digest,
        frame_encoder_id=info.frame_encoder_id,
        frame_size_px=info.frame_size_px,
        frame_interpolation=info.frame_interpolation,
        provider=info.provider,
    )


def engine_from_message(message: bundle_pb2.Bundle) -> EngineInfo:
    """Return a message as what answers."""
    return EngineInfo(
        bundle_id=message.id,
        bundle_digest=message.digest,
        frame_encoder_id=message.frame_encoder_id,
        frame_size_px=message.frame_size_px,
        frame_interpolation=message.frame_interpolation,
        provider=message.provider,
    )


def cue_report_to_message(report: CueReport) -> suggestion_pb2.ReportCueRequest:
    """Return a report as a request. Raises InvalidRequest where a value does not fit the wire."""
    return build(
        suggestion_pb2.ReportCueRequest,
        library=report.library,
        track_id=report.track_id,
        action=_ACTION_NUMBERS[report.action],
        timeline=report.timeline[:_MAX_TIMELINE_CHARACTERS],
        host=report.host,
        record_start=seconds_to_message(report.record_start_s),
        record_duration=seconds_to_message(report.record_duration_s),
        query_digest=report.query_digest,
        report_id=report.id,
    )


def cue_report_from_message(message: suggestion_pb2.ReportCueRequest) -> CueReport:
    """Return a request as a report. Raises InvalidRequest where a field is out of range."""
    action = {number: name for name, number in _ACTION_NUMBERS.items()}.get(message.action)
    duration_s = seconds_from_message(message.record_duration)
    too_long = (
        len(message.timeline) > _MAX_TIMELINE_CHARACTERS
        or len(message.host) > _MAX_HOST_CHARACTERS
        or len(message.query_digest) > _DIGEST_CHARACTERS
        or len(message.report_id) > _ID_CHARACTERS
    )
    if action is None or duration_s <= 0 or too_long:
        raise errors.InvalidRequest(
            "The report of a cue says no action, no length, or has a name that is too long.",
            reason="CUE_REPORT",
            hint="The comments of the .proto files give the range of every field.",
        )
    return CueReport(
        library=message.library,
        track_id=message.track_id,
        action=action,
        timeline=message.timeline,
        host=message.host,
        record_start_s=seconds_from_message(message.record_start),
        record_duration_s=duration_s,
        query_digest=message.query_digest,
        id=message.report_id,
    )


def _picture_to_message(segment: PictureSegment) -> suggestion_pb2.PictureSegment:
    return suggestion_pb2.PictureSegment(
        features=features_to_message(segment.features),
        start=seconds_to_message(segment.start_s),
        duration=seconds_to_message(segment.duration_s),
    )


def _picture_from_message(message: suggestion_pb2.PictureSegment) -> PictureSegment:
    return PictureSegment(
        features=features_from_message(message.features),
        start_s=seconds_from_message(message.start),
        duration_s=seconds_from_message(message.duration),
    )
