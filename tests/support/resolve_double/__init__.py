"""A double of DaVinci Resolve's scripting API: documented calls only, with the host's known traps.

``Application`` is the host; ``application.resolve`` is what scripts see. What is known of the host's
behaviour comes from its documentation and from public reports; nothing here was checked against it.
"""

from support.resolve_double.application import Application, WouldHang
from support.resolve_double.cuts import simple_cut
from support.resolve_double.handles import UndocumentedError
from support.resolve_double.state import Bin, Cut, Item, Lane, Media

__all__ = [
    "Application",
    "Bin",
    "Cut",
    "Item",
    "Lane",
    "Media",
    "UndocumentedError",
    "WouldHang",
    "simple_cut",
]
