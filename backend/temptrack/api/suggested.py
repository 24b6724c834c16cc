"""An answer, and what can be done with it: place a track, write a review page, go out as JSON."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from temptrack.api import inserting
from temptrack.seat import asking
from temptrack.seat.asking import Answered
from temptrack.seat.reports import InsertedCue, SuggestReport
from temptrack.suggest.types import Suggestion

if TYPE_CHECKING:
    from temptrack.review.sounds import Sounds


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a library suggests; iterating gives the suggestions, best first.

    Attributes:
        answered: the request, its timeline and the full answer.
    """

    answered: Answered
    _sounds: "Callable[[], AbstractContextManager[Sounds]]" = field(repr=False)
    _tell: Callable[[Answered, InsertedCue], str | None] = field(repr=False)

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Ranked tracks with excerpt, fit and reasons, best first."""
        return self.answered.suggestions.suggestions

    @property
    def warnings(self) -> tuple[str, ...]:
        """Picture that could not be used, one sentence each."""
        return self.answered.warnings

    def __iter__(self) -> Iterator[Suggestion]:
        return iter(self.suggestions)

    def __len__(self) -> int:
        return len(self.suggestions)

    def report(self) -> SuggestReport:
        """Return the answer as the JSON of ``temptrack suggest`` has it."""
        return asking.suggest_report(self.answered)

    def insert(self, rank: int, output: Path | str, *, overwrite: bool = False) -> InsertedCue:
        """Place a suggestion on a lane of its own in a copy of the timeline.

        A server that suggested it is told, so that a studio knows which music is in use; where it cannot be,
        the timeline stands all the same and the result says why.

        Args:
            rank: which suggestion, from 1.
            output: the .otio to write; it appears whole or not at all.
            overwrite: whether a file that is there may be replaced.

        Raises:
            InvalidRequest: no such suggestion, no timeline, or the output is the timeline itself.
            AlreadyExists: OUTPUT_EXISTS.
            NotFound, Forbidden: the folder of the output.
        """
        output = Path(output)
        inserting.check_output(output, self.answered.wish.timeline, force=overwrite)
        inserted = inserting.insert(self.answered, rank, output)
        untold = self._tell(self.answered, inserted)
        return inserted.model_copy(update={"untold": untold}) if untold else inserted

    def review(
        self,
        page: Path | str,
        *,
        placed_rank: int | None = None,
        credits: Sequence[str] = (),
        back_link: str = "",
        overwrite: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Write a page to look at and listen to, which needs nothing but a browser.

        Args:
            page: the .html to write.
            placed_rank: rank of the track that was placed, to mark it.
            credits: makers and licences of the picture, to name them.
            back_link: address of a page that this one is listed on.
            overwrite: whether a file that is there may be replaced.
            progress: told (done, total) tracks.

        Raises:
            AlreadyExists: OUTPUT_EXISTS.
            NotFound, Forbidden: the folder of the page.
        """
        from temptrack.review.gather import gather_review
        from temptrack.review.page import write_review

        page = Path(page)
        cut = self.answered.cut
        inserting.check_output(page, self.answered.wish.timeline, force=overwrite)
        with self._sounds() as sounds:
            review = gather_review(
                self.answered.suggestions,
                sounds,
                scope=cut.scope if cut else None,
                title=cut.file.name if cut else "Music without picture",
                warnings=self.answered.warnings,
                placed_rank=placed_rank,
                credits=credits,
                back_link=back_link,
                progress=progress,
            )
        write_review(review, page)
