from pathlib import Path

import pytest

from panel import finding
from panel.finding import companion_environment, find_companion, usual_places
from panel.problems import PanelError


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_path_that_was_set_counts_first(tmp_path: Path) -> None:
    chosen, other = program(tmp_path / "a" / "temptrack"), program(tmp_path / "b" / "temptrack")
    environment = {"PATH": str(other.parent), "TEMPTRACK_COMPANION": str(other), "HOME": str(tmp_path)}
    assert find_companion(str(chosen), environment) == [str(chosen), "companion"]
    assert find_companion("", environment) == [str(other), "companion"]


def test_a_path_that_was_set_and_is_wrong_is_not_replaced_by_another(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "temptrack")
    with pytest.raises(PanelError) as refused:
        find_companion("/nowhere/temptrack", {"PATH": str(tmp_path / "bin")})
    assert refused.value.problem.reason == "COMPANION_NOT_THERE"
    assert "/nowhere/temptrack" in refused.value.problem.sentence


def test_a_program_off_the_path_is_found_where_installers_put_it(tmp_path: Path) -> None:
    found = program(tmp_path / ".local" / "bin" / "temptrack")
    assert find_companion("", {"PATH": "", "HOME": str(tmp_path)}) == [str(found), "companion"]


def test_a_file_that_may_not_be_run_is_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / ".local" / "bin" / "temptrack").chmod(0o644)
    environment = {"PATH": "", "HOME": str(tmp_path)}
    # This machine may have the program installed for everybody.
    own = [place for place in usual_places(environment) if tmp_path in place.parents]
    monkeypatch.setattr(finding, "usual_places", lambda _environment: own)
    with pytest.raises(PanelError) as refused:
        find_companion("", environment)
    assert refused.value.problem.reason == "COMPANION_MISSING"
    assert str(tmp_path / ".local" / "bin") in refused.value.problem.sentence
    assert "pipx install" in refused.value.problem.next_step


def test_the_python_of_the_host_does_not_reach_the_companion() -> None:
    host = {"PYTHONHOME": "/blender/python", "PYTHONPATH": "/blender/scripts", "LANG": "de_DE.UTF-8"}
    passed = companion_environment(host)
    assert "PYTHONHOME" not in passed
    assert "PYTHONPATH" not in passed
    assert passed["LANG"] == "de_DE.UTF-8"
