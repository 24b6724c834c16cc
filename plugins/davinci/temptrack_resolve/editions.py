# SPDX-License-Identifier: Apache-2.0
"""Which Resolve the plugin runs in: checked before anything else.

A call that only Studio has brings up an advertisement in the free edition, and every later call fails while
that is open.
"""

from __future__ import annotations

from .remedies import failure
from .resolve_api import Product

OLDEST = (18, 5, 0)
"""The first version that exports OpenTimelineIO and single frames."""

SETS_FADES_AND_LEVEL = (21, 1, 0)
"""The first version whose scripts can set fades and levels; before, they are rendered into the sound."""


def check(product: Product) -> None:
    """Refuse editions and versions that cannot work.

    Raises:
        PanelError: FREE_EDITION or TOO_OLD.
    """
    if not product.is_studio:
        raise failure("FREE_EDITION", product.text)
    if product.version < OLDEST:
        raise failure("TOO_OLD", product.text)


def sets_fades_and_level(product: Product) -> bool:
    """Tell whether fades and level stay adjustable on the timeline."""
    return product.version >= SETS_FADES_AND_LEVEL
