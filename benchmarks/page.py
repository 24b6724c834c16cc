"""The page of benchmarks, whose tables are written by commands between two marks."""

from benchmarks.speed.measure import ROOT

README = ROOT / "benchmarks" / "README.md"


def filled(page: str, name: str, command: str, tables: str) -> str:
    """Return the page with the tables of one section in place of those before.

    Args:
        page: the whole page.
        name: of the section, as its marks say it.
        command: that writes the section, as its marks say it.
        tables: what goes between the marks, ending in a line break.
    """
    start, end = f"<!-- {name}: made by `{command}` -->", f"<!-- {name}: end -->"
    before, _, rest = page.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n\n{tables}{end}{after}"
