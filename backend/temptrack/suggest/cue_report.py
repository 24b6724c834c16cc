"""What an editor did with a suggestion, for whoever keeps track of music in use."""

import uuid
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

CueAction = Literal["inserted", "removed"]


@dataclass(frozen=True, slots=True)
class CueReport:
    """A track that was placed on a timeline, or taken off it.

    Attributes:
        library: name of the library.
        track_id: which track.
        action: what was done with it.
        timeline: name of the timeline; may be empty.
        host: program the timeline is edited in; empty for the command line.
        record_start_s: where the cue starts on the timeline, exact seconds.
        record_duration_s: its length in exact seconds.
        query_digest: digest of the question that found it; empty where it was found otherwise.
        id: of this report, the same however often it is sent; empty where the sender has none.
    """

    library: str
    track_id: str
    action: CueAction
    record_start_s: Fraction
    record_duration_s: Fraction
    timeline: str = ""
    host: str = ""
    query_digest: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
