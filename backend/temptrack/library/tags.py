"""What a file says of itself in its tags."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import mutagen
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Tags

from temptrack.library.licences import licence_from

_LONGEST = 2000
# Comments in which players keep numbers of their own.
_MACHINE_COMMENTS = ("itun", "songs-db", "id3v1", "musicmatch", "accuratrip")


@dataclass(frozen=True, slots=True)
class FileTags:
    """The tags that matter here; empty strings where a file has none.

    Attributes:
        title: name of the piece.
        artist: who made it.
        album: what it was published on.
        genre: in the words of the file.
        comment: free words.
        licence: SPDX identifier where recognised, "unknown" where not stated.
        composer: who wrote the music.
        publisher: who publishes the music; a record label where the file has one field for both.
    """

    title: str
    artist: str
    album: str
    genre: str
    comment: str
    licence: str
    composer: str = ""
    publisher: str = ""


def read_tags(path: str) -> FileTags:
    """Read the tags of a file; a file without readable tags has none, which is no error."""
    try:
        file = mutagen.File(path)
    except mutagen.MutagenError:
        # Damaged tags on sound that plays: the sound decides whether the file is of use.
        file = None
    except Exception:  # mutagen leaks IndexError, struct.error and others on damaged containers
        file = None
    tags = None if file is None else file.tags
    if tags is None:
        return FileTags("", "", "", "", "", licence_from(""))
    if isinstance(tags, ID3):
        return _from_id3(tags)
    if isinstance(tags, MP4Tags):
        return _from_mp4(tags)
    return _from_comments(tags)


def _from_id3(tags: Any) -> FileTags:
    genre = [name for frame in tags.getall("TCON") for name in frame.genres]
    comments = [
        text
        for frame in tags.getall("COMM")
        if not frame.desc.lower().startswith(_MACHINE_COMMENTS)
        for text in frame.text
    ]
    stated = [frame.url for frame in tags.getall("WCOP")] + [
        text
        for frame in tags.getall("TXXX")
        if frame.desc.lower() in ("license", "licence")
        for text in frame.text
    ]
    return _cleaned(
        title=_texts(tags, "TIT2"),
        artist=_texts(tags, "TPE1") or _texts(tags, "TPE2"),
        album=_texts(tags, "TALB"),
        genre=genre,
        comment=comments,
        licence=stated,
        notices=_texts(tags, "TCOP"),
        composer=_texts(tags, "TCOM"),
        publisher=_texts(tags, "TPUB"),
    )


def _from_mp4(tags: Any) -> FileTags:
    def free(*names: str) -> list[str]:
        found = [tags.get(f"----:com.apple.iTunes:{name}", ()) for name in names]
        return [bytes(value).decode("utf-8", "replace") for values in found for value in values]

    return _cleaned(
        title=tags.get("\xa9nam", ()),
        artist=tags.get("\xa9ART", ()) or tags.get("aART", ()),
        album=tags.get("\xa9alb", ()),
        genre=tags.get("\xa9gen", ()),
        comment=[*tags.get("\xa9cmt", ()), *tags.get("desc", ())],
        licence=free("LICENSE", "LICENCE", "license", "licence"),
        notices=tags.get("cprt", ()),
        composer=tags.get("\xa9wrt", ()),
        publisher=tags.get("\xa9pub", ()) or free("PUBLISHER", "publisher"),
    )


def _from_comments(tags: Any) -> FileTags:
    def values(*names: str) -> list[str]:
        found = [value for name in names for value in tags.get(name, ())]
        return [value for value in found if isinstance(value, str)]

    return _cleaned(
        title=values("title"),
        artist=values("artist") or values("albumartist") or values("performer"),
        album=values("album"),
        genre=values("genre"),
        comment=values("comment", "description", "mood", "grouping"),
        licence=values("license", "licence", "license_url"),
        notices=values("copyright"),
        composer=values("composer"),
        # "organization" and "label" name who made the recording, who need not publish the work.
        publisher=values("publisher"),
    )


def _texts(tags: Any, name: str) -> list[str]:
    return [str(text) for frame in tags.getall(name) for text in frame.text]


def _cleaned(
    *,
    title: Iterable[str],
    artist: Iterable[str],
    album: Iterable[str],
    genre: Iterable[str],
    comment: Iterable[str],
    licence: Sequence[str],
    notices: Sequence[str],
    composer: Iterable[str],
    publisher: Iterable[str],
) -> FileTags:
    return FileTags(
        title=_joined(title),
        artist=_joined(artist),
        album=_joined(album),
        genre=_joined(genre),
        comment=_joined(comment, "; "),
        # A comment may name a licence as well as a notice may, and as little else counts.
        licence=licence_from(_joined(licence), _joined([*notices, *comment], " ; ")),
        composer=_joined(composer),
        publisher=_joined(publisher),
    )


def _joined(values: Iterable[str], separator: str = ", ") -> str:
    cleaned = (" ".join(str(value).replace("\0", " ").split()) for value in values)
    whole = separator.join(dict.fromkeys(value for value in cleaned if value))
    # Bytes that were not text in the encoding their tag claims cannot be stored.
    return whole.encode("utf-8", "replace").decode("utf-8")[:_LONGEST]
