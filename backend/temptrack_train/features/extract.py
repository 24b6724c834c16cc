"""Extraction over many files: resumable, shared between machines, with failures by item."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from temptrack.errors import InvalidRequest, TemptrackError
from temptrack_train.features.extractors import Extractor
from temptrack_train.features.store import FeatureWriter


@dataclass(frozen=True, slots=True)
class Share:
    """One machine's part of the work: every item belongs to exactly one of ``count`` shares.

    Attributes:
        number: 0 to count - 1.
        count: at least 1.
    """

    number: int = 0
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> "Share":
        """Read "2/8".

        Raises:
            InvalidRequest: SHARE, anything else.
        """
        number, _, count = text.partition("/")
        if number.isdecimal() and count.isdecimal() and int(number) < int(count):
            return cls(int(number), int(count))
        raise InvalidRequest(
            f"'{text}' is not a share of the work.",
            reason="SHARE",
            hint="Write 0/4, 1/4, 2/4 or 3/4 for four.",
        )

    def holds(self, key: str) -> bool:
        """Say whether an item is in this share."""
        return zlib.crc32(key.encode()) % self.count == self.number

    @property
    def part(self) -> str:
        """Name of its files."""
        return f"part-{self.number}-of-{self.count}"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a run did.

    Attributes:
        done: items extracted now.
        kept: items that were there already.
        failures: why items could not be used, by id.
    """

    done: int
    kept: int
    failures: Mapping[str, str] = field(default_factory=dict)


def extract_features(
    sources: Mapping[str, Path],
    extractor: Extractor,
    folder: Path,
    *,
    share: Share | None = None,
    progress: Callable[[str], None] = lambda _key: None,
) -> Extraction:
    """Extract what is missing from a store; a file that cannot be used is noted and left out.

    Args:
        sources: file by id.
        extractor: from file to features.
        folder: the store.
        share: which items are this machine's.
        progress: called with an id after each item, those kept included.

    Raises:
        InvalidRequest: FEATURE_SPACES_MIXED, the store is another encoder's.
    """
    share = share or Share()
    mine: Sequence[str] = [key for key in sources if share.holds(key)]
    failures: dict[str, str] = {}
    with FeatureWriter(folder, extractor.header, part=share.part) as writer:
        missing = [key for key in mine if key not in writer.done]
        for key in mine:
            if key in writer.done:
                progress(key)
        for key in missing:
            try:
                writer.add(key, extractor.extract(sources[key]))
            except TemptrackError as error:
                failures[key] = str(error)
                writer.fail(key, str(error))
            progress(key)
    return Extraction(len(missing) - len(failures), len(mine) - len(missing), failures)
