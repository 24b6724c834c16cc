"""`temptrack companion`: what plugins start; people have no use for it."""

import sys

from temptrack.errors import InvalidRequest


def companion() -> None:
    """Serve the plugin that started this, over its pipes, until it ends."""
    if sys.stdin.isatty():
        raise InvalidRequest(
            "The companion talks to the plugin of an editor, not to people.",
            reason="USAGE",
            hint="Install a plugin: `temptrack install --help`.",
        )
    from temptrack.companion.process import run

    run()
