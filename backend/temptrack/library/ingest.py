"""Brings a library up to date with folders of music."""

import os
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from temptrack.library.analysis.track import timed
from temptrack.library.identity import Identities
from temptrack.library.jobs import AnalyseJob, Done, Job, OpenBundle, ReadJob, WhatItIs
from temptrack.library.records import Analysis, Credit, FileState, RowState, TrackRecord
from temptrack.library.report import FailedFile, IndexReport, Progress
from temptrack.library.scan import Scan, scan_folders
from temptrack.library.store import LibraryStore
from temptrack.library.tags import read_tags
from temptrack.library.workers import Crew, HereCrew, ProcessCrew

COMMIT_ROWS = 32
"""Rows that a kill may cost at most, beside the files in work."""

COMMIT_SECONDS = 10.0

_CREDIT_SECONDS = 60.0
"""A commit of credits looks at the whole library, so there are few."""

_TIDY_EVERY_COMMITS = 100
_LOOK_S = 0.2
_READ_AHEAD = 64


def index_folders(
    store: LibraryStore,
    folders: Sequence[str | Path],
    open_bundle: OpenBundle,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    prune: bool = False,
    commit_rows: int = COMMIT_ROWS,
    before: Sequence[RowState] = (),
    within: Sequence[Path] | None = None,
    open_crew: Callable[[], Crew] | None = None,
) -> IndexReport:
    """Add new and changed files to a library; what was not touched costs a look.

    May be killed and called again at any time: rows are committed as they are done, and a later call does
    only the rest, to the same result.

    Args:
        store: the library.
        folders: folders, or files, to bring in.
        open_bundle: opens the library's bundle, best with one thread; picklable when there are workers.
        workers: processes; 0 works in this one, None takes one for each processor.
        progress: told after every file.
        cancelled: asked often; true stops the run, keeping what is done.
        prune: also remove tracks under the folders whose file is gone.
        commit_rows: most rows to gather before a commit.
        before: rows of a library that this one will replace; tracks keep the ids they have there.
        within: real folders that links may not lead out of; None lets them lead anywhere.
        open_crew: opens whoever does the work instead of processes here.

    Raises:
        NotFound: FOLDER_NOT_FOUND.
        NotReady: BUNDLE_MISMATCH.
        Unavailable: DISK_FULL.
    """
    bundle = open_bundle()
    store.require_bundle(bundle.id, bundle.digest)
    store.add_missing_columns()
    started = time.perf_counter()
    stop = cancelled or (lambda: False)
    count = (os.cpu_count() or 1) if workers is None else workers
    scanning = time.process_time()
    scan = scan_folders(folders, stop, within=within)
    scan_s = time.process_time() - scanning
    if open_crew is not None:
        hands = open_crew()
    else:
        hands = ProcessCrew(open_bundle, count) if count else HereCrew(bundle)
    run = _Run(store, scan, hands, progress=progress, stop=stop, commit_rows=commit_rows, before=before)
    run.seconds["scan"] = scan_s
    try:
        run.update()
        run.finish(prune)
    except KeyboardInterrupt:
        run.commit()
        raise
    finally:
        hands.close()
    run.seconds["wall"] = time.perf_counter() - started
    return run.report()


