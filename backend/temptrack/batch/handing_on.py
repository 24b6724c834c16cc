"""The second half of a batch: one pass over all answers that chooses, places, and writes what is handed on.

Every file is made of the answers, the plan and the rules alone, so it comes out the same byte by byte however
often the first half was stopped.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from temptrack.api.library import Library
from temptrack.batch.answers import Answers, SceneAnswer, write_whole
from temptrack.batch.choosing import Choice, Chooser, Outcome
from temptrack.batch.contact_sheet import ContactSheet
from temptrack.batch.credits import credits_text
from temptrack.batch.cue_sheet import write_cue_sheets
from temptrack.batch.cues import SheetCue, sheet_cue
from temptrack.batch.music import Music
from temptrack.batch.report import SceneLine
from temptrack.batch.reporting import Reporting, report_of
from temptrack.batch.scene_lines import scene_line
from temptrack.batch.units import Unit, by_timeline, output_names
from temptrack.errors import NotReady, TemptrackError
from temptrack.library.types import LICENCE_UNKNOWN, Track
from temptrack.seat.failures import explain
from temptrack.suggest.cue import cue_for
from temptrack.suggest.types import Suggestion
from temptrack.timeline.absolute_media import with_absolute_media
from temptrack.timeline.cue import Cue
from temptrack.timeline.place import DEFAULT_LANE, place_cue
from temptrack.timeline.read import read_timeline
from temptrack.timeline.segments import Scope
from temptrack.timeline.timeline_file import TimelineFile
from temptrack.timeline.write import write_timeline

_TIMELINES = "timelines"


@dataclass
class HandedOn:
    """What the pass made.

    Attributes:
        outcomes: how many scenes came to what.
        timelines: timelines that were written, in order.
        files: other files that were written.
        failures: what went wrong with a unit, by its number.
        notes: what is worth knowing, one sentence each.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    timelines: list[Path] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    failures: dict[int, TemptrackError] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A scene and what was chosen for it."""

    unit: Unit
    index: int
    scene: SceneAnswer
    choice: Choice


class HandingOn:
    """Chooses for all scenes of a batch in order, and writes its files."""

    def __init__(
        self,
        folder: Path,
        timelines: Sequence[Path],
        answers: Answers,
        chooser: Chooser,
        sheet: ContactSheet | None,
        *,
        reporting: Reporting,
    ) -> None:
        """Prepare the pass.

        Args:
            folder: where everything goes.
            timelines: all timelines of the plan in order, those that came to nothing too: neither the names
                of the copies nor the distance between timelines may depend on what failed.
            answers: what the first half found.
            chooser: chooses; nothing was chosen with it yet.
            sheet: makes the review page; None leaves it out.
            reporting: tells servers what was placed.
        """
        self._folder = folder
        self._order = {timeline: number for number, timeline in enumerate(dict.fromkeys(timelines))}
        self._names = output_names(timelines)
        self._answers = answers
        self._chooser = chooser
        self._sheet = sheet
        self._reporting = reporting
        self._cues: list[SheetCue] = []
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._lines: list[SceneLine] = []
        self._unread: set[str] = set()
        self._done = HandedOn()

    def run(
        self,
        units: Sequence[Unit],
        libraries: Mapping[str, Library],
        *,
        title: str,
        progress: Callable[[int, int], None],
    ) -> HandedOn:
        """Choose and write.

        Args:
            units: units that are answered.
            libraries: by name, for the sound of the review page and the music of servers.
            title: name of the batch, for the review page.
            progress: told (done, total) timelines.
        """
        grouped = by_timeline(units)
        with Music(self._folder, libraries) as music:
            for count, (timeline, its_units) in enumerate(grouped.items(), start=1):
                self._one_timeline(self._order[timeline], timeline, its_units, music)
                progress(count, len(grouped))
            if self._sheet is not None:
                self._sheet.finish()
        self._write(title)
        return self._done

    def _one_timeline(
        self,
        number: int,
        timeline: Path,
        units: Sequence[Unit],
        music: Music,
    ) -> None:
        found: list[tuple[Unit, int, SceneAnswer]] = []
        for unit in units:
            answer = self._answers.get(unit.id)
            if answer is None:
                lost = NotReady(f"The answer {unit.id[:12]} was lost.", hint="Run it again with --resume.")
                self._done.failures[unit.number] = lost
                continue
            found += [(unit, index, scene) for index, scene in enumerate(answer.scenes)]
        found.sort(key=lambda item: (item[2].start_frames, item[0].number, item[1]))
        chosen = [
            _Chosen(unit, index, scene, self._choose(unit, scene, number)) for unit, index, scene in found
        ]
        output = self._place(timeline, self._folder / _TIMELINES / self._names[timeline], chosen, music)
        for each in chosen:
            self._tell(each, output, music)

    def _choose(self, unit: Unit, scene: SceneAnswer, number: int) -> Choice:
        row = unit.row
        candidates: Sequence[Suggestion] = scene.answer.suggestions if scene.answer is not None else ()
        episode = f"{row.production}\n{row.episode}" if row.episode else str(row.timeline)
        support = scene.answer.support if scene.answer is not None else None
        fits = support is None or support.fits
        return self._chooser.choose(candidates, timeline=number, episode=episode, fits=fits)

    def _place(self, timeline: Path, output: Path, chosen: Sequence[_Chosen], music: Music) -> Path | None:
        """Write the copy of a timeline with its cues; None where there are none, or it cannot be."""
        if not any(each.choice.chosen for each in chosen):
            return None
        try:
            file = placed = with_absolute_media(read_timeline(timeline))
            cues = []
            for each in chosen:
                suggestion, answer = each.choice.chosen, each.scene.answer
                if suggestion is None or answer is None:
                    continue
                scope = Scope(each.scene.label, each.scene.record, ())
                cue = cue_for(suggestion, scope, answer.library)
                cue = replace(cue, path=music.file(each.unit.row.library, suggestion.track))
                placed = place_cue(placed, cue, lane_name=DEFAULT_LANE)
                cues.append((each, cue, suggestion, answer))
            output.parent.mkdir(parents=True, exist_ok=True)
            notes = write_timeline(placed, output)
        except Exception as error:
            # One timeline that cannot be written must not cost the others theirs.
            self._done.failures[chosen[0].unit.number] = explain(error)
            return None
        self._done.timelines.append(output)
        self._done.notes += [f"{output.name}: {note}" for note in notes]
        reports = []
        for each, cue, suggestion, answer in cues:
            track, library = suggestion.track, answer.library.name
            self._note_cue(each, cue, track=track, library=library, file=file, output=output)
            reports.append(
                report_of(
                    cue,
                    library=each.unit.row.library,
                    track_id=track.id,
                    timeline=file.name,
                    query_digest=answer.query_digest,
                )
            )
        # Only now: a server hears of nothing that is not on the disk.
        self._reporting.tell(output, reports)
        return output

    def _note_cue(
        self, each: _Chosen, cue: Cue, *, track: Track, library: str, file: TimelineFile, output: Path
    ) -> None:
        row = each.unit.row
        key = (row.production, row.episode or file.name)
        self._numbers[key] += 1
        self._cues.append(
            sheet_cue(
                row,
                cue,
                track,
                number=self._numbers[key],
                file=file,
                timeline=output.name,
                scene=each.scene.label,
                library=library,
            )
        )
        if not cue.path.is_file():
            self._unread.add(str(cue.path))

    def _tell(self, each: _Chosen, output: Path | None, music: Music) -> None:
        self._done.outcomes[each.choice.outcome] += 1
        written = f"{_TIMELINES}/{output.name}" if output is not None else None
        line = scene_line(each.unit, each.scene, each.choice, output=written)
        self._lines.append(line)
        if self._sheet is not None:
            self._sheet.add(each.unit, each.index, each.scene, line, music.sounds(each.unit.row.library))

    def _write(self, title: str) -> None:
        text = "".join(f"{line.model_dump_json()}\n" for line in self._lines)
        write_whole(self._folder / "suggestions.jsonl", text.encode())
        write_cue_sheets(self._cues, self._folder)
        write_whole(self._folder / "credits.txt", credits_text(self._cues).encode())
        written = ["suggestions.jsonl", "cue-sheet.csv", "cue-sheet.json", "cue-sheet.html", "credits.txt"]
        if self._sheet is not None:
            written.append(self._sheet.write(title).name)
        self._done.files += [self._folder / name for name in written]
        unknown = sum(cue.licence == LICENCE_UNKNOWN for cue in self._cues)
        if unknown:
            self._done.notes.append(f"{unknown} cues are tracks of unknown licence.")
        if self._unread:
            self._done.notes.append(
                f"{len(self._unread)} tracks lie where this machine cannot read them, such as "
                f"{min(self._unread)}; the timelines name them by that path."
            )
