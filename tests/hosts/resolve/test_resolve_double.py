"""The double is worth as much as it is like the host: documented names, with the arguments of the stubs."""

import ast
import inspect
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from support.resolve_double import Application, UndocumentedError, simple_cut
from support.resolve_double.application import Project, ProjectManager, ResolveDouble
from support.resolve_double.documented import names_at, names_of
from support.resolve_double.handles import Handle
from support.resolve_double.media_pool import Folder, MediaPool, MediaPoolItem
from support.resolve_double.timeline import Timeline, TimelineItem

CLASSES: list[type[Handle]] = [
    ResolveDouble, ProjectManager, Project, MediaPool, Folder, MediaPoolItem, Timeline, TimelineItem,
]  # fmt: skip
NEWER_THAN_STUBS = {
    "Resolve": {"IsStudio", "GetCurrentProject"},
    "Project": {"GetSettings"},
    "Timeline": {"GetSelectedClips", "GetSettings"},
    "TimelineItem": {"GetType", "GetProperties", "SetProperties", "GetFades", "SetFades"},
}


def methods_of(cls: type[Handle]) -> dict[str, Any]:
    return {name: value for name, value in vars(cls).items() if name[0].isupper() and callable(value)}


def stubbed() -> dict[str, dict[str, list[tuple[int, int]]]]:
    """For every class and method of the published stubs, the fewest and most arguments of each overload."""
    path = Path(sysconfig.get_paths()["purelib"]) / "fusionscript-stubs" / "fusionscript.pyi"
    found: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    most = 99 if method.args.vararg else len(method.args.args) - 1
                    # Optional[...] without a default is how the stubs say that an argument may be left out.
                    optional = sum(
                        "Optional" in ast.unparse(arg.annotation or arg) for arg in method.args.args
                    )
                    fewest = len(method.args.args) - 1 - max(len(method.args.defaults), optional)
                    found.setdefault(node.name, {}).setdefault(method.name, []).append((fewest, most))
    return found


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.kind)
def test_the_double_has_documented_methods_only(cls: type[Handle]) -> None:
    assert set(methods_of(cls)) <= names_of(cls.kind)
    newer = set(methods_of(cls)) - set(stubbed()[cls.kind])
    assert newer == NEWER_THAN_STUBS.get(cls.kind, set())
    assert not newer & names_at(cls.kind, (21, 0, 0))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.kind)
def test_the_double_takes_the_arguments_that_the_stubs_say(cls: type[Handle]) -> None:
    stubs = stubbed()[cls.kind]
    for name, method in methods_of(cls).items():
        if name in stubs:
            parameters = list(inspect.signature(method).parameters.values())[1:]
            fewest = sum(each.default is inspect.Parameter.empty for each in parameters)
            fits = any(low <= len(parameters) and fewest <= most for low, most in stubs[name])
            assert fits, f"{cls.kind}.{name}{inspect.signature(method)} against {stubs[name]}"


def test_every_name_is_there_and_only_dir_knows_which_exist() -> None:
    app = Application((20, 1, 0))
    simple_cut(app)
    timeline: Any = Timeline(app, app.cuts[0])
    assert hasattr(timeline, "GetSelectedClips")
    with pytest.raises(TypeError):
        timeline.GetSelectedClips()
    assert timeline.GetSelectedClips is None
    assert "GetSelectedClips" not in dir(timeline)
    assert "GetMarkInOut" in dir(timeline)


def test_an_undocumented_name_is_noted_and_one_that_is_not_modelled_fails_at_once() -> None:
    app = Application()
    simple_cut(app)
    timeline: Any = Timeline(app, app.cuts[0])
    assert timeline.RazorEverything is None
    assert app.undocumented == ["Timeline.RazorEverything"]
    with pytest.raises(UndocumentedError):
        timeline.DetectSceneCuts()


def test_nothing_answers_while_a_dialog_is_open() -> None:
    app = Application()
    simple_cut(app)
    timeline: Any = Timeline(app, app.cuts[0])
    app.modal = True
    assert [app.resolve.GetProductName(), app.resolve.GetCurrentPage(), timeline.GetName()] == [None] * 3
