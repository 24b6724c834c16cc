# SPDX-License-Identifier: Apache-2.0
"""The one room that calls DaVinci Resolve.

Resolve does not raise: it answers None or False. Here every such answer becomes a sentence that names the
call. Any name can be read off its objects, so what a version offers is asked of ``dir``.
"""

from .editing import EditableTimeline
from .host import Host, Product
from .timeline import AudioLane, Clip, OpenTimeline

__all__ = ["AudioLane", "Clip", "EditableTimeline", "Host", "OpenTimeline", "Product"]
