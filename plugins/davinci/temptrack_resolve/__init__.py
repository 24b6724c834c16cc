# SPDX-License-Identifier: Apache-2.0
"""Suggest Music inside DaVinci Resolve Studio. Standard library only, Python 3.8 or newer.

``resolve_api`` is the one module that calls the host; what is not about the host the companion does.
"""

VERSION = "0.1.0"
