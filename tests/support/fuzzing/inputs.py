"""Inputs of a target: its seeds, what is kept in the repository, and what can be made of them."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

from support.fuzzing.json_trees import changed
from support.fuzzing.target import Target

CORPUS = Path(__file__).parents[2] / "fuzz" / "corpus"
"""Small inputs of our own, and those that once escaped; one folder a target."""

_MOST_SAMPLE_BYTES = 40_000


def corpus_of(target: Target) -> list[Path]:
    """Return the kept inputs of a target in order of name."""
    return sorted((CORPUS / target.name).glob("*"))


def seeds_of(target: Target) -> list[bytes]:
    """Return seeds and kept inputs; never empty."""
    return [*target.seeds(), *(path.read_bytes() for path in corpus_of(target))]


def samples_of(target: Target, reference: Path) -> list[bytes]:
    """Return the timelines of other programs that a target reads.

    Args:
        target: who reads them.
        reference: folder of reference data.
    """
    found = [path for ending in target.ends for path in sorted(reference.glob(f"otio_samples/*{ending}"))]
    return [path.read_bytes() for path in found if path.stat().st_size <= _MOST_SAMPLE_BYTES]


def inputs_of(target: Target) -> st.SearchStrategy[bytes]:
    """Return a strategy: seeds with a few changes, and bytes of no kind at all."""
    seeds = seeds_of(target)
    pieces = st.sampled_from(target.words) if target.words else st.binary(max_size=4)
    change = st.tuples(
        st.sampled_from((_put, _overwritten, _cut, _doubled, _ended)),
        st.integers(0, 2**16),
        pieces | st.binary(min_size=1, max_size=4),
    )
    made = st.builds(_changed, st.sampled_from(seeds), st.lists(change, max_size=6)) | st.binary(max_size=200)
    return made if target.json_start is None else made | _json_of(target, seeds)


def _json_of(target: Target, seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    start = target.json_start
    assert start is not None
    return st.builds(
        lambda data, seed: changed(data, start(data), seed), st.sampled_from(seeds), st.integers(0, 2**32)
    )


def _changed(seed: bytes, changes: list[tuple[Callable[[bytes, int, bytes], bytes], int, bytes]]) -> bytes:
    for change, place, piece in changes:
        seed = change(seed, place % (len(seed) + 1), piece)
    return seed


def _put(data: bytes, place: int, piece: bytes) -> bytes:
    return data[:place] + piece + data[place:]


def _overwritten(data: bytes, place: int, piece: bytes) -> bytes:
    return data[:place] + piece + data[place + len(piece) :]


def _cut(data: bytes, place: int, piece: bytes) -> bytes:
    return data[:place] + data[place + 8 * len(piece) :]


def _doubled(data: bytes, place: int, piece: bytes) -> bytes:
    return data[:place] + data[place : place + 64] * (1 + len(piece)) + data[place:]


def _ended(data: bytes, place: int, _piece: bytes) -> bytes:
    return data[:place]
