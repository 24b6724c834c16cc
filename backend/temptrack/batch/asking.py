"""Asks for the music of one unit: a part of a timeline and every scene in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from temptrack.api.library import Library
from temptrack.batch.answers import SceneAnswer, UnitAnswer
from temptrack.batch.plan import PlanRow
from temptrack.batch.reading import Reader, Settings
from temptrack.batch.scenes import (
    Scene,
    picture_of,
    scenes_of_gaps,
    scenes_of_markers,
    scenes_of_shots,
)
from temptrack.errors import NotReady
from temptrack.library.types import LibraryInfo, Track
from temptrack.seat import asking
from temptrack.seat.cuts import Cut
from temptrack.suggest.picture import PictureAnalysis
from temptrack.timeline.scope_request import ScopeRequest


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one library. May be used from several threads.

    Attributes:
        music: the library.
        info: the library as the ids of the units were made with.
        tracks: all its tracks; called only to find the track of ``PlanRow.like``.
        reader: reads the timelines.
        settings: what holds for the whole batch.
    """

    music: Library
    info: LibraryInfo
    tracks: Callable[[], Sequence[Track]]
    reader: Reader
    settings: Settings

    def answer(self, unit: str, row: PlanRow, cancelled: Callable[[], bool]) -> UnitAnswer:
        """Ask for every scene of a unit.

        Args:
            unit: its id.
            row: what is asked.
            cancelled: asked before every segment of picture whether to stop.

        Raises:
            NotReady: the library was changed while the batch ran (LIBRARY_CHANGED).
            TemptrackError: what reading, looking and asking raise. A scene without picture is no error: its
                answer says so.
        """
        cut = self.reader.cut(row)
        wish = self._wish(row)
        picture = None
        if row.scenes == "shots":
            picture = asking.look(wish, self.music.suggester, cut, cancelled=cancelled, require_picture=False)
        scenes = tuple(
            self._ask(replace(wish, part=_part(row, scene)), row, cut, scene, picture, cancelled)
            for scene in self._scenes(row, cut, picture)
        )
        return UnitAnswer(unit=unit, timeline=str(row.timeline), scenes=scenes)

    def _wish(self, row: PlanRow) -> asking.Wish:
        return asking.Wish(
            library=row.library,
            prompt=row.prompt,
            timeline=row.timeline,
            part=row.part,
            media=row.media,
            where=self.settings.where(row),
            text_weight=row.text_weight,
            like=row.like,
            limit=self.settings.candidates,
            blind=self.settings.blind,
            sampling=self.settings.sampling,
        )

    def _scenes(self, row: PlanRow, cut: Cut, picture: PictureAnalysis | None) -> list[Scene]:
        if row.scenes == "markers":
            return scenes_of_markers(cut)
        if row.scenes == "gaps":
            return scenes_of_gaps(cut)
        if picture is not None:
            return scenes_of_shots(cut, picture.segments, self.settings.scene_s)
        record = cut.scope.record
        return [Scene(cut.scope.label, record.start_frames, record.end_frames)]

    def _ask(  # noqa: PLR0917 - the way of one scene, from what is known of its unit
        self,
        wish: asking.Wish,
        row: PlanRow,
        cut: Cut,
        scene: Scene,
        picture: PictureAnalysis | None,
        cancelled: Callable[[], bool],
    ) -> SceneAnswer:
        unanswered = SceneAnswer(
            label=scene.label,
            start_frames=scene.start_frames,
            duration_frames=scene.end_frames - scene.start_frames,
            rate=str(cut.file.rate),
            segments_seen=0,
            answer=None,
        )
        try:
            scope = self.reader.scope(cut.file, row, wish.part, require_picture=wish.needs_picture)
            answered = asking.ask(
                wish,
                self.music.suggester,
                cut=Cut(cut.file, scope),
                tracks=self.tracks,
                cancelled=cancelled,
                picture=None if picture is None else _seen(wish, scene, picture, cut),
            )
        except NotReady as error:
            if error.reason != "NO_PICTURE":
                raise
            return unanswered.model_copy(update={"problem": error.message})
        if answered.suggestions.library.digest != self.info.digest:
            raise NotReady(
                f"Library '{row.library}' was changed while the batch ran.",
                reason="LIBRARY_CHANGED",
                hint="Run it again with --resume: what the change touches is asked anew.",
            )
        return unanswered.model_copy(
            update={
                "segments_seen": answered.segments_seen,
                "warnings": answered.warnings,
                "answer": answered.suggestions,
            }
        )


def _part(row: PlanRow, scene: Scene) -> ScopeRequest:
    if row.scenes == "whole":
        return row.part
    return ScopeRequest.between(scene.start_frames, scene.end_frames)


def _seen(wish: asking.Wish, scene: Scene, picture: PictureAnalysis, cut: Cut) -> PictureAnalysis:
    segments = picture_of(scene, picture.segments, cut.file.rate)
    if not segments and wish.needs_picture:
        raise NotReady(f"There is no usable picture in {scene.label}.", reason="NO_PICTURE")
    return replace(picture, segments=segments)
