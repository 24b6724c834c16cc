"""Every known trap of the host, with the plugin's guard and without it: without, the scenario must break."""

from fractions import Fraction
from pathlib import Path

import pytest

from davinci.temptrack_resolve import placing
from hosts.resolve import traps_of_answers, traps_of_frames, traps_of_places
from hosts.resolve.acting import START, host_of, insert, ours
from hosts.resolve.conftest import MakeApp
from support.resolve_double import simple_cut
from support.resolve_double.trap import Trap

TRAPS = [*traps_of_frames.TRAPS, *traps_of_answers.TRAPS, *traps_of_places.TRAPS]
every_trap = pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)


@every_trap
def test_the_guard_holds(make_app: MakeApp, tmp_path: Path, trap: Trap) -> None:
    trap.scenario(make_app(trap.version, studio=trap.studio), tmp_path)


@every_trap
def test_without_its_guard_the_scenario_breaks(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trap: Trap
) -> None:
    app = make_app(trap.version, studio=trap.studio)
    trap.without_guard(monkeypatch)
    with pytest.raises(trap.breaks_with):
        trap.scenario(app, tmp_path)


def test_frozen_rates_are_the_files_own(make_app: MakeApp, tmp_path: Path) -> None:
    """Where 24ths do not divide into 30ths the clip ends a little early, and never late."""
    app = make_app()
    cut = simple_cut(app, rate=Fraction(30))
    app.project_rate = Fraction(24)
    for frames in range(60, 80):
        insert(app, tmp_path, frames=frames)
        (_, first, last) = ours(cut)[0]
        assert first == START + 37
        assert frames - Fraction(30, 24) < last - first <= frames
        host = host_of(app)
        placing.remove(host, host.open_timeline(), "0123456789ab")
