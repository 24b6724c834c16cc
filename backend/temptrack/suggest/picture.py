"""Looks at the picture of a scope: what is cached is read, the rest is decoded and encoded side by side."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from temptrack.errors import Cancelled, NotReady
from temptrack.media.feature_cache import FeatureCache, segment_key
from temptrack.media.frames import sample_frames
from temptrack.media.types import MediaWarning, Sampling, SegmentFrames
from temptrack.model.types import SegmentFeatures
from temptrack.suggest.types import PictureSegment, Suggester
from temptrack.timeline.segments import Scope, Segment

Progress = Callable[[int, int], None]
"""Called with the number of segments done and their total."""


@dataclass(frozen=True, slots=True)
class PictureAnalysis:
    """What is known about the picture of a scope.

    Attributes:
        segments: segments with picture, in record order; those without any are left out.
        warnings: media that could be used only in part.
        encoded: number of segments that were decoded and encoded now.
        cached: number of segments whose features were known already.
    """

    segments: tuple[PictureSegment, ...]
    warnings: tuple[MediaWarning, ...]
    encoded: int
    cached: int


def analyse_scope(
    scope: Scope,
    suggester: Suggester,
    *,
    sampling: Sampling = Sampling.STANDARD,
    cache: FeatureCache | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    require_picture: bool = True,
) -> PictureAnalysis:
    """Encode the segments of a scope; after an edit only the segments it touched are encoded again.

    Segments with damaged media are used as far as they go and not cached, so that a file that is still being
    copied is looked at again.

    Args:
        scope: what to look at.
        suggester: encodes the frames, here or on a server.
        sampling: which frames are looked at.
        cache: features of earlier runs; None looks at everything.
        progress: told about every finished segment, from the calling thread.
        cancelled: asked before every segment whether to stop.
        require_picture: whether a scope without any picture is an error, or merely gives no segments.

    Raises:
        NotReady: when no segment has any picture (reason NO_PICTURE), unless none is required.
        Cancelled: when ``cancelled`` said so; what was encoded by then is cached.
    """
    run = _Run(scope, suggester, sampling=sampling, cache=cache, progress=progress, cancelled=cancelled)
    missing = run.look_up()
    if missing:
        run.encode(missing)
    return run.result(require_picture=require_picture)


class _Run:
    """One pass over a scope."""

    def __init__(
        self,
        scope: Scope,
        suggester: Suggester,
        *,
        sampling: Sampling,
        cache: FeatureCache | None,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._scope = scope
        self._suggester = suggester
        self._sampling = sampling
        self._cache = cache
        self._progress = progress
        self._cancelled = cancelled
        engine = suggester.info()
        self._spec, self._encoder_id = engine.frame_spec, engine.frame_encoder_id
        self._features: dict[int, SegmentFeatures] = {}
        self._warnings: list[MediaWarning] = []
        self._total = sum(1 for segment in scope.segments if segment.spans)
        self._done = 0
        self._encoded = 0

    def look_up(self) -> list[Segment]:
        """Take what the cache knows and return the segments it does not."""
        missing = []
        for segment in self._scope.segments:
            if not segment.spans:
                continue
            self._stop_if_cancelled()
            values = self._cache.get(self._key(segment)) if self._cache else None
            if values is None:
                missing.append(segment)
            else:
                self._features[segment.index] = SegmentFeatures(values=values, encoder_id=self._encoder_id)
                self._advance()
        return missing

    def encode(self, missing: Sequence[Segment]) -> None:
        """Encode segments while the next one is being decoded; never more than one ahead."""
        sampled = sample_frames(missing, sampling=self._sampling, spec=self._spec)
        with ThreadPoolExecutor(1, thread_name_prefix="decode") as decoder:
            coming = decoder.submit(_next, sampled)
            while (frames := coming.result()) is not None:
                coming = decoder.submit(_next, sampled)
                self._stop_if_cancelled()
                self._take(frames)

    def result(self, *, require_picture: bool) -> PictureAnalysis:
        """Return the segments that have picture."""
        segments = tuple(
            PictureSegment(
                features=self._features[segment.index],
                start_s=segment.record.start_s,
                duration_s=segment.record.duration_s,
            )
            for segment in self._scope.segments
            if segment.index in self._features
        )
        if require_picture and not segments:
            faults = [warning.message for warning in self._warnings]
            faults += [problem.message for problem in self._scope.problems]
            why = f" {faults[0]}" if faults else ""
            raise NotReady(
                f"There is no usable picture in the {self._scope.label}.{why}",
                reason="NO_PICTURE",
                hint="Choose a part of the timeline with media that can be read, or ask with words.",
                metadata={"problems": str(len(self._scope.problems) + len(self._warnings))},
            )
        return PictureAnalysis(
            segments=segments,
            warnings=tuple(self._warnings),
            encoded=self._encoded,
            cached=len(segments) - self._encoded,
        )

    def _take(self, frames: SegmentFrames) -> None:
        self._warnings += frames.warnings
        if len(frames.frames):
            features = self._suggester.encode_segment(frames.frames, frames.repeats)
            self._features[frames.segment.index] = features
            self._encoded += 1
            if self._cache and not frames.warnings:
                self._cache.put(self._key(frames.segment), features.values)
        self._advance()

    def _key(self, segment: Segment) -> str:
        return segment_key(segment, self._sampling, self._spec, self._encoder_id)

    def _advance(self) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total)

    def _stop_if_cancelled(self) -> None:
        if self._cancelled and self._cancelled():
            raise Cancelled(
                f"Looking at the picture stopped after {self._done} of {self._total} segments.",
                hint="Run the same again to go on: what was finished is kept.",
            )


def _next(sampled: Iterator[SegmentFrames]) -> SegmentFrames | None:
    return next(sampled, None)
