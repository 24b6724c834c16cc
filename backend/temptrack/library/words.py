"""The words that come with a file: what a person would search it by."""

import os
import re
from pathlib import PurePath

from temptrack.library.names import fold
from temptrack.library.tags import FileTags

_LONGEST = 400
# Folder names that say where files are kept rather than what they sound like.
_KINDS_OF_FILE = (
    "music musics audio sound sounds song songs track tracks tune tunes bgm soundtrack ost disc cd"
)
_FORMATS = "ogg mp3 flac wav opus m4a aiff"
_SYSTEM = "usr share local opt var lib srv mnt media volumes home users data tmp temp"
_STORAGE = "assets resources files downloads download documents desktop library libraries stock games game"
_EMPTY = "my the new misc various unknown snd sfx none non"
_NOISE = frozenset(" ".join((_KINDS_OF_FILE, _FORMATS, _SYSTEM, _STORAGE, _EMPTY)).split())
_NUMBERING = re.compile(r"^\s*(?:(?:track|disc|cd)?\s*\d{1,3}\s*[-._)]*\s+|\d{1,3}[-._]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_MACHINE_WORD = re.compile(r"^(?=\w*\d)[0-9A-Fa-f]{6,}$|^\d+$")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def title_from_path(path: str) -> str:
    """Return a readable title for a file without one: its name without ending, numbering and underscores."""
    stem = PurePath(path).stem
    readable = " ".join(re.sub(r"[_]+", " ", stem).split())
    return _NUMBERING.sub("", readable).strip() or readable or stem


def words_of(tags: FileTags, path: str, root: str) -> str:
    """Return the words of a track as one text: title, genre, album, comment, folders; may be empty.

    Args:
        tags: what the file says.
        path: the file.
        root: the indexed folder it lies under; its own name and those of folders below it count.
    """
    parts = [tags.title or _spaced(title_from_path(path)), tags.genre, tags.album, tags.comment]
    parts.extend(_folders(path, root))
    said: set[str] = set()
    kept = []
    for part in parts:
        text = _plain(part)
        # A folder is often called like the album: said once is enough.
        if text and fold(text) not in said:
            said.add(fold(text))
            kept.append(text)
    return ". ".join(kept)[:_LONGEST]


def _folders(path: str, root: str) -> list[str]:
    below = os.path.relpath(os.path.dirname(path), root)
    names = [os.path.basename(root)] if path != root else []
    names += [part for part in PurePath(below).parts if part not in (".", "..")]
    return [_without_noise(_spaced(name)) for name in names]


def _spaced(name: str) -> str:
    return _CAMEL.sub(" ", re.sub(r"[_\-.]+", " ", name))


def _without_noise(text: str) -> str:
    return " ".join(word for word in text.split() if fold(word) not in _NOISE)


def _plain(text: str) -> str:
    words = _ADDRESS.sub(" ", text).split()
    kept = " ".join(word for word in words if not _MACHINE_WORD.match(word)).strip(" -_.,;:")
    return "" if fold(kept) in _NOISE else kept
