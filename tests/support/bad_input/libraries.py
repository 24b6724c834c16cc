"""Bad libraries, bad music, bad bundles."""

import errno
import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lancedb
import numpy as np

from support.bad_input.case import NONE, Case, Outcome, Place, call, command, run_command
from support.fake_bundle import FakeBundle
from support.films import make_film
from support.planted_tracks import planted
from support.tones import tone, write_audio
from temptrack import home
from temptrack.library import schema
from temptrack.library.ingest import index_folders
from temptrack.library.reindex import reindex_library
from temptrack.library.store import LibraryStore
from temptrack.model.bundles import load_bundle
from temptrack.model.types import Matrix, MusicEmbeddings


def with_stock(*words: str, tracks: int = 0) -> Callable[[Place], Outcome]:
    return command(*words, prepare=lambda place: place.stock(tracks))


def foreign_table(metadata: dict[str, str]) -> Callable[[Place], None]:
    def prepare(place: Place) -> None:
        folder = home.libraries_folder() / "stock"
        lancedb.connect(folder).create_table("tracks", schema=schema.table_schema(metadata))

    return prepare


def damaged_table(place: Place) -> None:
    for manifest in Path(place.stock(2).uri).rglob("*.manifest"):
        manifest.write_bytes(b"not a manifest")


def lost_data(place: Place) -> None:
    for data in Path(place.stock(2).uri).rglob("*.lance"):
        if data.is_file():
            data.unlink()


def other_bundle(place: Place) -> None:
    LibraryStore.create("stock", bundle_id="lite-9", bundle_digest="9" * 64).upsert([planted(1)])


def store_refuses(error: OSError) -> Callable[[Place], None]:
    def prepare(place: Place) -> None:
        def refuse(*_names: object, **_options: object) -> None:
            raise error

        place.patch.setattr(lancedb, "connect", refuse)

    return prepare


def full_disk_while_indexing(place: Place) -> object:
    store = place.stock()
    write_audio(place.folder / "music" / "a.flac", tone(duration_s=1))

    def refuse(*_names: object) -> None:
        raise OSError(f"LanceError(IO): No space left on device (os error {errno.ENOSPC})")

    place.patch.setattr("lancedb.table.LanceTable.merge_insert", refuse)
    return index_folders(store, [place.folder / "music"], FakeBundle, workers=0)


def home_is_a_file(place: Place) -> None:
    file = place.write("taken", b"")
    place.patch.setenv(home.ENVIRONMENT_VARIABLE, str(file))


def lost_music(place: Place) -> object:
    path = write_audio(place.folder / "music" / "a.flac", tone(duration_s=1))
    store = place.stock()
    index_folders(store, [path.parent], FakeBundle, workers=0)
    path.unlink()
    return reindex_library(store, FakeBundle, workers=0)


def linked_away(place: Place) -> Outcome:
    folder = place.folder / "music"
    folder.mkdir()
    (folder / "a.flac").symlink_to(write_audio(place.folder / "private" / "b.flac", tone(duration_s=1)))
    (failed,) = index_folders(place.stock(), [folder], FakeBundle, workers=0, within=[folder]).failed
    return Outcome("library", failed.reason, f"{failed.path}: {failed.message}", "", NONE, NONE)


def music(name: str, make: Callable[[Path], object]) -> Callable[[Place], Outcome]:
    """Index a folder with one bad file; what the report says about it, and the exit code of the command."""

    def provoke(place: Place) -> Outcome:
        folder = place.folder / "music"
        folder.mkdir()
        make(folder / name)
        store = place.stock()
        report = index_folders(store, [folder], FakeBundle, workers=0)
        (failed,) = report.failed
        return Outcome("library", failed.reason, f"{failed.path}: {failed.message}", "", NONE, NONE)

    return provoke


def not_unicode(path: Path) -> None:
    Path(os.fsdecode(os.fsencode(path.parent) + b"/\xe9t\xe9.flac")).write_bytes(b"x")


