"""Telling a studio's server what an editor did with its tracks."""

from fractions import Fraction
from typing import Literal

from pydantic import Field

from temptrack.companion.calls import Call
from temptrack.companion.desk import Desk
from temptrack.companion.messages import Message
from temptrack.companion.methods import Method
from temptrack.companion.strip_timeline import Frames, Rate
from temptrack.errors import NotFound, NotSupported, TemptrackError
from temptrack.suggest.cue_report import CueReport

_MOST_HOST_CHARACTERS = 64


class CueReportParams(Message):
    """A track that was placed on a timeline, or taken off it."""

    library: str
    track_id: str
    action: Literal["inserted", "removed"]
    start_frames: Frames = Field(description="where the cue starts, from the start of the timeline")
    duration_frames: Frames = Field(gt=0, description="its length")
    rate: Rate = Field(description="of the timeline")
    timeline: str = Field(default="", description="name of the timeline; may be empty")
    query_digest: str = Field(
        default="", description="that of the answer it was found in; empty where that is not known"
    )


class CueReportAnswer(Message):
    """Whether somebody keeps it."""

    recorded: bool = Field(description="it stands in the audit log of the server")
    note: str = Field(default="", description="why the server does not know, in a sentence; may be empty")


def report(desk: Desk, params: CueReportParams, call: Call) -> CueReportAnswer:
    """Tell the server what was done with a track, for its audit log; without a server nobody is told.

    Called after the timeline was changed, so that a server that cannot be told is no error: the answer says
    why. Servers of an older version, and those that do not know the track, are no reason to worry anybody.
    """
    told = CueReport(
        library=params.library,
        track_id=params.track_id,
        action=params.action,
        timeline=params.timeline,
        host=desk.agreed.host.name[:_MOST_HOST_CHARACTERS],
        record_start_s=Fraction(params.start_frames) / params.rate.exact,
        record_duration_s=Fraction(params.duration_frames) / params.rate.exact,
        query_digest=params.query_digest,
    )
    try:
        return CueReportAnswer(recorded=desk.engines.report_cue(told))
    except (NotFound, NotSupported):
        return CueReportAnswer(recorded=False)
    except TemptrackError as error:
        note = f"The server was not told that music was {params.action}: {error.message}"
        return CueReportAnswer(recorded=False, note=note)


METHODS = {"cue/report": Method(CueReportParams, CueReportAnswer, report)}
