"""What a library's table says about the library as a whole."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from temptrack.errors import Corrupt, NotReady, NotSupported
from temptrack.library import schema
from temptrack.library.types import LibraryInfo

_BATCH = 8192


@dataclass(frozen=True, slots=True)
class Facts:
    """What is written down once, when a library is made.

    Attributes:
        name: how people call it.
        bundle_id: the bundle its tracks are indexed with.
        bundle_digest: hex SHA-256 of that bundle's manifest.
        stamp: 32 hex digits of its own for every table that is made; empty where an older temptrack made it.
    """

    name: str
    bundle_id: str
    bundle_digest: str
    stamp: str = field(default_factory=lambda: uuid4().hex, compare=False)

    @classmethod
    def of(cls, metadata: Mapping[bytes, bytes] | None, asked: str) -> Self:
        """Read them from the metadata of a table.

        Args:
            metadata: as the table has it.
            asked: what the library was asked for as, for messages.

        Raises:
            Corrupt: LIBRARY_CORRUPT, when the table is none of ours.
            NotSupported: LIBRARY_TOO_NEW.
        """
        known = {key.decode(): value.decode() for key, value in (metadata or {}).items()}
        version = known.get("temptrack.schema_version", "")
        if not version.isdecimal() or "temptrack.name" not in known:
            raise Corrupt(
                f"The table at {asked!r} is not a library of temptrack.",
                reason="LIBRARY_CORRUPT",
                hint="Choose another place, or delete that table.",
            )
        if int(version) > schema.SCHEMA_VERSION:
            raise NotSupported(
                f"Library {asked!r} has format {version}; this build reads up to {schema.SCHEMA_VERSION}.",
                reason="LIBRARY_TOO_NEW",
                hint="Upgrade with `pip install --upgrade temptrack`.",
                metadata={"library": asked, "format": version},
            )
        return cls(
            known["temptrack.name"],
            known["temptrack.bundle_id"],
            known["temptrack.bundle_digest"],
            known.get("temptrack.stamp", ""),
        )

    def metadata(self) -> dict[str, str]:
        """Return them as metadata of a table."""
        return {
            "temptrack.schema_version": str(schema.SCHEMA_VERSION),
            "temptrack.name": self.name,
            "temptrack.bundle_id": self.bundle_id,
            "temptrack.bundle_digest": self.bundle_digest,
            "temptrack.stamp": self.stamp,
        }

    def edition(self, version: int) -> str:
        """Name a version of this table apart from all versions of every other.

        Numbers alone do not: a library that was deleted and made anew counts from 1 again.
        """
        return f"{self.stamp}-{version}" if self.stamp else str(version)

    def require_bundle(self, bundle_id: str, bundle_digest: str) -> None:
        """Make sure that the bundle in use is the one of this library.

        Raises:
            NotReady: BUNDLE_MISMATCH, with the command that mends it.
        """
        if self.bundle_digest == bundle_digest:
            return
        if self.bundle_id == bundle_id:
            builds = f"{self.bundle_digest[:12]}, now {bundle_digest[:12]}"
            what = f"another build of bundle {bundle_id} ({builds})"
        else:
            what = f"bundle {self.bundle_id}; the bundle in use is {bundle_id}"
        raise NotReady(
            f"Library {self.name!r} was indexed with {what}.",
            reason="BUNDLE_MISMATCH",
            hint=f"Run `temptrack library reindex {self.name}`.",
            metadata={"library": self.name, "indexed_with": self.bundle_id, "bundle": bundle_id},
        )


def read_columns(table: Any, columns: Iterable[str]) -> pa.Table:
    """Return some columns of all rows of a table."""
    return table.search().select(list(columns)).limit(None).to_arrow()


def describe_library(facts: Facts, uri: str, version: int, table: pa.Table) -> LibraryInfo:
    """Describe a library from its columns id, content_digest, words and duration_s."""
    ordered = table.select(["id", "content_digest", "words", "duration_s"]).sort_by("id")
    digest = hashlib.sha256()
    for batch in ordered.select(["id", "content_digest", "words"]).to_batches(_BATCH):
        digest.update(_with_lengths(batch.columns))
    return LibraryInfo(
        name=facts.name,
        uri=uri,
        version=version,
        digest=digest.hexdigest(),
        bundle_id=facts.bundle_id,
        bundle_digest=facts.bundle_digest,
        track_count=table.num_rows,
        duration_s=round(sum(ordered["duration_s"].to_pylist()), 3),
    )


def _with_lengths(columns: Sequence[Any]) -> Any:
    """Return all strings of some columns, row by row, each after its length in 8 bytes, little end first."""
    parts = []
    for column in columns:
        lengths = np.asarray(pc.binary_length(column), dtype="<i8")
        eight_bytes = pa.py_buffer(lengths.tobytes())
        parts += [
            pa.FixedSizeBinaryArray.from_buffers(pa.binary(8), len(lengths), [None, eight_bytes]),
            column,
        ]
    joined = pc.binary_join_element_wise(*(part.cast(pa.binary()) for part in parts), b"")
    return b"".join(joined.to_pylist())