def refused_sound(place: Place) -> Outcome:
    path = write_audio(place.folder / "music" / "a.flac", tone(duration_s=1))

    def refuse(*_names: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    place.patch.setattr("temptrack.library.jobs.audio_digest", refuse)
    (failed,) = index_folders(place.stock(), [path.parent], FakeBundle, workers=0).failed
    return Outcome("library", failed.reason, f"{failed.path}: {failed.message}", "", NONE, NONE)


def without_numbers(place: Place) -> Outcome:
    class Broken(FakeBundle):
        def embed_music(self, audio_features: Matrix) -> MusicEmbeddings:
            heard = super().embed_music(audio_features)
            return MusicEmbeddings(embeddings=np.float32(np.nan) * heard.embeddings, tags=heard.tags)

    path = write_audio(place.folder / "music" / "a.flac", tone(duration_s=1))
    (failed,) = index_folders(place.stock(), [path.parent], Broken, workers=0).failed
    return Outcome("library", failed.reason, f"{failed.path}: {failed.message}", "", NONE, NONE)


def bundle(place: Place, **changes: Any) -> Path:
    """Write the smallest bundle there can be, with one graph that is none."""
    graph = b"no graph"
    tensor = {"name": "frames", "dtype": "uint8", "shape": ["frames", 8, 8, 3]}
    manifest = {
        "format": 1,
        "id": "tiny-0",
        "embed_dim": 4,
        "files": [
            {"file": "frames.onnx", "sha256": hashlib.sha256(graph).hexdigest(), "size_bytes": len(graph)}
        ],
        "graphs": {
            "frame_encoder": {
                "file": "frames.onnx",
                "inputs": [tensor],
                "outputs": [{"name": "features", "dtype": "float32", "shape": ["frames", 4]}],
            }
        },
        "frames": {
            "size_px": 8,
            "resize": "shorter-side-then-centre-crop",
            "interpolation": "area",
            "colour": "rgb",
            "mean": [0, 0, 0],
            "std": [1, 1, 1],
        },
        "text": {"tokenizer": "tokenizer.json", "max_tokens": 8},
        "audio": {"rate_hz": 8000, "window_samples": 8000, "fft_size": 512, "hop": 256, "mel_bins": 8},
        "tags": [],
        "x_null": "zeros",
        "licence": "Apache-2.0",
        "origins": [],
        "training": "none",
        "code_version": "0",
    }
    place.write("bundle/frames.onnx", graph)
    return place.write("bundle/manifest.json", json.dumps(manifest | changes)).parent


def made_with(prepare: Callable[[Place], object]) -> Callable[[Place], Outcome]:
    """Make a library with a bundle, as the command does it."""

    def provoke(place: Place) -> Outcome:
        prepare(place)
        words = ("library", "create", "stock", "--bundle", str(place.folder / "bundle"))
        return run_command(place, words)

    return provoke


def without_its_file(place: Place) -> None:
    (bundle(place) / "frames.onnx").unlink()


def with_another_file(place: Place) -> None:
    (bundle(place) / "frames.onnx").write_bytes(b"no grape")


def with_junk_as_graph(place: Place) -> object:
    loaded = load_bundle(bundle(place), device="cpu")
    return loaded.encode_frames(np.zeros((1, 8, 8, 3), dtype=np.uint8), [1])


def without_runtime(place: Place) -> object:
    place.patch.setitem(sys.modules, "onnxruntime", None)
    return load_bundle(bundle(place), device="cpu")


def without_cuda(place: Place) -> object:
    place.patch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    return load_bundle(bundle(place), device="cuda")


def bundle_is_gone(place: Place) -> Outcome:
    """Ask a library that was indexed with the double, where there is only what ships."""
    place.stock(1)
    return run_command(place, ("suggest", "-l", "stock", "-p", "calm"))


LIBRARIES = (
    Case("a library that is not there", command("library", "show", "stoc")),
    Case("a library name that climbs", command("library", "create", "../etc")),
    Case("a library name with an emoji", command("library", "create", "mood 🎵")),
    Case("a library name of 65 letters", command("library", "create", "x" * 65)),
    Case("a library name of Windows", command("library", "create", "nul")),
    Case("a library name that is taken", with_stock("library", "create", "Stock")),
    Case("an empty library", with_stock("suggest", "-l", "stock", "-p", "calm")),
    Case(
        "a library of a newer temptrack",
        command(
            "library",
            "show",
            "stock",
            prepare=foreign_table({"temptrack.schema_version": "99", "temptrack.name": "stock"}),
        ),
    ),
    Case(
        "a table of another program",
        command("library", "show", "stock", prepare=foreign_table({"made": "by others"})),
    ),
    Case("a damaged library", command("library", "show", "stock", prepare=damaged_table)),
    Case("a library that lost its data files", command("library", "show", "stock", prepare=lost_data)),
    Case(
        "a library indexed with another bundle",
        command("suggest", "-l", "stock", "-p", "calm", prepare=other_bundle),
    ),
    Case(
        "a library without permission",
        command(
            "library",
            "create",
            "stock",
            prepare=store_refuses(PermissionError(errno.EACCES, "Permission denied")),
        ),
        simulated="the system refuses to open the folder",
    ),
    Case(
        "a library on a share that is away",
        command(
            "library", "create", "stock", prepare=store_refuses(OSError(errno.EIO, "Input/output error"))
        ),
        simulated="the system fails to read",
    ),
    Case(
        "indexing onto a full disk",
        call(full_disk_while_indexing),
        simulated="the table engine finds no space",
    ),
    Case("TEMPTRACK_HOME is a file", command("library", "create", "stock", prepare=home_is_a_file)),
    Case("reindexing a library whose music is gone", call(lost_music)),
    Case("a folder of music that is not there", with_stock("library", "index", "stock", "FOLDER/no")),
    Case(
        "a track to remove that is not there", with_stock("library", "remove", "stock", "Nocturne", tracks=2)
    ),
    Case(
        "a title that two tracks have",
        command("suggest", "-l", "stock", "--like", "piece", prepare=lambda place: place.stock(2)),
    ),
)

MUSIC = (
    Case("an empty file of music", music("a.mp3", Path.touch)),
    Case("text named .mp3", music("a.mp3", lambda path: path.write_text("words\n" * 50))),
    Case("random bytes named .flac", music("a.flac", lambda path: path.write_bytes(bytes(range(256)) * 40))),
    Case(
        "music cut off after 20 bytes",
        music("a.wav", lambda path: path.write_bytes(b"RIFF\xff\xff\xff\x7fWAVEfmt ")),
    ),
    Case(
        "film without sound named .m4a",
        music("a.m4a", lambda path: make_film(path.with_suffix(".mp4")).rename(path)),
    ),
    Case("sound that the model makes no numbers of", without_numbers, simulated="the model answers NaN"),
    Case("a link that leads nowhere", music("a.flac", lambda path: path.symlink_to(path.parent / "gone"))),
    Case("a link out of the folders that a server may read", linked_away),
    Case("a file name that is no Unicode", music("a.flac", not_unicode)),
    Case("music without read permission", refused_sound, simulated="the system refuses to read the file"),
)

BUNDLES = (
    Case("a bundle that is not there", made_with(lambda _place: None)),
    Case("a library whose bundle is not on this machine", bundle_is_gone),
    Case("a bundle without a manifest", made_with(lambda place: place.write("bundle/x", b""))),
    Case("a manifest that is no JSON", made_with(lambda place: place.write("bundle/manifest.json", b"{"))),
    Case("a manifest with a wrong field", made_with(lambda place: bundle(place, embed_dim=0))),
    Case("a bundle of a newer format", made_with(lambda place: bundle(place, format=2))),
    Case("a bundle that lacks a file", made_with(without_its_file)),
    Case("a bundle with a changed file", made_with(with_another_file)),
    Case("a bundle with junk as graph", call(with_junk_as_graph)),
    Case("a device that is unknown", call(lambda place: load_bundle(bundle(place), device="tpu"))),
    Case(
        "a bundle where ONNX Runtime is missing",
        call(without_runtime),
        simulated="the package is not found",
    ),
    Case("CUDA where there is none", call(without_cuda), simulated="ONNX Runtime says that it has no CUDA"),
)