@dataclass
class _Tally:
    added: int = 0
    updated: int = 0
    moved: int = 0
    unchanged: int = 0
    shared: int = 0
    removed: int = 0
    audio_s: float = 0.0
    missing: tuple[str, ...] = ()
    failed: list[FailedFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row that waits for the analysis of its sound."""

    track_id: str
    file: FileState
    what: WhatItIs
    is_new: bool


class _Run:
    """One call of ``index_folders``."""

    def __init__(
        self,
        store: LibraryStore,
        scan: Scan,
        hands: Crew,
        *,
        progress: Progress | None,
        stop: Callable[[], bool],
        commit_rows: int,
        before: Sequence[RowState],
    ) -> None:
        self._store = store
        self._scan = scan
        self._hands = hands
        self._progress = progress
        self._stop = stop
        self._commit_rows = commit_rows
        self._identities = Identities(store.states(), scan.files, before)
        self._tally = _Tally(failed=list(scan.failed))
        self.seconds: dict[str, float] = defaultdict(float)
        self._rows: dict[str, TrackRecord] = {}
        self._new_rows: dict[str, TrackRecord] = {}
        self._last_commit = time.monotonic()
        self._commits = 0
        self._analysed: dict[str, str] = {}
        self._to_analyse: deque[AnalyseJob] = deque()
        self._waiting: dict[str, list[_Wanted]] = defaultdict(list)
        self._done = 0
        self._total = 0
        self._started = time.monotonic()
        self._is_cancelled = False

    def update(self) -> None:
        """Read what changed and bring the rows up to date."""
        new: list[FileState] = []
        changed: list[FileState] = []
        uncredited = self._store.uncredited()
        to_credit: list[tuple[str, str]] = []
        for file in self._scan.files:
            row = self._identities.at(file.path)
            if row is None:
                new.append(file)
            elif row[2].looks_like(file) and self._identities.is_analysed(row[0]):
                self._identities.keep(row[0])
                self._tally.unchanged += 1
                if row[0] in uncredited:
                    to_credit.append((row[0], file.path))
            else:
                changed.append(file)
        self._total = len(new) + len(changed) + len(to_credit)
        self._tell("")
        # Which paths hold another sound now must be known before the first new file is given a row: it
        # may be one of those that moved away.
        rewritten: dict[str, WhatItIs] = {}
        self._work(changed, {}, lambda file, what: self._judge_changed(file, what, rewritten))
        later = sorted(
            [*new, *(file for file in changed if file.path in rewritten)], key=lambda file: file.path
        )
        self._work(later, rewritten, self._place)
        if to_credit:
            with timed(self.seconds, "credits"):
                self._credit(to_credit)

    def finish(self, prune: bool) -> None:
        """Commit what is left, deal with rows whose file is gone, and tidy."""
        self.commit()
        if not self._is_cancelled:
            gone = [(path, track_id) for path, track_id in self._identities.gone() if self._scan.covers(path)]
            self._tally.missing = tuple(path for path, _ in gone)
            out = self._identities.displaced() + ([track_id for _, track_id in gone] if prune else [])
            self._tally.removed = self._store.remove(out)
        if self._commits or self._tally.removed:
            with timed(self.seconds, "tidy"):
                self._store.tidy()

    def report(self) -> IndexReport:
        """Say what was done."""
        tally = self._tally
        return IndexReport(
            library=self._store.name,
            found=len(self._scan.files),
            added=tally.added,
            updated=tally.updated,
            moved=tally.moved,
            unchanged=tally.unchanged,
            shared=tally.shared,
            removed=tally.removed,
            missing=tally.missing,
            failed=tuple(sorted(tally.failed, key=lambda failure: failure.path)),
            cancelled=self._is_cancelled,
            audio_s=round(tally.audio_s, 3),
            seconds={stage: round(spent, 4) for stage, spent in self.seconds.items()},
        )

    def _work(
        self,
        files: Sequence[FileState],
        known: dict[str, WhatItIs],
        decide: Callable[[FileState, WhatItIs], None],
    ) -> None:
        """Read files in any order, decide about them in order of path, analyse what was decided on."""
        read: dict[str, WhatItIs | FailedFile] = dict(known)
        to_read = deque(file for file in files if file.path not in known)
        undecided = deque(files)
        in_work = 0
        while True:
            self._is_cancelled = self._is_cancelled or self._stop()
            while undecided and undecided[0].path in read and not self._is_cancelled:
                file = undecided.popleft()
                what = read.pop(file.path)
                if isinstance(what, FailedFile):
                    self._fail(what)
                else:
                    decide(file, what)
            while self._hands.free > 0 and not self._is_cancelled:
                job = self._next_job(to_read, len(read))
                if job is None:
                    break
                self._hands.start(job)
                in_work += 1
            if not in_work:
                return
            done = self._hands.next_done(_LOOK_S)
            if done is not None:
                in_work -= 1
                self._receive(done, read)
            if self._is_cancelled:
                return

    def _credit(self, tracks: Sequence[tuple[str, str]]) -> None:
        """Ask the files of (id, path) for what an older version did not; their sound is not read again."""
        found: list[Credit] = []
        last_commit = time.monotonic()
        for track_id, path in tracks:
            self._is_cancelled = self._is_cancelled or self._stop()
            if self._is_cancelled:
                break
            tags = read_tags(path)
            found.append(Credit(track_id, tags.composer, tags.publisher))
            self._finished(path)
            if time.monotonic() - last_commit > _CREDIT_SECONDS:
                self._commit_credits(found)
                found, last_commit = [], time.monotonic()
        if found:
            self._commit_credits(found)

    def _commit_credits(self, found: Sequence[Credit]) -> None:
        self._store.credit(found)
        self._commits += 1

    def _next_job(self, to_read: deque[FileState], ahead: int) -> Job | None:
        if self._to_analyse:
            return self._to_analyse.popleft()
        return ReadJob(to_read.popleft()) if to_read and ahead < _READ_AHEAD else None

    def _receive(self, done: Done, read: dict[str, WhatItIs | FailedFile]) -> None:
        for stage, spent in done.seconds.items():
            self.seconds[stage] += spent
        if isinstance(done.job, ReadJob):
            assert not isinstance(done.outcome, Analysis)
            read[done.job.file.path] = done.outcome
            return
        digest = done.job.content_digest
        if isinstance(done.outcome, Analysis):
            self._tally.audio_s += done.outcome.duration_s
        for wanted in self._waiting.pop(digest):
            if isinstance(done.outcome, Analysis):
                self._add(wanted, done.outcome)
            else:
                assert isinstance(done.outcome, FailedFile)
                self._fail(done.outcome.model_copy(update={"path": wanted.file.path}))

    def _judge_changed(self, file: FileState, what: WhatItIs, rewritten: dict[str, WhatItIs]) -> None:
        row = self._identities.at(file.path)
        assert row is not None
        track_id, digest, _ = row
        if digest != what.content_digest:
            self._identities.displace(track_id)
            rewritten[file.path] = what
            return
        self._identities.keep(track_id)
        self._tally.updated += 1
        self._want(_Wanted(track_id, file, what, is_new=False), self._with_sound(digest, track_id))

    def _place(self, file: FileState, what: WhatItIs) -> None:
        digest = what.content_digest
        known = self._with_sound(digest)
        moved = self._identities.claim_moved(digest)
        if moved is not None:
            self._tally.moved += 1
            self._want(_Wanted(moved, file, what, is_new=False), self._with_sound(digest, moved))
            return
        here = self._identities.at(file.path)
        if here is not None and self._identities.claim_in_place(here[0]):
            self._tally.updated += 1
            self._want(_Wanted(here[0], file, what, is_new=False), known)
            return
        self._want(_Wanted(self._identities.new_id(digest), file, what, is_new=True), known)

    def _with_sound(self, digest: str, likeliest: str | None = None) -> str | None:
        if likeliest is not None and self._identities.is_analysed(likeliest):
            return likeliest
        return self._analysed.get(digest) or self._identities.with_sound(digest)

    def _want(self, wanted: _Wanted, known: str | None) -> None:
        """Add a row, with the analysis of a row of the same sound if there is one, else once it is made."""
        digest = wanted.what.content_digest
        analysis = None if known is None else self._analysis_of(known, digest)
        if wanted.is_new and (analysis is not None or digest in self._waiting):
            self._tally.shared += 1
        if analysis is not None:
            self._add(wanted, analysis)
            return
        if digest not in self._waiting:
            self._to_analyse.append(AnalyseJob(wanted.file, digest))
        self._waiting[digest].append(wanted)

    def _analysis_of(self, track_id: str, digest: str) -> Analysis | None:
        pending = self._new_rows.get(track_id) or self._rows.get(track_id)
        found = [pending] if pending else self._store.records([track_id])
        # The row may have got another sound since this run began.
        return found[0].analysis if found and found[0].content_digest == digest else None

    def _add(self, wanted: _Wanted, analysis: Analysis) -> None:
        what = wanted.what
        record = TrackRecord(wanted.track_id, what.content_digest, wanted.file, what.words, analysis)
        (self._new_rows if wanted.is_new else self._rows)[record.id] = record
        self._analysed[record.content_digest] = record.id
        self._tally.added += wanted.is_new
        self._finished(wanted.file.path)
        waited_s = time.monotonic() - self._last_commit
        if len(self._rows) + len(self._new_rows) >= self._commit_rows or waited_s > COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Write the rows that are done."""
        if not self._rows and not self._new_rows:
            return
        with timed(self.seconds, "commit"):
            rows, new_rows = list(self._rows.values()), list(self._new_rows.values())
            self._rows, self._new_rows = {}, {}
            self._store.upsert(rows)
            while new_rows:
                # Another indexer gave the id to the same sound at another path: both are tracks.
                taken = self._store.insert(new_rows)
                new_rows = [replace(row, id=self._identities.new_id(row.content_digest)) for row in taken]
            self._last_commit = time.monotonic()
            self._commits += 1
            if self._commits % _TIDY_EVERY_COMMITS == 0:
                self._store.tidy()

    def _fail(self, failure: FailedFile) -> None:
        self._tally.failed.append(failure)
        self._finished(failure.path)

    def _finished(self, path: str) -> None:
        self._done += 1
        self._tell(path)

    def _tell(self, path: str) -> None:
        if self._progress is not None:
            elapsed = max(time.monotonic() - self._started, 1e-6)
            self._progress(self._done, self._total, path, self._done / elapsed)
