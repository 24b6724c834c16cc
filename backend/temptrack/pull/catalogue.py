"""Which bundles can be pulled: the files they are built of, where those lie, and what each must be."""

import os
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from temptrack.errors import InvalidRequest, NotFound

ENVIRONMENT_VARIABLE = "TEMPTRACK_CATALOGUE"
"""Names a TOML file whose entries are added to the catalogue, or replace entries of it."""

_STEP = r"[A-Za-z0-9_][A-Za-z0-9._-]*"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Piece(_Part):
    """A file that others publish."""

    path: str = Field(
        description="below the address or the folder, with forward slashes", pattern=rf"^{_STEP}(/{_STEP})*$"
    )
    size_bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Entry(_Part):
    """A bundle that can be pulled: both halves of a CLIP as ONNX, and how their input is made."""

    about: str = Field(description="what it is, in words")
    origin: str = Field(description="whose weights, exported by whom, which revision")
    licence: str = Field(description="of the weights, as an SPDX expression")
    url: str = Field(description="address that the paths are looked up below", pattern=r"^https?://")
    size_px: int = Field(gt=0, description="side of the square that pictures are cut to")
    mean: tuple[float, float, float] = Field(description="of the pixels, by channel, 0 to 1")
    std: tuple[float, float, float] = Field(description="deviation of the pixels, by channel, 0 to 1")
    max_tokens: int = Field(gt=0)
    frames: Piece = Field(description="takes pixel_values, gives image_embeds")
    texts: Piece = Field(description="takes input_ids, gives text_embeds")
    tokenizer: Piece = Field(description="in Hugging Face tokenizers JSON")
    known_words: bool = Field(
        default=False,
        description="whether these are the weights of CLIP ViT-B/32, of which published vectors are known: "
        "the text half must find them again",
    )

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All files, the smallest first: a wrong address shows before much was fetched."""
        return tuple(sorted((self.frames, self.texts, self.tokenizer), key=lambda piece: piece.size_bytes))

    @property
    def size_bytes(self) -> int:
        """Of all files together."""
        return sum(piece.size_bytes for piece in self.pieces)


_Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
_ENTRIES = TypeAdapter(dict[_Id, Entry])


def read_catalogue() -> Mapping[str, Entry]:
    """Return what can be pulled, by id.

    Raises:
        InvalidRequest: CATALOGUE_WRONG, the file that the environment names is no catalogue.
        NotFound: CATALOGUE_NOT_FOUND, it is not there.
    """
    text = (files("temptrack.pull") / "catalogue.toml").read_text(encoding="utf-8")
    entries = _ENTRIES.validate_python(tomllib.loads(text))
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return {**entries, **_read(Path(named).expanduser())} if named else entries


def find_entry(bundle_id: str) -> Entry:
    """Return the entry of an id.

    Raises:
        NotFound: BUNDLE_NOT_IN_CATALOGUE.
    """
    entries = read_catalogue()
    if bundle_id not in entries:
        raise NotFound(
            f"There is no bundle '{bundle_id}' to pull.",
            reason="BUNDLE_NOT_IN_CATALOGUE",
            hint=f"Pull one of: {', '.join(sorted(entries))}. "
            f"{ENVIRONMENT_VARIABLE} may name a catalogue with others.",
        )
    return entries[bundle_id]


def _read(path: Path) -> Mapping[str, Entry]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return _ENTRIES.validate_python(content)
    except FileNotFoundError as error:
        raise NotFound(
            f"There is no catalogue at '{path}', which {ENVIRONMENT_VARIABLE} names.",
            reason="CATALOGUE_NOT_FOUND",
            hint="Name a file that is there, or unset it.",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        wrong = f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"
    except ValueError as error:
        wrong = str(error)
    raise InvalidRequest(
        f"The catalogue '{path}' is wrong at {wrong}.",
        reason="CATALOGUE_WRONG",
        hint="docs/guides/clip-bundle.md shows its form.",
    )
