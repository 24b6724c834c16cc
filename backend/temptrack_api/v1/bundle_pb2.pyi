from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetBundleRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetBundleResponse(_message.Message):
    __slots__ = ("bundle",)
    BUNDLE_FIELD_NUMBER: _ClassVar[int]
    bundle: Bundle
    def __init__(self, bundle: _Optional[_Union[Bundle, _Mapping]] = ...) -> None: ...

class Bundle(_message.Message):
    __slots__ = ("id", "digest", "frame_encoder_id", "frame_size_px", "frame_interpolation", "provider")
    ID_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    FRAME_ENCODER_ID_FIELD_NUMBER: _ClassVar[int]
    FRAME_SIZE_PX_FIELD_NUMBER: _ClassVar[int]
    FRAME_INTERPOLATION_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    id: str
    digest: str
    frame_encoder_id: str
    frame_size_px: int
    frame_interpolation: str
    provider: str
    def __init__(self, id: _Optional[str] = ..., digest: _Optional[str] = ..., frame_encoder_id: _Optional[str] = ..., frame_size_px: _Optional[int] = ..., frame_interpolation: _Optional[str] = ..., provider: _Optional[str] = ...) -> None: ...
