"""What to look at, and music for it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from temptrack.companion.calls import Call
from temptrack.companion.desk import Desk
from temptrack.companion.messages import PathPair
from temptrack.companion.methods import Method
from temptrack.companion.pictures import Picture, look_once
from temptrack.companion.renders import wanted_renders
from temptrack.companion.scopes import ItemsScope, host_range
from temptrack.companion.strip_timeline import Rate, all_strips
from temptrack.companion.suggest_messages import (
    HostRange,
    MissingMedia,
    PictureUse,
    Plan,
    PlanParams,
    RendersWanted,
    SuggestAnswer,
    SuggestParams,
)
from temptrack.seat.asking import Wish, ask, look, suggest_report
from temptrack.seat.cuts import Cut
from temptrack.suggest.picture import PictureAnalysis
from temptrack.suggest.types import Suggester
from temptrack.timeline.segments import ProblemKind

_MISSING = (ProblemKind.MISSING_MEDIA, ProblemKind.AMBIGUOUS_MEDIA)
_RENDERED = (ProblemKind.NOT_RENDERED, ProblemKind.NO_MEDIA)


def plan(desk: Desk, params: PlanParams, call: Call) -> Plan:
    """Say what will be looked at, which media are missing, and which frames the host should render first."""
    picture = desk.pictures.of(params.timeline, params.scope, (), _pairs(desk, params.path_map))
    cut = picture.cut
    # Names, because what lies inside a nested item is what has no file.
    only = params.scope.ids if isinstance(params.scope, ItemsScope) and params.timeline.path else ()
    renders = tuple(
        RendersWanted(
            item=wanted.item, frames=tuple(frame + cut.file.start_frames for frame in wanted.frames)
        )
        for wanted in wanted_renders(cut.scope, only=only)
    )
    paths = _paths(params)
    missing = tuple(
        MissingMedia(name=problem.clip_name, path=paths.get(problem.clip_name, ""), why=problem.message)
        for problem in cut.scope.problems
        if problem.kind in _MISSING
    )
    others = [
        problem.message for problem in cut.scope.problems if problem.kind not in (*_MISSING, *_RENDERED)
    ]
    return Plan(
        segments=len(cut.scope.segments),
        scope=_host_range(cut),
        missing=missing,
        renders=renders,
        warnings=(*cut.file.notes, *dict.fromkeys(others)),
    )


def suggest(desk: Desk, params: SuggestParams, call: Call) -> SuggestAnswer:
    """Rank a library for the picture, the words, or both.

    The features of a picture are kept: another prompt about the same picture needs only the words again.
    """
    picture = None
    if params.timeline is not None:
        call.progress("timeline", "Reading the timeline")
        pairs = _pairs(desk, params.path_map)
        picture = desk.pictures.of(params.timeline, params.scope, params.renders, pairs)
        call.stop_if_cancelled()
    wish = Wish(
        library=params.library,
        prompt=_prompt(params),
        where=params.filters,
        text_weight=params.text_weight,
        limit=params.limit,
    )
    call.progress("engine", "Loading the model")
    with desk.engines.suggester(params.library) as suggester:
        seen, is_new = (None, False) if picture is None else _look(picture, wish, suggester, call)
        call.stop_if_cancelled()
        call.progress("ranking", "Ranking the library")
        answered = ask(wish, suggester, cut=picture.cut if picture else None, tracks=tuple, picture=seen)
    report = suggest_report(answered)
    if picture is None or seen is None:
        return SuggestAnswer(**dict(report), picture=None, host_scope=None)
    encoded = seen.encoded if is_new else 0
    use = PictureUse(segments=len(seen.segments), encoded=encoded, from_cache=len(seen.segments) - encoded)
    return SuggestAnswer(**_named(report, picture.cut), picture=use, host_scope=_host_range(picture.cut))


def _look(picture: Picture, wish: Wish, suggester: Suggester, call: Call) -> tuple[PictureAnalysis, bool]:
    def looked() -> PictureAnalysis:
        return look(
            wish,
            suggester,
            picture.cut,
            progress=lambda done, total: call.progress("picture", "Looking at the picture", done, total),
            cancelled=lambda: call.is_cancelled,
        )

    return look_once(picture, suggester.info().frame_encoder_id, looked)


def _prompt(params: SuggestParams) -> str:
    unwanted = [f"no {words.strip()}" for words in params.exclude.split(",") if words.strip()]
    return ", ".join([words for words in (params.prompt.strip(), *unwanted) if words])


def _pairs(desk: Desk, own: Sequence[PathPair] | None) -> Sequence[PathPair]:
    return desk.agreed.path_map if own is None else own


def _paths(params: PlanParams) -> dict[str, str]:
    strips = all_strips(params.timeline.strips) if params.timeline.strips is not None else ()
    return {strip.name or strip.id: strip.path or strip.directory for strip in strips}


def _host_range(cut: Cut) -> HostRange:
    start, end = host_range(cut.scope.record, cut.file)
    rate: Fraction = cut.scope.record.rate
    return HostRange(
        start_frames=start,
        end_frames=end,
        rate=Rate(numerator=rate.numerator, denominator=rate.denominator),
    )


def _named(report: Any, cut: Cut) -> dict[str, Any]:
    """Return the fields of a report; a timeline that is no file goes by its name."""
    fields = dict(report)
    if not cut.file.path.is_absolute():
        fields["scope"] = report.scope.model_copy(update={"timeline": cut.file.name})
    return fields


METHODS = {
    "plan": Method(PlanParams, Plan, plan),
    "suggest": Method(SuggestParams, SuggestAnswer, suggest),
}
