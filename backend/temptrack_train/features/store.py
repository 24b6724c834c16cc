"""Features on disk: shards in the safetensors format, each with its checksum, of one encoder only.

A store is a folder:

- ``store.json`` says which encoder made everything in it; another encoder's features are refused.
- ``<part>-<number>.safetensors`` holds features [rows, dim] by id.
- ``<part>.json`` lists the shards of one writer with their SHA-256, and what failed. It is replaced after
  each shard, so a killed writer loses the shard it was filling and nothing else. Several machines write to
  one store under different parts.
"""

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from temptrack.errors import Corrupt, InvalidRequest, NotFound
from temptrack_train.datasets.types import Matrix

FORMAT_VERSION = 1
HEADER_NAME = "store.json"
ITEMS_PER_SHARD = 64
SECONDS_PER_SHARD = 300.0
"""A shard is written when it is full or this old: long films on a slow machine are not lost by the dozen."""

Kind = Literal["video", "music"]

_LOG = logging.getLogger(__name__)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoreHeader(_Part):
    """What all features of a store have in common."""

    format: int = FORMAT_VERSION
    kind: Kind
    encoder_id: str = Field(description="changes whenever the same media would give other features")
    dim: int = Field(gt=0, description="length of a row")
    sampling: str = Field("", description="which moments were looked at; empty for sound")


class Shard(_Part):
    """One file of features."""

    file: str
    sha256: str
    ids: tuple[str, ...]


class PartIndex(_Part):
    """What one writer has written."""

    shards: tuple[Shard, ...] = ()
    failures: Mapping[str, str] = Field(default_factory=dict, description="why, by id")


class FeatureStore:
    """Reads features by id. Checks a shard against its checksum when it is first read."""

    def __init__(self, folder: Path) -> None:
        """Open a store.

        Raises:
            NotFound: there is none.
            Corrupt: its header or an index is damaged, or of a newer format.
        """
        self.folder = folder
        self.header = _read(folder / HEADER_NAME, StoreHeader)
        if self.header.format != FORMAT_VERSION:
            raise Corrupt(
                f"The feature store '{folder}' has format {self.header.format}, not {FORMAT_VERSION}.",
                reason="STORE_FORMAT",
                hint="Extract the features again with this version.",
            )
        self._parts = [_read(path, PartIndex) for path in sorted(folder.glob("part-*.json"))]
        self._loaded: dict[str, Mapping[str, Matrix]] = {}

    @cached_property
    def _shard_of(self) -> Mapping[str, Shard]:
        return {key: shard for part in self._parts for shard in part.shards for key in shard.ids}

    @property
    def ids(self) -> Sequence[str]:
        """Ids in the order written."""
        return tuple(self._shard_of)

    @property
    def failures(self) -> Mapping[str, str]:
        """Why media could not be used, by id; without those that another run managed."""
        found = {key: why for part in self._parts for key, why in part.failures.items()}
        return {key: why for key, why in found.items() if key not in self._shard_of}

    def __contains__(self, key: str) -> bool:
        """Say whether features of an id are there."""
        return key in self._shard_of

    def get(self, key: str) -> Matrix:
        """Return features [rows, dim].

        Raises:
            NotFound: none of that id.
            Corrupt: the shard differs from its checksum.
        """
        shard = self._shard_of.get(key)
        if shard is None:
            why = self.failures.get(key, "it was never extracted")
            raise NotFound(
                f"There are no {self.header.kind} features of '{key}' in '{self.folder}': {why}.",
                reason="FEATURES_NOT_FOUND",
                hint="Run `temptrack-train features` again; it does what is missing.",
            )
        if shard.file not in self._loaded:
            self._loaded[shard.file] = self._load(shard)
        return self._loaded[shard.file][key]

    def _load(self, shard: Shard) -> Mapping[str, Matrix]:
        path = self.folder / shard.file
        try:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != shard.sha256:
                raise SafetensorError("its checksum differs")
            return load(content)
        except (OSError, SafetensorError) as error:
            raise Corrupt(
                f"The shard '{path}' cannot be used: {error}.",
                reason="SHARD_CORRUPT",
                hint=f"Delete it, then run `temptrack-train features`; {len(shard.ids)} items are redone.",
            ) from error


