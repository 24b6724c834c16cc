"""Writes the figures of docs/guides/capacity.md from results/*.json: none there is typed by hand."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from benchmarks.page import filled
from benchmarks.speed.measure import RESULTS, ROOT

GUIDE = ROOT / "docs" / "guides" / "capacity.md"
COMMAND = "python -m benchmarks.capacity"

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
CORES = (2, 4, 8, 16, 32)
FRAMES_A_SEGMENT = 10
PROMPTS_A_MINUTE = 1.0
SEGMENTS_A_MINUTE = 1.8
BUSY = 0.5

GPUS = {"NVIDIA L4": 300, "NVIDIA L40S": 864, "GeForce RTX 4090": 1008, "NVIDIA H200": 4800}
"""GB a second of memory, as their makers say."""

BUS_GB_S = 25.0
"""What a PCI Express 4.0 slot of 16 lanes carries in practice, as is commonly said."""

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What the results say, by track, frame and prompt.

    Attributes:
        tracks: of the library that was measured.
        dim: length of its vectors.
        held_bytes: memory of a library, a track.
        disk_bytes: on disk, a track, with the windows that were planted.
        windows: how many those were.
        load_core_s: processor time of loading, a track.
        product_s: one look at all vectors, a track.
        beside_s: what a search takes beside that look, a track.
        search_core_s: processor time of a search, a track.
        scan_gb_s: how fast vectors were looked at.
        frame_core_s: processor time of the server for one frame.
        prompt_core_s: processor time of one prompt among ``prompt_tracks`` tracks.
        prompt_tracks: see above.
    """

    tracks: int
    dim: int
    held_bytes: float
    disk_bytes: float
    windows: int
    load_core_s: float
    product_s: float
    beside_s: float
    search_core_s: float
    scan_gb_s: float
    frame_core_s: float
    prompt_core_s: float
    prompt_tracks: int

    @classmethod
    def read(cls) -> Self:
        """Take the figures out of results/*.json."""
        vectors, prompts = _result("speed-vectors"), _result("speed-prompts")
        tracks, dim = vectors["what"]["tracks"], vectors["what"]["embed_dim"]
        product_ms = vectors["product_ms"]["p50"]
        search_ms = vectors["latency_ms"]["without a filter"]["p50"]
        return cls(
            tracks=tracks,
            dim=dim,
            held_bytes=vectors["memory"]["held_mb"] * 2**20 / tracks,
            disk_bytes=vectors["disk_mb"] * 2**20 / tracks,
            windows=int(vectors["what"]["windows"].split()[0]),
            load_core_s=vectors["library_load_core_s"] / tracks,
            product_s=product_ms / 1000 / tracks,
            beside_s=max(0.0, search_ms - product_ms) / 1000 / tracks,
            search_core_s=vectors["processor_ms"]["without a filter"]["p50"] / 1000 / tracks,
            scan_gb_s=vectors["matrix_gb"] / (product_ms / 1000),
            frame_core_s=_frame_core_ms() / 1000,
            prompt_core_s=prompts["processor_ms"]["without a filter"]["p50"] / 1000,
            prompt_tracks=prompts["what"]["tracks"],
        )

    def memory_gb(self, tracks: int) -> float:
        """Return what a library takes while it is searched, in GB; twice that while it is loaded anew."""
        return tracks * self.held_bytes / 1e9

    def disk_gb(self, tracks: int, windows: int) -> float:
        """Return what a library takes on disk, in GB."""
        more = 2 * self.dim * (windows - self.windows)
        return tracks * (self.disk_bytes + more) / 1e9

    def search_s(self, tracks: int) -> float:
        """Return the time of one exact search without a filter, alone on the machine."""
        return tracks * (self.product_s + self.beside_s)

    def gpu_search_s(self, tracks: int, gpu_gb_s: float) -> float:
        """Return the same where the GPU looks at the vectors and the processor does the rest."""
        vectors_gb, cosines_gb = tracks * 4 * self.dim / 1e9, tracks * 4 / 1e9
        return vectors_gb / gpu_gb_s + cosines_gb / BUS_GB_S + tracks * self.beside_s

    def prompt_s(self, tracks: int) -> float:
        """Return the processor time of one prompt among so many tracks."""
        return self.prompt_core_s + (tracks - self.prompt_tracks) * self.search_core_s

    def seats(self, cores: int, tracks: int) -> int:
        """Return how many seats so many cores carry."""
        segment_core_s = FRAMES_A_SEGMENT * self.frame_core_s
        core_s_a_minute = PROMPTS_A_MINUTE * self.prompt_s(tracks) + SEGMENTS_A_MINUTE * segment_core_s
        return int(60 * cores * BUSY / core_s_a_minute)


