"""Which files of a timeline are music that temptrack placed, whatever became of the clip's metadata."""

import re
from pathlib import Path
from typing import Final

from temptrack import home

_TAG: Final = re.compile(r"\[temptrack-[0-9a-f]{12}(?:-\d+)?\]\.wav$", re.IGNORECASE)
"""Ending of the names that plugins give to rendered cues; their hosts keep a file's name and little else."""


def is_placed_music(path: Path) -> bool:
    """Tell whether a file is music of ours by its name or its folder.

    Music that was placed as the library's own file is not known by its file; its clip may say so
    (``cue_items.cue_id_of``).

    Args:
        path: a media file; it need not exist.
    """
    ours = (home.cue_cache_folder(), home.track_cache_folder())
    return _TAG.search(path.name) is not None or any(path.is_relative_to(folder) for folder in ours)
