"""Places the chosen suggestion in a copy of the timeline."""

import os
from pathlib import Path

from temptrack.errors import AlreadyExists, Forbidden, InvalidRequest, NotFound
from temptrack.seat.asking import Answered
from temptrack.seat.cuts import span
from temptrack.seat.reports import InsertedCue
from temptrack.suggest.cue import cue_for
from temptrack.timeline.place import place_cue
from temptrack.timeline.segments import RecordRange
from temptrack.timeline.write import write_timeline

LANE_NAME = "Temptrack"
"""The audio lane that cues are placed on."""


def insert(answered: Answered, rank: int, out: Path) -> InsertedCue:
    """Place a suggestion in a copy of the timeline.

    Args:
        answered: the answer and its timeline.
        rank: which suggestion, from 1.
        out: where the new timeline goes.

    Raises:
        InvalidRequest: no such suggestion, or no timeline to place it in.
    """
    cut = answered.cut
    if cut is None:
        raise InvalidRequest(
            "There is no timeline to insert music in.",
            reason="NO_TIMELINE",
            hint="Name a timeline before --library.",
        )
    found = [item for item in answered.suggestions.suggestions if item.rank == rank]
    if not found:
        count = len(answered.suggestions.suggestions)
        raise InvalidRequest(
            f"There is no suggestion {rank}; this request has {count}.",
            reason="NO_SUCH_RANK",
            hint=f"Use --insert 1 to {count}." if count else "Loosen the filters.",
        )
    cue = cue_for(found[0], cut.scope, answered.suggestions.library)
    placed = place_cue(cut.file, cue, lane_name=LANE_NAME)
    write_timeline(placed, out)
    first, last = cue.parts[0].record, cue.parts[-1].record
    whole = RecordRange(first.start_frames, last.end_frames - first.start_frames, first.rate)
    return InsertedCue(rank=rank, path=str(out.absolute()), lane=LANE_NAME, record=span(whole))


def check_output(out: Path, timeline: Path | None, *, force: bool) -> None:
    """Make sure that a file may be written before long work begins.

    Raises:
        AlreadyExists: it is there and ``force`` is not set.
        InvalidRequest: it is a folder, the timeline itself, or its suffix is not one that can be written.
        NotFound: its folder is not there.
        Forbidden: its folder may not be written to.
    """
    if out.is_dir():
        raise InvalidRequest(
            f"'{out}' is a folder.", reason="OUTPUT_IS_FOLDER", hint="Name a file, such as cut-music.otio."
        )
    if not out.parent.is_dir():
        raise NotFound(
            f"There is no folder '{out.parent}' to write to.", reason="NO_FOLDER", hint="Make it first."
        )
    if timeline is not None and out.exists() and out.samefile(timeline):
        raise InvalidRequest(
            f"'{out}' is the timeline itself.",
            reason="OUTPUT_IS_INPUT",
            hint="Write to another file; the original is never changed.",
        )
    if out.exists() and not force:
        raise AlreadyExists(
            f"'{out}' is there already.",
            reason="OUTPUT_EXISTS",
            hint="Choose another name, or say --force to replace it.",
            metadata={"path": str(out)},
        )
    if not os.access(out.parent, os.W_OK):
        raise Forbidden(
            f"'{out.parent}' may not be written to.",
            reason="OUTPUT_FORBIDDEN",
            hint="Choose another place, or change its permissions.",
        )
