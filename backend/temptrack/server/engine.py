"""What answers, once it is loaded."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from temptrack import errors
from temptrack.library.types import LibraryInfo
from temptrack.server.device import Device, ResultT
from temptrack.suggest.types import EngineInfo, Suggester

log = logging.getLogger(__name__)

_FAR_FUTURE_S: Final = 24 * 3600.0
_DECODING_THREADS: Final = 2


class Engine:
    """The suggester and the device it runs on. Until it is loaded, asking for it says so."""

    def __init__(self, load: Callable[[], Suggester], *, queue_limit: int) -> None:
        """Prepare an engine without loading it.

        Args:
            load: makes the suggester, warmed up; runs on the device's thread.
            queue_limit: most calls that wait for the device.
        """
        self._load = load
        self._suggester: Suggester | None = None
        self._info: EngineInfo | None = None
        self._device = Device(queue_limit=queue_limit)
        self.decoding = ThreadPoolExecutor(_DECODING_THREADS, thread_name_prefix="decode")

    async def load(self) -> EngineInfo:
        """Load and warm up."""
        suggester, info = await self._device.run(self._loaded, time_left_s=_FAR_FUTURE_S)
        self._suggester, self._info = suggester, info
        return info

    @property
    def info(self) -> EngineInfo:
        """What is loaded. Raises Unavailable before it is."""
        if self._info is None:
            raise _starting()
        return self._info

    async def run(self, work: Callable[[Suggester], ResultT], *, time_left_s: float) -> ResultT:
        """Run work with the suggester on the device, within the time left in seconds."""
        suggester = self._suggester
        if suggester is None:
            raise _starting()
        return await self._device.run(lambda: work(suggester), time_left_s=time_left_s)

    def libraries(self) -> Sequence[LibraryInfo]:
        """List the libraries that can be searched; needs no device. Raises Unavailable before the load."""
        if self._suggester is None:
            raise _starting()
        return self._suggester.libraries()

    def close(self) -> None:
        """Wait for what runs and let go of everything."""
        self._device.close()
        self.decoding.shutdown(wait=True, cancel_futures=True)
        if self._suggester is not None:
            self._suggester.close()

    def _loaded(self) -> tuple[Suggester, EngineInfo]:
        suggester = self._load()
        return suggester, suggester.info()


def _starting() -> errors.Unavailable:
    return errors.Unavailable(
        "The server is still loading its bundle.", reason="STARTING", hint="Try again in a few seconds."
    )
