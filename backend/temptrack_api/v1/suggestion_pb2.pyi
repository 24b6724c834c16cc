from temptrack_api.v1 import library_pb2 as _library_pb2
from temptrack_api.v1 import timeline_pb2 as _timeline_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PartKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PART_KIND_UNSPECIFIED: _ClassVar[PartKind]
    PART_KIND_VOCALS: _ClassVar[PartKind]
    PART_KIND_UNWANTED: _ClassVar[PartKind]
    PART_KIND_TEMPO: _ClassVar[PartKind]
    PART_KIND_KEY: _ClassVar[PartKind]
    PART_KIND_LENGTH: _ClassVar[PartKind]
    PART_KIND_USE: _ClassVar[PartKind]
    PART_KIND_QUALITY: _ClassVar[PartKind]
    PART_KIND_UNHEARD: _ClassVar[PartKind]
    PART_KIND_SPELLING: _ClassVar[PartKind]
    PART_KIND_QUOTED: _ClassVar[PartKind]

class PartEffect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PART_EFFECT_UNSPECIFIED: _ClassVar[PartEffect]
    PART_EFFECT_FILTER: _ClassVar[PartEffect]
    PART_EFFECT_PREFERENCE: _ClassVar[PartEffect]
    PART_EFFECT_RELAXED: _ClassVar[PartEffect]
    PART_EFFECT_WORDS: _ClassVar[PartEffect]

