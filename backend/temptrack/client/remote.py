"""The Suggester that asks a server."""

from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import Self

import grpc

from temptrack import errors
from temptrack.client.connection import DEFAULT_DEADLINE_S, Connection
from temptrack.client.credentials import Credentials
from temptrack.client.library_client import LibraryClient
from temptrack.library.types import LibraryInfo
from temptrack.media.types import Frames
from temptrack.model.types import SegmentFeatures
from temptrack.suggest.cue_report import CueReport
from temptrack.suggest.types import EngineInfo, Query, Suggestions
from temptrack.wire import convert
from temptrack.wire.mirror import build
from temptrack.wire.pictures import to_pictures
from temptrack_api.v1 import bundle_pb2, bundle_pb2_grpc, suggestion_pb2, suggestion_pb2_grpc


class RemoteSuggester:
    """Answers queries by asking a server; raises what an in-process suggester raises, and Unavailable.

    May be used from several threads at once.
    """

    def __init__(
        self,
        address: str,
        *,
        deadline_s: float = DEFAULT_DEADLINE_S,
        lossless: bool = True,
        credentials: Credentials | None = None,
    ) -> None:
        """Prepare to ask; nothing is sent before the first call.

        Args:
            address: HOST:PORT of the server.
            deadline_s: how long one call may take, in seconds, above 0.
            lossless: send pictures as PNG, so that features equal those made in process bit by bit; JPEG
                needs a third of the bytes and changes the order of near equals.
            credentials: how to sign in; None takes what the environment says or `temptrack login` kept.

        Raises:
            InvalidRequest: the address or the deadline is out of range.
            Forbidden: a token would travel readable.
            NotFound: a file of the credentials cannot be read.
        """
        self._connection = Connection(address, deadline_s=deadline_s, credentials=credentials)
        self._lossless = lossless
        channel = self._connection.channel
        self._suggestions = suggestion_pb2_grpc.SuggestionServiceStub(channel)
        self._bundles = bundle_pb2_grpc.BundleServiceStub(channel)
        self._libraries = LibraryClient(self._connection)

    def info(self) -> EngineInfo:
        """Say what the server has loaded."""
        response = self._connection.call(self._bundles.GetBundle, bundle_pb2.GetBundleRequest())
        return convert.engine_from_message(response.bundle)

    def encode_segment(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        """Have the frames of one segment encoded, [count, size, size, 3] uint8 RGB, at most 64."""
        request = build(
            suggestion_pb2.EncodeSegmentRequest,
            pictures=to_pictures(
                frames, repeats, size_px=self._expected.frame_size_px, lossless=self._lossless
            ),
            encoder_id=self._expected.frame_encoder_id,
        )
        response = self._connection.call(self._suggestions.EncodeSegment, request)
        return convert.features_from_message(response.features)

    def suggest(self, query: Query) -> Suggestions:
        """Have the tracks of a library on the server ranked for a query."""
        response = self._connection.call(self._suggestions.Suggest, convert.query_to_message(query))
        return convert.suggestions_from_message(response)

    def report_cue(self, report: CueReport) -> bool:
        """Tell the server what an editor did with a track. Returns whether its audit log holds it now.

        Raises:
            NotSupported: the server is of a version that keeps no account of cues.
        """
        request = convert.cue_report_to_message(report)
        try:
            recorded: bool = self._connection.call(self._suggestions.ReportCue, request).recorded
        except errors.Unavailable as error:
            if error.metadata.get("status") != grpc.StatusCode.UNIMPLEMENTED.name:
                raise
            raise errors.NotSupported(
                f"The server at {self._connection.address} does not know reports of cues.",
                reason="CUE_REPORTS_UNKNOWN",
                hint="Bring the server to this version.",
            ) from error
        return recorded

    def libraries(self) -> Sequence[LibraryInfo]:
        """List the libraries of the server."""
        return self._libraries.list_libraries()

    def close(self) -> None:
        """Close the connection; calls under way are cancelled."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @cached_property
    def _expected(self) -> EngineInfo:
        # Asked once: a server that comes back with another bundle refuses rather than mixing features.
        return self.info()
