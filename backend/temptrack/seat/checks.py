"""The links of the chain that `temptrack doctor` examines, each after those it depends on."""

import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from temptrack import __version__, home
from temptrack.errors import Forbidden, NotSupported, TemptrackError
from temptrack.model.types import Bundle
from temptrack.seat import engine
from temptrack.seat.failures import explain
from temptrack.seat.reports import Check

if TYPE_CHECKING:
    from temptrack.library.store import LibraryStore

_OLDEST_PYTHON = (3, 11)
_ENGINE_PACKAGES = ("onnxruntime", "tokenizers", "lancedb", "pyarrow", "mutagen", "librosa", "pyloudnorm")
_LOW_DISK_BYTES = 500 * 2**20
_FORMAT_ADAPTERS = {"cmx_3600": ".edl", "fcp_xml": ".xml", "fcpx_xml": ".fcpxml", "AAF": ".aaf"}
_SERVER_DEADLINE_S = 10.0


def examine(*, server: str | None, bundle: str | None, device: str, token: str | None = None) -> list[Check]:
    """Return the state of every link.

    Args:
        server: HOST:PORT of a server to reach as well, or None.
        bundle: id or folder of the bundle to load instead of the usual one.
        device: "auto", "cpu" or "cuda".
        token: shown to the server; None shows what `temptrack login` kept.
    """
    checks = [
        *_guarded("python", _python),
        *_guarded("packages", _packages),
        *_guarded("home", _home),
        *_guarded("timelines", _timelines),
        *_guarded("media", _media),
    ]
    loaded: list[Bundle] = []
    checks += _guarded("bundle", lambda: _bundle(bundle or home.DEFAULT_BUNDLE, device, loaded))
    checks += _guarded("libraries", lambda: _libraries(loaded[0] if loaded else None))
    if server is not None:
        checks += _guarded("server", lambda: _server(server, token))
    return checks


def _guarded(name: str, link: Callable[[], Iterator[Check]]) -> list[Check]:
    found: list[Check] = []
    try:
        found.extend(link())
    except Exception as error:
        # Whatever a link raises is what is wrong with it; the links after it are still worth a look.
        ours = explain(error)
        found.append(
            Check(name=name, state="broken", message=ours.message, hint=ours.hint, exit_code=ours.exit_code)
        )
    return found


def _check(name: str, message: str, *, hint: str = "", state: Literal["ok", "note"] = "ok") -> Check:
    return Check(name=name, state=state, message=message, hint=hint)


def _python() -> Iterator[Check]:
    version = platform.python_version()
    if sys.version_info < _OLDEST_PYTHON:
        raise NotSupported(f"Python {version} is too old.", hint="Install Python 3.11 or newer.")
    yield _check("python", f"{version} on {platform.system()} {platform.machine()}, temptrack {__version__}")


def _packages() -> Iterator[Check]:
    missing = [name for name in _ENGINE_PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        yield _check("packages", "the local engine is installed")
    elif len(missing) == len(_ENGINE_PACKAGES):
        yield _check(
            "packages",
            "only a seat is installed: it asks a server",
            hint="To search on this machine: pip install 'temptrack[cpu]'; with an editor's plugin "
            "'temptrack[cpu,companion]'",
            state="note",
        )
    else:
        raise NotSupported(
            f"Parts of the local engine are missing: {', '.join(missing)}.",
            reason="MISSING_EXTRA",
            hint="Run: pip install 'temptrack[cpu]' (or 'temptrack[gpu]' on a machine with an NVIDIA GPU); "
            "with an editor's plugin 'temptrack[cpu,companion]'.",
        )


def _home() -> Iterator[Check]:
    folder = home.home_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            pass
    except OSError as error:
        raise Forbidden(
            f"{folder} cannot be written to: {error.strerror or error}.",
            reason="HOME_NOT_WRITABLE",
            hint=f"Change its permissions, or set {home.ENVIRONMENT_VARIABLE} to a folder of yours.",
        ) from error
    free = shutil.disk_usage(folder).free
    low = free < _LOW_DISK_BYTES
    yield _check(
        "home",
        f"{folder}, {free / 2**30:.1f} GB free",
        hint="Free some space before indexing." if low else "",
        state="note" if low else "ok",
    )


def _timelines() -> Iterator[Check]:
    import opentimelineio as otio

    known = set(otio.adapters.available_adapter_names())
    absent = [suffix for adapter, suffix in _FORMAT_ADAPTERS.items() if adapter not in known]
    message = f"OpenTimelineIO {otio.__version__} reads .otio, .otioz and .otiod"
    if absent:
        hint = f"For {', '.join(absent)}: pip install 'temptrack[formats]'"
        yield _check("timelines", message, hint=hint, state="note")
    else:
        yield _check("timelines", f"{message}, and {', '.join(_FORMAT_ADAPTERS.values())}")


def _media() -> Iterator[Check]:
    """Decode a sound that was just written: a library that loads may still lack codecs."""
    import wave

    from temptrack.media.audio import decode_audio

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tone.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes(16_000))
        waveform = decode_audio(path, rate_hz=8000)
    if Fraction(waveform.samples.shape[-1], waveform.rate_hz) != 1:
        raise TemptrackError(
            "A second of sound did not decode to a second.",
            hint="Reinstall PyAV: pip install --force-reinstall av",
        )
    yield _check("media", "films and sounds can be decoded")


def _bundle(bundle: str, device: str, loaded: list[Bundle]) -> Iterator[Check]:
    opened = engine.open_bundle(bundle, device)
    loaded.append(opened)
    yield _check(
        "bundle", f"{opened.id} loads on {opened.provider}, its files are intact ({opened.digest[:12]})"
    )


def _libraries(bundle: Bundle | None) -> Iterator[Check]:
    from temptrack.library.store import LibraryStore, library_names

    names = library_names()
    if not names:
        yield _check(
            "libraries",
            "there is none yet",
            hint="temptrack library create NAME, then temptrack library index NAME MUSIC_FOLDER",
            state="note",
        )
    for name in names:
        yield from _guarded(f"library {name}", lambda name=name: _library(LibraryStore.open(name), bundle))  # type: ignore[misc]


def _library(store: "LibraryStore", bundle: Bundle | None) -> Iterator[Check]:
    from temptrack.model.bundles import list_bundles

    name = f"library {store.name}"
    info = store.info()
    if bundle is not None and bundle.id == info.bundle_id:
        store.require_bundle(bundle.id, bundle.digest)
    elif info.bundle_id not in list_bundles():
        raise engine.bundle_gone(store.name, info.bundle_id)
    if info.track_count == 0:
        hint = f"temptrack library index {store.name} MUSIC_FOLDER"
        yield _check(name, "it is empty", hint=hint, state="note")
    else:
        yield _check(name, f"{info.track_count} tracks, indexed with {info.bundle_id}")


def _server(address: str, token: str | None) -> Iterator[Check]:
    from temptrack.client.credentials import credentials_for
    from temptrack.client.remote import RemoteSuggester

    credentials = credentials_for(address, token=token)
    with RemoteSuggester(address, deadline_s=_SERVER_DEADLINE_S, credentials=credentials) as suggester:
        info = suggester.info()
        libraries = suggester.libraries()
    names = ", ".join(library.name for library in libraries) or "no library yet"
    yield _check("server", f"{address} serves {info.bundle_id} on {info.provider}: {names}")
