"""Tracks as sound: their files, cues made of them, and what plays."""

from fractions import Fraction
from pathlib import Path

from temptrack.companion.calls import Call
from temptrack.companion.cue_audio import render_cue
from temptrack.companion.cue_request import CueRequest, Duck
from temptrack.companion.desk import Desk
from temptrack.companion.messages import Nothing
from temptrack.companion.methods import Method
from temptrack.companion.sound_messages import (
    CueFileAnswer,
    CueFileParams,
    DuckUnderSpeech,
    PlayParams,
    PlayState,
    SeekParams,
    TrackFileAnswer,
    TrackFileParams,
)
from temptrack.companion.speech import speech_on
from temptrack.companion.track_files import TrackFile


def track_file(desk: Desk, params: TrackFileParams, call: Call) -> TrackFileAnswer:
    """Say where a whole track lies: the library's own file, or a copy that is fetched from the server."""
    file = _fetched(desk, params.library, params.track_id, call)
    if params.keep_in:
        file = file.kept_in(Path(params.keep_in))
    return TrackFileAnswer(path=str(file.path), format=file.format)


def cue_file(desk: Desk, params: CueFileParams, call: Call) -> CueFileAnswer:
    """Render a cue into a file, for hosts that cannot fade, level or duck.

    Silence follows where the music ends before the cue does. The same cue is rendered once and kept.
    """
    file = _fetched(desk, params.library, params.track_id, call)
    ducks = tuple(Duck(duck.start_frames, duck.end_frames, duck.gain_db) for duck in params.duck)
    unheard: tuple[str, ...] = ()
    if params.duck_under_speech is not None:
        spoken, unheard = _under_speech(desk, params.duck_under_speech, call)
        ducks += tuple(duck for duck in spoken if duck.start_frames < params.duration_frames)
    end_s = params.excerpt.end_s
    request = CueRequest(
        track=file.path,
        start_s=Fraction(params.excerpt.start_s),
        end_s=None if end_s is None else Fraction(end_s),
        duration_frames=params.duration_frames,
        rate=params.rate.exact,
        fade_in_frames=params.fade_in_frames,
        fade_out_frames=params.fade_out_frames,
        gain_db=params.gain_db,
        ducks=ducks,
    )
    rendered = render_cue(
        request,
        name=file.path.stem,
        progress=lambda done, total: call.progress("rendering", "Rendering the cue", done, total),
        cancelled=lambda: call.is_cancelled,
    )
    return CueFileAnswer(
        path=str(rendered.path),
        sample_rate_hz=rendered.sample_rate_hz,
        samples=rendered.samples,
        duration_frames=rendered.duration_frames,
        warnings=(*rendered.warnings, *unheard),
    )


def play(desk: Desk, params: PlayParams, call: Call) -> PlayState:
    """Play a stretch of a track, in place of what plays."""
    desk.sounds.wish(call)
    desk.sounds.play(_fetched(desk, params.library, params.track_id, call).path, params, call)
    return PlayState(state="playing")


def stop(desk: Desk, params: Nothing, call: Call) -> PlayState:
    """Fall silent; without effect when nothing plays."""
    desk.sounds.stop(call)
    return PlayState(state="stopped")


def seek(desk: Desk, params: SeekParams, call: Call) -> PlayState:
    """Go on from another moment of the track that plays."""
    desk.sounds.seek(params.position_s)
    return PlayState(state="playing")


def _fetched(desk: Desk, library: str, track_id: str, call: Call) -> TrackFile:
    return desk.sounds.files.file(
        library,
        track_id,
        progress=lambda done, total: call.progress("fetching", "Fetching the track", done, total),
        cancelled=lambda: call.is_cancelled,
    )


def _under_speech(
    desk: Desk, wanted: DuckUnderSpeech, call: Call
) -> tuple[tuple[Duck, ...], tuple[str, ...]]:
    pairs = desk.agreed.path_map if wanted.path_map is None else wanted.path_map
    cut = desk.pictures.of(wanted.timeline, wanted.scope, (), pairs).cut
    heard = speech_on(
        cut.file,
        cut.scope.record,
        progress=lambda done, total: call.progress("speech", "Listening for speech", done, total),
        cancelled=lambda: call.is_cancelled,
    )
    return heard.ducks(wanted.gain_db), heard.problems


METHODS = {
    "track/file": Method(TrackFileParams, TrackFileAnswer, track_file),
    "cue/file": Method(CueFileParams, CueFileAnswer, cue_file),
    "preview/play": Method(PlayParams, PlayState, play),
    "preview/stop": Method(Nothing, PlayState, stop),
    "preview/seek": Method(SeekParams, PlayState, seek),
}
