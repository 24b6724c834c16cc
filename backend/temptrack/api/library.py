"""One library of music and what answers for it, in this process or on a server."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property, partial
from pathlib import Path
from threading import Event, Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from temptrack.api.sounds import open_sounds
from temptrack.api.suggested import Suggested
from temptrack.errors import NotSupported
from temptrack.home import DEFAULT_BUNDLE
from temptrack.library.report import IndexReport, Progress
from temptrack.library.types import LibraryInfo, Track, TrackFilter
from temptrack.media.types import Sampling
from temptrack.seat import asking, engine
from temptrack.seat.cue_reports import report_inserted
from temptrack.seat.cuts import Cut
from temptrack.seat.reports import InsertedCue
from temptrack.suggest.types import DEFAULT_LIMIT, DEFAULT_TEXT_WEIGHT, EngineInfo, Suggester
from temptrack.timeline.scope_request import ScopeRequest

if TYPE_CHECKING:
    from temptrack.client.credentials import Credentials
    from temptrack.library.ray_crew import RayCrew
    from temptrack.library.store import LibraryStore
    from temptrack.model.types import Bundle
    from temptrack.review.sounds import Sounds
    from temptrack.suggest.cue_report import CueReport


class Library:
    """A library that answers requests; made by ``open_library`` and ``Server.library``.

    The model is loaded by the first request. May be used from several threads; close it when done, or use it
    in a ``with`` statement.

    Attributes:
        name: its name.
        server: HOST:PORT of the server that holds it, or None where it lies on this machine.
    """

    def __init__(
        self,
        name: str,
        *,
        server: str | None = None,
        bundle: str | None = None,
        device: str = "auto",
        credentials: "Credentials | None" = None,
    ) -> None:
        self.name = name
        self.server = server
        self._credentials = credentials
        self._bundle = bundle
        self._device = device
        self._opened = ExitStack()
        self._opening = Lock()

    def suggest(
        self,
        timeline: Path | str | Cut | None = None,
        *,
        prompt: str = "",
        part: ScopeRequest | None = None,
        media: Sequence[Path | str] = (),
        where: TrackFilter | None = None,
        text_weight: float = DEFAULT_TEXT_WEIGHT,
        like: str = "",
        limit: int = DEFAULT_LIMIT,
        blind: bool = False,
        sampling: Sampling | str = Sampling.STANDARD,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Suggested:
        """Rank the tracks of the library for a cut, for words, or for both.

        Args:
            timeline: a timeline file, or what ``read_cut`` read from one; None asks by words only.
            prompt: what it should sound like, in free words.
            part: which part of the timeline, where ``timeline`` is a file; None is the whole.
            media: folders where media are looked for by name, likewise.
            where: hard conditions; ``track_filter`` makes them from words such as "90-120".
            text_weight: balance, from 0 (only the picture decides) to 1 (only the words).
            like: id, path or title of a track to sound like.
            limit: most suggestions, 1 to 1000.
            blind: judge by sound alone, not by names and tags.
            sampling: "standard", "paper" or "fast": how many frames are looked at.
            progress: told (done, total) segments of picture.
            cancelled: asked before every segment whether to stop.

        Raises:
            TemptrackError: what the timeline, the library or the engine raise.
        """
        path = timeline.file.path if isinstance(timeline, Cut) else Path(timeline) if timeline else None
        wish = asking.Wish(
            library=self.name,
            prompt=prompt.strip(),
            timeline=path,
            part=part or ScopeRequest.whole(),
            media=tuple(Path(folder) for folder in media),
            where=where or TrackFilter(),
            text_weight=text_weight,
            like=like,
            limit=limit,
            blind=blind,
            sampling=Sampling(sampling),
        )
        cut = timeline if isinstance(timeline, Cut) else asking.read_wished(wish)
        answered = asking.ask(
            wish,
            self.suggester,
            cut=cut,
            tracks=self.tracks,
            progress=progress,
            cancelled=cancelled,
        )
        return Suggested(answered, self.sounds, self._tell)

    def _tell(self, answered: asking.Answered, inserted: InsertedCue) -> str | None:
        if self.server is None:
            return None
        return report_inserted(self.server, answered, inserted, self._credentials)

    @cached_property
    def _open_suggester(self) -> Suggester:
        return self._opened.enter_context(
            engine.open_suggester(
                library=self.name,
                server=self.server,
                bundle=self._bundle,
                device=self._device,
                credentials=self._credentials,
            )
        )

    @property
    def suggester(self) -> Suggester:
        """What answers the queries; the model is loaded when it is first asked for."""
        with self._opening:
            return self._open_suggester

    def engine(self) -> EngineInfo:
        """Say which bundle answers, on which device."""
        return self.suggester.info()

    def report_cue(self, report: "CueReport") -> bool:
        """Tell the server that holds the library what was done with a track, for its audit log.

        ``Suggested.insert`` does so by itself. Nobody keeps track of the music of one machine.

        Args:
            report: what was done; sent again, it is known by its id and not written down twice.

        Returns:
            Whether the audit log of the server holds it now.

        Raises:
            NotSupported: the server is of a version that keeps no account of cues (CUE_REPORTS_UNKNOWN).
            NotFound: there is no such library or track.
            TemptrackError: what the server raises, or why it cannot be asked.
        """
        if self.server is None:
            return False
        from temptrack.client.remote import RemoteSuggester

        suggester = self.suggester
        return isinstance(suggester, RemoteSuggester) and suggester.report_cue(report)

    def info(self) -> LibraryInfo:
        """Return name, version, digest, bundle and size of the library as it is now."""
        return engine.library_info(self.name, self.server, self._credentials)

    def tracks(self) -> Sequence[Track]:
        """Return all tracks in order of path."""
        return engine.tracks_of(self.name, self.server, self._credentials)

    def sounds(self) -> "AbstractContextManager[Sounds]":
        """Return where the files of the tracks are, to use in a ``with`` statement."""
        return open_sounds(self.name, self.server, self._credentials)

    def index(
        self,
        folders: Sequence[Path | str],
        *,
        workers: int | None = None,
        prune: bool = False,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
        ray: str | None = None,
    ) -> IndexReport:
        """Bring folders of music into the library; only what changed is read.

        Args:
            folders: folders or files; on a server as the server sees them.
            workers: processes; 0 works in this one, None takes one for each core. Servers choose themselves.
            prune: also take out tracks of these folders whose file is gone; not on servers.
            progress: told after every file.
            cancelled: asked often whether to stop; what is done is kept. Not on servers.
            ray: address of a Ray cluster to work on instead of here, "auto", or "local"; its nodes see the
                folders and the bundle under the same paths. Not on servers.

        Raises:
            TemptrackError: what the library or the folders raise; a file that cannot be read is reported.
        """
        if self.server is not None:
            with engine.open_library_client(self.server, self._credentials) as client:
                return client.index(self.name, [Path(folder) for folder in folders], progress=progress)
        from temptrack.library.ingest import index_folders

        store = self._store()
        load = self._loader()
        return index_folders(
            store,
            [Path(folder) for folder in folders],
            load,
            workers=workers,
            progress=progress,
            cancelled=cancelled,
            prune=prune,
            open_crew=None if ray is None else partial(self._crew, load, ray),
        )

    def watch(
        self,
        folders: Sequence[Path | str],
        *,
        stop: Event,
        workers: int | None = None,
        prune: bool = False,
    ) -> Iterator[IndexReport]:
        """Index now and after every change until ``stop`` is set, yielding the report of each run."""
        from temptrack.library.watch import watch_folders

        store = self._store()
        load = self._loader()
        yield from watch_folders(
            store, [Path(folder) for folder in folders], load, stop=stop, workers=workers, prune=prune
        )

    def reindex(
        self,
        *,
        workers: int | None = None,
        prune: bool = False,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> IndexReport:
        """Index everything anew for the bundle this library was opened with, or the usual one.

        The library answers as it was until the new index is whole; tracks keep their ids.
        """
        from temptrack.library.reindex import reindex_library

        return reindex_library(
            self._store(),
            self._loader(DEFAULT_BUNDLE),
            workers=workers,
            progress=progress,
            cancelled=cancelled,
            prune=prune,
        )

    def remove(self, tracks: Sequence[str]) -> int:
        """Take tracks out, named by id, path or title, and return how many; their files stay."""
        known = self.tracks()
        ids = [asking.find_track(track, known).id for track in tracks]
        if self.server is not None:
            with engine.open_library_client(self.server, self._credentials) as client:
                return client.remove_tracks(self.name, ids)
        return self._store().remove(ids)

    def close(self) -> None:
        """Let go of the model, files and connections; the next request opens them again."""
        with self._opening:
            self.__dict__.pop("_open_suggester", None)
            self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _store(self) -> "LibraryStore":
        if self.server is not None:
            raise NotSupported(
                f"Library '{self.name}' is kept by the server at {self.server}.",
                reason="LIBRARY_ON_SERVER",
                hint="Do this on the server's own machine.",
            )
        from temptrack.library.store import LibraryStore

        return LibraryStore.open(self.name)

    def _crew(self, load: "Callable[[], Bundle]", address: str) -> "RayCrew":
        from temptrack.library.ray_crew import RayCrew

        return RayCrew(load, address, gpu=self._device == "cuda")

    def _loader(self, bundle: str | None = None) -> "Callable[[], Bundle]":
        """Return what opens the bundle the user named, else the one given, else that of the library."""
        # One thread a process: several of them share the cores.
        load = partial(engine.open_bundle, device=self._device, threads=1)
        if named := self._bundle or bundle:
            return partial(load, named)
        return partial(load, self._store().bundle_id, library=self.name)


def open_library(name: str, *, bundle: str | None = None, device: str = "auto") -> Library:
    """Open a library of this machine.

    Args:
        name: its name, or the folder or s3:// address it is kept at.
        bundle: id or folder of a bundle to use instead of the library's.
        device: "auto", "cpu" or "cuda".

    Raises:
        NotFound: LIBRARY_NOT_FOUND.
    """
    from temptrack.library.store import LibraryStore

    LibraryStore.open(name)
    return Library(name, bundle=bundle, device=device)


def create_library(name: str, *, at: str | None = None, bundle: str | None = None) -> Library:
    """Make an empty library on this machine and open it.

    Args:
        name: how people call it; unique on this machine.
        at: folder or s3:// address to keep it at; None keeps it under the home folder.
        bundle: id or folder of the bundle to index it with; None takes the usual one.

    Raises:
        AlreadyExists: LIBRARY_EXISTS.
    """
    from temptrack.library.store import LibraryStore

    loaded = engine.open_bundle(bundle or DEFAULT_BUNDLE, "cpu")
    LibraryStore.create(name, at, bundle_id=loaded.id, bundle_digest=loaded.digest)
    return Library(name, bundle=bundle)


def list_libraries() -> list[LibraryInfo]:
    """Return the libraries of this machine in order of name."""
    from temptrack.library import store

    return list(store.list_libraries())


def delete_library(name: str) -> None:
    """Remove a library of this machine; the music stays where it is.

    Raises:
        NotFound: LIBRARY_NOT_FOUND.
    """
    from temptrack.library import store

    store.delete_library(name)
