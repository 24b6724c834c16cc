"""The companion as a process."""

import logging
import os
import sys
import threading

from temptrack.companion.life import take_pipes
from temptrack.companion.server import CompanionServer
from temptrack.errors import TemptrackError

_PATIENCE_S = 1.0
"""How long letting go may take; a plugin that closes its end waits about as long."""


def run() -> None:
    """Serve the plugin at the other end of the pipes, then end this process, whatever its threads do."""
    level = logging.DEBUG if os.environ.get("TEMPTRACK_DEBUG") == "1" else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    messages_in, messages_out = take_pipes()
    server = CompanionServer(messages_in, messages_out, end=lambda: _end(server, 0))
    code = 0
    try:
        server.serve()
    except KeyboardInterrupt:
        code = 130
    except TemptrackError as error:
        logging.getLogger(__name__).error("%s", error)
        code = error.exit_code
    except Exception:
        logging.getLogger(__name__).exception("The messages could not be read any further")
        code = 1
    _end(server, code)


def _end(server: CompanionServer, code: int) -> None:
    closing = threading.Thread(target=server.close, name="closing", daemon=True)
    closing.start()
    closing.join(_PATIENCE_S)
    logging.shutdown()
    os._exit(code)
