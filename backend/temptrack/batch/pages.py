"""Renders the pages of a batch."""

from typing import Any

import jinja2


def render_page(name: str, **values: Any) -> str:
    """Return a template of this room filled with values; whatever comes from files is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("temptrack.batch", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(**values)