class ExcerptSnap(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXCERPT_SNAP_UNSPECIFIED: _ClassVar[ExcerptSnap]
    EXCERPT_SNAP_BAR: _ClassVar[ExcerptSnap]
    EXCERPT_SNAP_BEAT: _ClassVar[ExcerptSnap]
    EXCERPT_SNAP_START: _ClassVar[ExcerptSnap]
    EXCERPT_SNAP_NONE: _ClassVar[ExcerptSnap]

class FitMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FIT_METHOD_UNSPECIFIED: _ClassVar[FitMethod]
    FIT_METHOD_TRIM: _ClassVar[FitMethod]
    FIT_METHOD_LOOP: _ClassVar[FitMethod]
    FIT_METHOD_SHORT: _ClassVar[FitMethod]
    FIT_METHOD_WHOLE: _ClassVar[FitMethod]

class ReasonKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_KIND_UNSPECIFIED: _ClassVar[ReasonKind]
    REASON_KIND_TAG: _ClassVar[ReasonKind]
    REASON_KIND_PROMPT: _ClassVar[ReasonKind]
    REASON_KIND_FILE_WORDS: _ClassVar[ReasonKind]
    REASON_KIND_SEGMENT: _ClassVar[ReasonKind]
    REASON_KIND_REFERENCE: _ClassVar[ReasonKind]

class CueAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CUE_ACTION_UNSPECIFIED: _ClassVar[CueAction]
    CUE_ACTION_INSERTED: _ClassVar[CueAction]
    CUE_ACTION_REMOVED: _ClassVar[CueAction]
PART_KIND_UNSPECIFIED: PartKind
PART_KIND_VOCALS: PartKind
PART_KIND_UNWANTED: PartKind
PART_KIND_TEMPO: PartKind
PART_KIND_KEY: PartKind
PART_KIND_LENGTH: PartKind
PART_KIND_USE: PartKind
PART_KIND_QUALITY: PartKind
PART_KIND_UNHEARD: PartKind
PART_KIND_SPELLING: PartKind
PART_KIND_QUOTED: PartKind
PART_EFFECT_UNSPECIFIED: PartEffect
PART_EFFECT_FILTER: PartEffect
PART_EFFECT_PREFERENCE: PartEffect
PART_EFFECT_RELAXED: PartEffect
PART_EFFECT_WORDS: PartEffect
EXCERPT_SNAP_UNSPECIFIED: ExcerptSnap
EXCERPT_SNAP_BAR: ExcerptSnap
EXCERPT_SNAP_BEAT: ExcerptSnap
EXCERPT_SNAP_START: ExcerptSnap
EXCERPT_SNAP_NONE: ExcerptSnap
FIT_METHOD_UNSPECIFIED: FitMethod
FIT_METHOD_TRIM: FitMethod
FIT_METHOD_LOOP: FitMethod
FIT_METHOD_SHORT: FitMethod
FIT_METHOD_WHOLE: FitMethod
REASON_KIND_UNSPECIFIED: ReasonKind
REASON_KIND_TAG: ReasonKind
REASON_KIND_PROMPT: ReasonKind
REASON_KIND_FILE_WORDS: ReasonKind
REASON_KIND_SEGMENT: ReasonKind
REASON_KIND_REFERENCE: ReasonKind
CUE_ACTION_UNSPECIFIED: CueAction
CUE_ACTION_INSERTED: CueAction
CUE_ACTION_REMOVED: CueAction

class EncodeSegmentRequest(_message.Message):
    __slots__ = ("pictures", "encoder_id")
    PICTURES_FIELD_NUMBER: _ClassVar[int]
    ENCODER_ID_FIELD_NUMBER: _ClassVar[int]
    pictures: _containers.RepeatedCompositeFieldContainer[Picture]
    encoder_id: str
    def __init__(self, pictures: _Optional[_Iterable[_Union[Picture, _Mapping]]] = ..., encoder_id: _Optional[str] = ...) -> None: ...

class Picture(_message.Message):
    __slots__ = ("jpeg", "png", "repeats")
    JPEG_FIELD_NUMBER: _ClassVar[int]
    PNG_FIELD_NUMBER: _ClassVar[int]
    REPEATS_FIELD_NUMBER: _ClassVar[int]
    jpeg: bytes
    png: bytes
    repeats: int
    def __init__(self, jpeg: _Optional[bytes] = ..., png: _Optional[bytes] = ..., repeats: _Optional[int] = ...) -> None: ...

class EncodeSegmentResponse(_message.Message):
    __slots__ = ("features",)
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    features: SegmentFeatures
    def __init__(self, features: _Optional[_Union[SegmentFeatures, _Mapping]] = ...) -> None: ...

class SegmentFeatures(_message.Message):
    __slots__ = ("values", "encoder_id")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    ENCODER_ID_FIELD_NUMBER: _ClassVar[int]
    values: bytes
    encoder_id: str
    def __init__(self, values: _Optional[bytes] = ..., encoder_id: _Optional[str] = ...) -> None: ...

class PictureSegment(_message.Message):
    __slots__ = ("features", "start", "duration")
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    features: SegmentFeatures
    start: _timeline_pb2.RationalTime
    duration: _timeline_pb2.RationalTime
    def __init__(self, features: _Optional[_Union[SegmentFeatures, _Mapping]] = ..., start: _Optional[_Union[_timeline_pb2.RationalTime, _Mapping]] = ..., duration: _Optional[_Union[_timeline_pb2.RationalTime, _Mapping]] = ...) -> None: ...

class SuggestRequest(_message.Message):
    __slots__ = ("library", "prompt", "picture", "scope_duration", "text_weight", "filter", "reference_track_id", "limit", "blind")
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_DURATION_FIELD_NUMBER: _ClassVar[int]
    TEXT_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    BLIND_FIELD_NUMBER: _ClassVar[int]
    library: str
    prompt: str
    picture: _containers.RepeatedCompositeFieldContainer[PictureSegment]
    scope_duration: _timeline_pb2.RationalTime
    text_weight: float
    filter: _library_pb2.TrackFilter
    reference_track_id: str
    limit: int
    blind: bool
    def __init__(self, library: _Optional[str] = ..., prompt: _Optional[str] = ..., picture: _Optional[_Iterable[_Union[PictureSegment, _Mapping]]] = ..., scope_duration: _Optional[_Union[_timeline_pb2.RationalTime, _Mapping]] = ..., text_weight: _Optional[float] = ..., filter: _Optional[_Union[_library_pb2.TrackFilter, _Mapping]] = ..., reference_track_id: _Optional[str] = ..., limit: _Optional[int] = ..., blind: bool = ...) -> None: ...

class SuggestResponse(_message.Message):
    __slots__ = ("query_digest", "library", "bundle_id", "bundle_digest", "text_weight", "prompt", "considered", "suggestions", "support")
    QUERY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    TEXT_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    CONSIDERED_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    SUPPORT_FIELD_NUMBER: _ClassVar[int]
    query_digest: str
    library: _library_pb2.Library
    bundle_id: str
    bundle_digest: str
    text_weight: float
    prompt: PromptReading
    considered: int
    suggestions: _containers.RepeatedCompositeFieldContainer[Suggestion]
    support: Support
    def __init__(self, query_digest: _Optional[str] = ..., library: _Optional[_Union[_library_pb2.Library, _Mapping]] = ..., bundle_id: _Optional[str] = ..., bundle_digest: _Optional[str] = ..., text_weight: _Optional[float] = ..., prompt: _Optional[_Union[PromptReading, _Mapping]] = ..., considered: _Optional[int] = ..., suggestions: _Optional[_Iterable[_Union[Suggestion, _Mapping]]] = ..., support: _Optional[_Union[Support, _Mapping]] = ...) -> None: ...

class Support(_message.Message):
    __slots__ = ("score", "below", "fits", "lacking", "text")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    BELOW_FIELD_NUMBER: _ClassVar[int]
    FITS_FIELD_NUMBER: _ClassVar[int]
    LACKING_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    score: float
    below: float
    fits: bool
    lacking: _containers.RepeatedScalarFieldContainer[str]
    text: str
    def __init__(self, score: _Optional[float] = ..., below: _Optional[float] = ..., fits: bool = ..., lacking: _Optional[_Iterable[str]] = ..., text: _Optional[str] = ...) -> None: ...

class PromptReading(_message.Message):
    __slots__ = ("wanted", "excluded_words", "excluded_tags", "unknown_words", "instrumental_only", "parts")
    WANTED_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_WORDS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_TAGS_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_WORDS_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENTAL_ONLY_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    wanted: str
    excluded_words: _containers.RepeatedScalarFieldContainer[str]
    excluded_tags: _containers.RepeatedScalarFieldContainer[str]
    unknown_words: _containers.RepeatedScalarFieldContainer[str]
    instrumental_only: bool
    parts: _containers.RepeatedCompositeFieldContainer[PromptPart]
    def __init__(self, wanted: _Optional[str] = ..., excluded_words: _Optional[_Iterable[str]] = ..., excluded_tags: _Optional[_Iterable[str]] = ..., unknown_words: _Optional[_Iterable[str]] = ..., instrumental_only: bool = ..., parts: _Optional[_Iterable[_Union[PromptPart, _Mapping]]] = ...) -> None: ...

class PromptPart(_message.Message):
    __slots__ = ("kind", "words", "text", "effect")
    KIND_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    kind: PartKind
    words: str
    text: str
    effect: PartEffect
    def __init__(self, kind: _Optional[_Union[PartKind, str]] = ..., words: _Optional[str] = ..., text: _Optional[str] = ..., effect: _Optional[_Union[PartEffect, str]] = ...) -> None: ...

class Suggestion(_message.Message):
    __slots__ = ("rank", "track", "score", "excerpt", "fit", "reasons", "also_at", "favour")
    RANK_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    EXCERPT_FIELD_NUMBER: _ClassVar[int]
    FIT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    ALSO_AT_FIELD_NUMBER: _ClassVar[int]
    FAVOUR_FIELD_NUMBER: _ClassVar[int]
    rank: int
    track: _library_pb2.Track
    score: float
    excerpt: Excerpt
    fit: Fit
    reasons: _containers.RepeatedCompositeFieldContainer[Reason]
    also_at: _containers.RepeatedScalarFieldContainer[str]
    favour: float
    def __init__(self, rank: _Optional[int] = ..., track: _Optional[_Union[_library_pb2.Track, _Mapping]] = ..., score: _Optional[float] = ..., excerpt: _Optional[_Union[Excerpt, _Mapping]] = ..., fit: _Optional[_Union[Fit, _Mapping]] = ..., reasons: _Optional[_Iterable[_Union[Reason, _Mapping]]] = ..., also_at: _Optional[_Iterable[str]] = ..., favour: _Optional[float] = ...) -> None: ...

class Excerpt(_message.Message):
    __slots__ = ("start_s", "duration_s", "snapped_to")
    START_S_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    SNAPPED_TO_FIELD_NUMBER: _ClassVar[int]
    start_s: float
    duration_s: float
    snapped_to: ExcerptSnap
    def __init__(self, start_s: _Optional[float] = ..., duration_s: _Optional[float] = ..., snapped_to: _Optional[_Union[ExcerptSnap, str]] = ...) -> None: ...

class Fit(_message.Message):
    __slots__ = ("method", "scope_s", "shortfall_s", "loop_start_s", "loop_end_s", "text")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    SCOPE_S_FIELD_NUMBER: _ClassVar[int]
    SHORTFALL_S_FIELD_NUMBER: _ClassVar[int]
    LOOP_START_S_FIELD_NUMBER: _ClassVar[int]
    LOOP_END_S_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    method: FitMethod
    scope_s: float
    shortfall_s: float
    loop_start_s: float
    loop_end_s: float
    text: str
    def __init__(self, method: _Optional[_Union[FitMethod, str]] = ..., scope_s: _Optional[float] = ..., shortfall_s: _Optional[float] = ..., loop_start_s: _Optional[float] = ..., loop_end_s: _Optional[float] = ..., text: _Optional[str] = ...) -> None: ...

class Reason(_message.Message):
    __slots__ = ("kind", "text", "score", "segment_index")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_INDEX_FIELD_NUMBER: _ClassVar[int]
    kind: ReasonKind
    text: str
    score: float
    segment_index: int
    def __init__(self, kind: _Optional[_Union[ReasonKind, str]] = ..., text: _Optional[str] = ..., score: _Optional[float] = ..., segment_index: _Optional[int] = ...) -> None: ...

class ReportCueRequest(_message.Message):
    __slots__ = ("library", "track_id", "action", "timeline", "host", "record_start", "record_duration", "query_digest", "report_id")
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    RECORD_START_FIELD_NUMBER: _ClassVar[int]
    RECORD_DURATION_FIELD_NUMBER: _ClassVar[int]
    QUERY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    library: str
    track_id: str
    action: CueAction
    timeline: str
    host: str
    record_start: _timeline_pb2.RationalTime
    record_duration: _timeline_pb2.RationalTime
    query_digest: str
    report_id: str
    def __init__(self, library: _Optional[str] = ..., track_id: _Optional[str] = ..., action: _Optional[_Union[CueAction, str]] = ..., timeline: _Optional[str] = ..., host: _Optional[str] = ..., record_start: _Optional[_Union[_timeline_pb2.RationalTime, _Mapping]] = ..., record_duration: _Optional[_Union[_timeline_pb2.RationalTime, _Mapping]] = ..., query_digest: _Optional[str] = ..., report_id: _Optional[str] = ...) -> None: ...

class ReportCueResponse(_message.Message):
    __slots__ = ("recorded",)
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    recorded: bool
    def __init__(self, recorded: bool = ...) -> None: ...
