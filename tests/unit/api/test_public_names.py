"""The public names, frozen; and what importing them costs."""

import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import temptrack
from temptrack import api

GOLDEN = Path(__file__).parents[2] / "golden" / "python_api" / "names.txt"


def public_names() -> str:
    return "".join(f"{line}\n" for name in sorted(temptrack.__all__) for line in _lines(name))


def _lines(name: str) -> Iterator[str]:
    found = getattr(api, name)
    if not inspect.isclass(found):
        yield f"{name}{_parameters(found)}"
        return
    yield name
    if not found.__module__.startswith("temptrack.api"):
        return
    for each, member in sorted(inspect.getmembers(found)):
        if each.startswith("_"):
            continue
        if inspect.isfunction(member):
            yield f"{name}.{each}{_parameters(member)}"
        elif isinstance(member, property):
            yield f"{name}.{each}"


def _parameters(function: Callable[..., object]) -> str:
    # Types are left to mypy: their spelling at run time differs between releases of Python.
    signature = inspect.signature(function)
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
    return str(inspect.Signature(bare))


def test_names_and_signatures_are_those_that_scripts_are_written_against() -> None:
    assert public_names() == GOLDEN.read_text("utf-8")


def test_every_name_can_be_had_from_temptrack_and_nothing_else() -> None:
    assert list(temptrack.__all__) == sorted(api.__all__)
    assert "aio" not in dir(temptrack)
    assert not hasattr(temptrack, "aio")
    assert all(getattr(temptrack, name) is getattr(api, name) for name in temptrack.__all__)
    with pytest.raises(AttributeError, match="no attribute 'suggest_everything'"):
        _ = temptrack.suggest_everything  # type: ignore[attr-defined]
    assert {"connect", "open_library", "__version__"} <= set(dir(temptrack))


@pytest.mark.parametrize("line", ["import temptrack", "from temptrack import errors, home"])
def test_importing_temptrack_loads_nothing_heavy(line: str) -> None:
    probe = f"{line}; import sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    heavy = {"numpy", "av", "grpc", "onnxruntime", "pydantic", "opentimelineio", "lancedb", "typer", "rich"}
    assert heavy & set(done.stdout.split()) == set()


if __name__ == "__main__":
    GOLDEN.write_text(public_names(), encoding="utf-8")