def write_guide() -> None:
    """Put the figures into the guide between its marks."""
    GUIDE.write_text(with_figures(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {GUIDE.relative_to(ROOT)}")


def with_figures(page: str) -> str:
    """Return the guide with the figures as the results say them."""
    measured = Measured.read()
    for name, rows in (
        ("measured", _measured()),
        ("libraries", _libraries(measured)),
        ("paper", _paper(measured)),
        ("seats", _seats(measured)),
        ("load", _load()),
    ):
        page = filled(page, name, COMMAND, _table(list(rows)))
    return page


def _measured() -> Iterator[Row]:
    vectors = _result("speed-vectors")
    load = vectors["load"]
    yield f"{vectors['what']['tracks']:,} tracks, {vectors['machine']['cores']} cores", "p50", "p95"
    for kind, times in vectors["latency_ms"].items():
        yield f"search {kind}, ms", f"{times['p50']:.0f}", f"{times['p95']:.0f}"
    for kind, times in vectors["server_ms"].items():
        yield f"whole suggestion by a server, {kind}, ms", f"{times['p50']:.0f}", f"{times['p95']:.0f}"
    yield (
        "loading, s (processor time, s)",
        f"{vectors['library_load_s']:.0f}",
        (f"({vectors['library_load_core_s']:.0f})"),
    )
    yield "memory of the library, MB", f"{vectors['memory']['held_mb']:,}", ""
    yield "peak of the server, MB", f"{vectors['memory']['server_peak_mb']:,}", ""
    added = vectors["added"]
    yield f"adding {added['tracks']} tracks to it, s", f"{added['insert_s']:.1f}", ""
    for kind, found in vectors["recall"].items():
        what = f"of the best {found['best']} of {found['queries']} queries {kind}, found"
        yield what, f"{100 * found['recall']:.0f} %", f"same order: {found['same_order']}"
    yield "load of the machine meanwhile", f"{load['before']:.1f} to {load['after']:.1f}", ""


def _libraries(measured: Measured) -> Iterator[Row]:
    yield "tracks", "memory, GB", "disk, GB (20 windows a track)", "loading, core-s", "one search, ms"
    for tracks in SIZES:
        figures = (
            f"{measured.memory_gb(tracks):.2f}",
            f"{measured.disk_gb(tracks, windows=20):.1f}",
            f"{tracks * measured.load_core_s:.1f}",
            f"{1000 * measured.search_s(tracks):.0f}",
        )
        yield (f"{tracks:,}", *figures)


def _paper(measured: Measured) -> Iterator[Row]:
    tracks = SIZES[-1]
    vectors_gb = tracks * 4 * measured.dim / 1e9
    yield f"{tracks:,} tracks, by arithmetic", "vectors, GB", "GB a second", "look, ms", "search, ms"
    beside_ms = 1000 * tracks * measured.beside_s
    gb_s = measured.scan_gb_s
    look_ms = 1000 * tracks * measured.product_s
    yield (
        "the processor that was measured",
        f"{vectors_gb:.1f}",
        f"{gb_s:.1f}",
        f"{look_ms:,.0f}",
        f"{look_ms + beside_ms:,.0f}",
    )
    for gpu, bandwidth in GPUS.items():
        search_ms = 1000 * measured.gpu_search_s(tracks, bandwidth)
        figures = (f"{vectors_gb:.1f}", f"{bandwidth:,}", f"{1000 * vectors_gb / bandwidth:.0f}")
        yield (gpu, *figures, f"{search_ms:,.0f}")


def _seats(measured: Measured) -> Iterator[Row]:
    sizes = SIZES[1:3]
    yield ("cores", *(f"seats, {tracks:,} tracks" for tracks in sizes))
    for cores in CORES:
        yield (str(cores), *(str(measured.seats(cores, tracks)) for tracks in sizes))


def _load() -> Iterator[Row]:
    path = RESULTS / "studio-load.json"
    if not path.is_file():
        yield "many seats at once", "p50, ms", "p95, ms"
        yield "not measured yet: `python -m benchmarks.studio.load`", "", ""
        return
    result = json.loads(path.read_text(encoding="utf-8"))
    what = result["what"]
    cores = result["machine"]["cores"]
    yield f"{what['seats']} seats, {cores} cores, {what['tracks']:,} tracks", "p50, ms", "p95, ms"
    for phase, figures in result["phases"].items():
        for kind, times in figures["latency_ms"].items():
            yield f"{kind}, {phase}", f"{times['p50']:,.0f}", f"{times['p95']:,.0f}"


def _frame_core_ms() -> float:
    path = RESULTS / "studio-throughput.json"
    if path.is_file():
        spent = json.loads(path.read_text(encoding="utf-8"))["processor_ms_a_picture"]
        return float(spent["png: server"]["median"])
    return float(_result("speed-batches")["core_ms_a_row"]["frames"]["1"])


def _result(name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return result


def _table(rows: list[Row]) -> str:
    head, *rest = rows
    lines = [head, tuple("---" for _ in head), *rest]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n"


if __name__ == "__main__":
    write_guide()
