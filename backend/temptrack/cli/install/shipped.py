"""Where the plugins' files lie: inside the installed package, or in a checkout beside it."""

from pathlib import Path

import temptrack
from temptrack.errors import NotFound

PANEL = "panel"
"""The folder that every plugin shares; plugins link to it, installed copies hold it."""


def plugin_folder(name: str) -> Path:
    """Return the folder of a plugin's files, such as "blender".

    Raises:
        NotFound: PLUGIN_FILES_MISSING.
    """
    package = Path(temptrack.__file__).parent
    places = (package / "_plugins" / name, package.parents[1] / "plugins" / name)
    for place in places:
        if place.is_dir():
            return place
    raise NotFound(
        f"The files of the plugin for {name} are not installed with temptrack.",
        reason="PLUGIN_FILES_MISSING",
        hint="Install temptrack again: pipx reinstall temptrack.",
        metadata={"looked_at": ", ".join(map(str, places))},
    )
