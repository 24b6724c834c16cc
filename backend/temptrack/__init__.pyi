"""The public names of temptrack, as type checkers see them."""

from temptrack.api import *  # noqa: F403
from temptrack.api import __all__ as __all__

__version__: str