class FeatureWriter:
    """Adds features to a store; what was written before stays and need not be done again.

    Use as a context manager; leaving it, even by an error, writes what was added.
    """

    def __init__(self, folder: Path, header: StoreHeader, *, part: str = "part-0-of-1") -> None:
        """Open or make a store for writing.

        Args:
            folder: the store.
            header: what the features will be.
            part: name of this writer's files; no two writers at once may share it.

        Raises:
            InvalidRequest: FEATURE_SPACES_MIXED, the store holds features of another encoder.
        """
        self._folder = folder
        self._part = part
        self._pending: dict[str, Matrix] = {}
        folder.mkdir(parents=True, exist_ok=True)
        _settle_header(folder, header)
        self._header = header
        self._index_path = folder / f"{part}.json"
        self._index = _read(self._index_path, PartIndex) if self._index_path.exists() else PartIndex()
        self._forget_lost_shards()
        self._failures: dict[str, str] = {}
        self._flushed_s = time.monotonic()

    @cached_property
    def done(self) -> frozenset[str]:
        """Ids that any writer finished before this one was opened."""
        return frozenset(FeatureStore(self._folder).ids)

    def add(self, key: str, rows: Matrix) -> None:
        """Add the features of an item, [rows, dim] with at least one row.

        Raises:
            InvalidRequest: another shape than the store's, or numbers that are not finite.
        """
        if (
            rows.ndim != 2
            or rows.shape[1] != self._header.dim
            or not len(rows)
            or not np.isfinite(rows).all()
        ):
            raise InvalidRequest(
                f"Features of '{key}' of shape {rows.shape} do not fit [rows, {self._header.dim}].",
                reason="FEATURES_SHAPE",
                hint="Features are finite numbers, one row for every ten seconds.",
            )
        self._pending[key] = np.ascontiguousarray(rows, dtype=np.float32)
        if len(self._pending) >= ITEMS_PER_SHARD or time.monotonic() - self._flushed_s > SECONDS_PER_SHARD:
            self._flush()

    def fail(self, key: str, why: str) -> None:
        """Note that an item could not be used; the next run tries again."""
        self._failures[key] = why

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left."""
        self._flush()

    def _flush(self) -> None:
        shards = self._index.shards
        if self._pending:
            content = save(self._pending, metadata={"encoder_id": self._header.encoder_id})
            file = f"{self._part}-{len(shards):05d}.safetensors"
            _write(self._folder / file, content)
            digest = hashlib.sha256(content).hexdigest()
            shards = (*shards, Shard(file=file, sha256=digest, ids=tuple(self._pending)))
            self._pending = {}
        self._flushed_s = time.monotonic()
        self._index = PartIndex(shards=shards, failures=self._failures)
        _write(self._index_path, self._index.model_dump_json(indent=1).encode())

    def _forget_lost_shards(self) -> None:
        """Drop shards whose file is gone, so that their items are done again."""
        kept = tuple(shard for shard in self._index.shards if (self._folder / shard.file).exists())
        if kept == self._index.shards:
            return
        _LOG.warning("Shards are missing from '%s'; what they held is extracted again.", self._folder)
        # Names follow from how many there are, so the ones kept are renamed into a row.
        renamed = []
        for number, shard in enumerate(kept):
            file = f"{self._part}-{number:05d}.safetensors"
            if shard.file != file:
                os.replace(self._folder / shard.file, self._folder / file)
            renamed.append(shard.model_copy(update={"file": file}))
        self._index = PartIndex(shards=tuple(renamed))
        _write(self._index_path, self._index.model_dump_json(indent=1).encode())


def _settle_header(folder: Path, header: StoreHeader) -> None:
    path = folder / HEADER_NAME
    if not path.exists():
        _write(path, header.model_dump_json(indent=1).encode())
        return
    there = _read(path, StoreHeader)
    if there != header:
        raise InvalidRequest(
            f"'{folder}' holds {there.kind} features of encoder '{there.encoder_id}' "
            f"({there.sampling or 'sound'}, {there.dim} numbers), not of '{header.encoder_id}' "
            f"({header.sampling or 'sound'}, {header.dim} numbers).",
            reason="FEATURE_SPACES_MIXED",
            hint="Write to another folder; features of different encoders cannot be compared.",
        )


_Model = TypeVar("_Model", bound=BaseModel)


def _read(path: Path, model: type[_Model]) -> _Model:
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise NotFound(
            f"There is no feature store in '{path.parent}': {path.name} is missing.",
            reason="STORE_NOT_FOUND",
            hint="Make one with `temptrack-train features`.",
        ) from None
    except ValidationError as error:
        raise Corrupt(
            f"'{path}' is damaged: {error.errors()[0]['msg']}.",
            reason="STORE_CORRUPT",
            hint="Delete the file; what it lists is extracted again.",
        ) from error


def _write(path: Path, content: bytes) -> None:
    handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
