from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Library(_message.Message):
    __slots__ = ("name", "uri", "version", "digest", "bundle_id", "bundle_digest", "track_count", "duration_s")
    NAME_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    TRACK_COUNT_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    name: str
    uri: str
    version: int
    digest: str
    bundle_id: str
    bundle_digest: str
    track_count: int
    duration_s: float
    def __init__(self, name: _Optional[str] = ..., uri: _Optional[str] = ..., version: _Optional[int] = ..., digest: _Optional[str] = ..., bundle_id: _Optional[str] = ..., bundle_digest: _Optional[str] = ..., track_count: _Optional[int] = ..., duration_s: _Optional[float] = ...) -> None: ...

class TrackTag(_message.Message):
    __slots__ = ("name", "group", "score")
    NAME_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    name: str
    group: str
    score: float
    def __init__(self, name: _Optional[str] = ..., group: _Optional[str] = ..., score: _Optional[float] = ...) -> None: ...

class Track(_message.Message):
    __slots__ = ("id", "path", "title", "artist", "album", "genre", "comment", "licence", "duration_s", "loudness_lufs", "tempo_bpm", "key", "vocals", "tags", "composer", "publisher")
    ID_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    ALBUM_FIELD_NUMBER: _ClassVar[int]
    GENRE_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    LOUDNESS_LUFS_FIELD_NUMBER: _ClassVar[int]
    TEMPO_BPM_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VOCALS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    COMPOSER_FIELD_NUMBER: _ClassVar[int]
    PUBLISHER_FIELD_NUMBER: _ClassVar[int]
    id: str
    path: str
    title: str
    artist: str
    album: str
    genre: str
    comment: str
    licence: str
    duration_s: float
    loudness_lufs: float
    tempo_bpm: float
    key: str
    vocals: bool
    tags: _containers.RepeatedCompositeFieldContainer[TrackTag]
    composer: str
    publisher: str
    def __init__(self, id: _Optional[str] = ..., path: _Optional[str] = ..., title: _Optional[str] = ..., artist: _Optional[str] = ..., album: _Optional[str] = ..., genre: _Optional[str] = ..., comment: _Optional[str] = ..., licence: _Optional[str] = ..., duration_s: _Optional[float] = ..., loudness_lufs: _Optional[float] = ..., tempo_bpm: _Optional[float] = ..., key: _Optional[str] = ..., vocals: bool = ..., tags: _Optional[_Iterable[_Union[TrackTag, _Mapping]]] = ..., composer: _Optional[str] = ..., publisher: _Optional[str] = ...) -> None: ...

class TrackFilter(_message.Message):
    __slots__ = ("tempo_min_bpm", "tempo_max_bpm", "duration_min_s", "duration_max_s", "key", "vocals", "tags_all", "tags_none", "licences", "licences_not", "folder", "exclude_ids")
    TEMPO_MIN_BPM_FIELD_NUMBER: _ClassVar[int]
    TEMPO_MAX_BPM_FIELD_NUMBER: _ClassVar[int]
    DURATION_MIN_S_FIELD_NUMBER: _ClassVar[int]
    DURATION_MAX_S_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VOCALS_FIELD_NUMBER: _ClassVar[int]
    TAGS_ALL_FIELD_NUMBER: _ClassVar[int]
    TAGS_NONE_FIELD_NUMBER: _ClassVar[int]
    LICENCES_FIELD_NUMBER: _ClassVar[int]
    LICENCES_NOT_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_IDS_FIELD_NUMBER: _ClassVar[int]
    tempo_min_bpm: float
    tempo_max_bpm: float
    duration_min_s: float
    duration_max_s: float
    key: str
    vocals: bool
    tags_all: _containers.RepeatedScalarFieldContainer[str]
    tags_none: _containers.RepeatedScalarFieldContainer[str]
    licences: _containers.RepeatedScalarFieldContainer[str]
    licences_not: _containers.RepeatedScalarFieldContainer[str]
    folder: str
    exclude_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tempo_min_bpm: _Optional[float] = ..., tempo_max_bpm: _Optional[float] = ..., duration_min_s: _Optional[float] = ..., duration_max_s: _Optional[float] = ..., key: _Optional[str] = ..., vocals: bool = ..., tags_all: _Optional[_Iterable[str]] = ..., tags_none: _Optional[_Iterable[str]] = ..., licences: _Optional[_Iterable[str]] = ..., licences_not: _Optional[_Iterable[str]] = ..., folder: _Optional[str] = ..., exclude_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateLibraryRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CreateLibraryResponse(_message.Message):
    __slots__ = ("library",)
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    library: Library
    def __init__(self, library: _Optional[_Union[Library, _Mapping]] = ...) -> None: ...

class ListLibrariesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLibrariesResponse(_message.Message):
    __slots__ = ("libraries", "next_page_token")
    LIBRARIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    libraries: _containers.RepeatedCompositeFieldContainer[Library]
    next_page_token: str
    def __init__(self, libraries: _Optional[_Iterable[_Union[Library, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetLibraryRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetLibraryResponse(_message.Message):
    __slots__ = ("library",)
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    library: Library
    def __init__(self, library: _Optional[_Union[Library, _Mapping]] = ...) -> None: ...

class IndexLibraryRequest(_message.Message):
    __slots__ = ("library", "folders")
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    FOLDERS_FIELD_NUMBER: _ClassVar[int]
    library: str
    folders: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, library: _Optional[str] = ..., folders: _Optional[_Iterable[str]] = ...) -> None: ...

class IndexLibraryResponse(_message.Message):
    __slots__ = ("progress", "report")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    progress: IndexProgress
    report: IndexReport
    def __init__(self, progress: _Optional[_Union[IndexProgress, _Mapping]] = ..., report: _Optional[_Union[IndexReport, _Mapping]] = ...) -> None: ...

class IndexProgress(_message.Message):
    __slots__ = ("done", "total", "path", "tracks_per_s")
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    TRACKS_PER_S_FIELD_NUMBER: _ClassVar[int]
    done: int
    total: int
    path: str
    tracks_per_s: float
    def __init__(self, done: _Optional[int] = ..., total: _Optional[int] = ..., path: _Optional[str] = ..., tracks_per_s: _Optional[float] = ...) -> None: ...

class IndexReport(_message.Message):
    __slots__ = ("library", "found", "added", "updated", "moved", "unchanged", "shared", "removed", "missing", "failed", "cancelled", "audio_s", "seconds")
    class SecondsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    AUDIO_S_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    library: str
    found: int
    added: int
    updated: int
    moved: int
    unchanged: int
    shared: int
    removed: int
    missing: _containers.RepeatedScalarFieldContainer[str]
    failed: _containers.RepeatedCompositeFieldContainer[FailedFile]
    cancelled: bool
    audio_s: float
    seconds: _containers.ScalarMap[str, float]
    def __init__(self, library: _Optional[str] = ..., found: _Optional[int] = ..., added: _Optional[int] = ..., updated: _Optional[int] = ..., moved: _Optional[int] = ..., unchanged: _Optional[int] = ..., shared: _Optional[int] = ..., removed: _Optional[int] = ..., missing: _Optional[_Iterable[str]] = ..., failed: _Optional[_Iterable[_Union[FailedFile, _Mapping]]] = ..., cancelled: bool = ..., audio_s: _Optional[float] = ..., seconds: _Optional[_Mapping[str, float]] = ...) -> None: ...

class FailedFile(_message.Message):
    __slots__ = ("path", "reason", "message")
    PATH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    path: str
    reason: str
    message: str
    def __init__(self, path: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ListTracksRequest(_message.Message):
    __slots__ = ("library", "page_size", "page_token")
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    library: str
    page_size: int
    page_token: str
    def __init__(self, library: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTracksResponse(_message.Message):
    __slots__ = ("tracks", "next_page_token")
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tracks: _containers.RepeatedCompositeFieldContainer[Track]
    next_page_token: str
    def __init__(self, tracks: _Optional[_Iterable[_Union[Track, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RemoveTracksRequest(_message.Message):
    __slots__ = ("library", "track_ids")
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    TRACK_IDS_FIELD_NUMBER: _ClassVar[int]
    library: str
    track_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, library: _Optional[str] = ..., track_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RemoveTracksResponse(_message.Message):
    __slots__ = ("removed",)
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    removed: int
    def __init__(self, removed: _Optional[int] = ...) -> None: ...

class DeleteLibraryRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteLibraryResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StreamTrackAudioRequest(_message.Message):
    __slots__ = ("library", "track_id")
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    library: str
    track_id: str
    def __init__(self, library: _Optional[str] = ..., track_id: _Optional[str] = ...) -> None: ...

class StreamTrackAudioResponse(_message.Message):
    __slots__ = ("header", "data")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    header: AudioHeader
    data: bytes
    def __init__(self, header: _Optional[_Union[AudioHeader, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...

class AudioHeader(_message.Message):
    __slots__ = ("file_name", "size_bytes")
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    file_name: str
    size_bytes: int
    def __init__(self, file_name: _Optional[str] = ..., size_bytes: _Optional[int] = ...) -> None: ...
