"""Tells a server what was placed on a timeline, so that a studio knows which music is in use."""

from fractions import Fraction
from typing import TYPE_CHECKING

from temptrack.errors import NotSupported, TemptrackError
from temptrack.seat.asking import Answered
from temptrack.seat.reports import InsertedCue
from temptrack.suggest.cue_report import CueReport

if TYPE_CHECKING:
    from temptrack.client.credentials import Credentials


def report_inserted(
    server: str, answered: Answered, inserted: InsertedCue, credentials: "Credentials | None" = None
) -> str | None:
    """Tell the server that answered about music that was placed; the timeline is written already.

    Args:
        server: HOST:PORT.
        answered: the answer that the music is of, with its timeline.
        inserted: where it was placed.
        credentials: how to sign in at the server; None takes what was said or kept for it.

    Returns:
        Why the server does not know, in words, or None where it does. A server of an older version is no
        reason to worry anybody.
    """
    from temptrack.client.remote import RemoteSuggester

    if answered.cut is None:
        return None
    answer = answered.suggestions
    (track,) = [item.track for item in answer.suggestions if item.rank == inserted.rank]
    rate = answered.cut.scope.record.rate
    report = CueReport(
        library=answer.library.name,
        track_id=track.id,
        action="inserted",
        timeline=answered.cut.file.name,
        record_start_s=Fraction(inserted.record.start_frames) / rate,
        record_duration_s=Fraction(inserted.record.duration_frames) / rate,
        query_digest=answer.query_digest,
    )
    try:
        with RemoteSuggester(server, credentials=credentials) as remote:
            remote.report_cue(report)
    except NotSupported:
        return None
    except TemptrackError as error:
        return f"The server was not told that “{track.title}” was placed: {error.message}"
    return None
