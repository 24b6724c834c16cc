"""Fixtures of the Blender tests: which Blenders, and the extension's zip."""

from pathlib import Path

import pytest

from hosts.blender.bpy_process import bpy_python, versions
from support.small_library import SmallLibrary, small_library
from temptrack.cli.install.extension import build_extension


@pytest.fixture(params=versions())
def version(request: pytest.FixtureRequest) -> str:
    """A Blender that is at hand."""
    bpy_python(request.param)
    return str(request.param)


@pytest.fixture(scope="session")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's zip, as `temptrack install blender` makes it."""
    return build_extension(tmp_path_factory.mktemp("extension"))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A real library that the shipped model indexed; its pieces are longer than the timelines."""
    return small_library(tmp_path_factory.mktemp("library"), duration_s=30.0)
