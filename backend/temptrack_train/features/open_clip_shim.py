"""The one place that imports open_clip.

open_clip imports torchvision when it is loaded, for transforms and layers that temptrack never uses: frames
are prepared by ``temptrack.media``. Beside a CPU build of torch, torchvision is often absent, or it is a
build whose compiled operators cannot be loaded. In both cases what open_clip asks of torchvision is replaced
while it is imported, and only then.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from temptrack.errors import NotSupported

_OPERATORS = ("nms", "qnms")


def import_open_clip() -> Any:
    """Return the open_clip package.

    Raises:
        NotSupported: OPEN_CLIP_MISSING, it is not installed.
    """
    if "open_clip" in sys.modules:
        return sys.modules["open_clip"]
    if importlib.util.find_spec("open_clip") is None:
        raise NotSupported(
            "open_clip is not installed.",
            reason="OPEN_CLIP_MISSING",
            hint="Install it with `pip install 'temptrack[train,clip]'`.",
        )
    if _torchvision_works():
        return importlib.import_module("open_clip")
    with _stand_in_for_torchvision():
        return importlib.import_module("open_clip")


def _torchvision_works() -> bool:
    try:
        importlib.import_module("torchvision")
    except ImportError:
        return False
    except RuntimeError:
        return _declare_operators()
    return True


def _declare_operators() -> bool:
    """Declare the operators that a torchvision for another torch fails to find, and try once more."""
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for name in _OPERATORS:
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _kept.append(library)  # the declarations last as long as the object
    _forget_torchvision()
    try:
        importlib.import_module("torchvision")
    except (ImportError, RuntimeError):
        _forget_torchvision()
        return False
    return True


_kept: list[Any] = []


@contextmanager
def _stand_in_for_torchvision() -> Iterator[None]:
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        # Other libraries ask whether torchvision is there; they shall hear the truth.
        _forget_torchvision()


def _forget_torchvision() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]


class _Finder(MetaPathFinder):
    """Finds an empty module for every name under torchvision."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != "torchvision":
            return None
        return ModuleSpec(fullname, _Maker(), is_package=True)


class _Maker(Loader):
    """Makes modules in which every name is a class that cannot be used."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Absent(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__version__ = "0.0.0"  # type: ignore[attr-defined]


class _Absent(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        absent = type(name, (_Unusable,), {"where": f"{self.__name__}.{name}"})
        setattr(self, name, absent)
        return absent


class _UnusableType(type):
    def __getattr__(cls, name: str) -> Any:
        # Members of enumerations are named, and used as keys, when open_clip is loaded.
        if name.startswith("_"):
            raise AttributeError(name)
        return f"{cls.__name__}.{name}"


class _Unusable(metaclass=_UnusableType):
    where = ""

    def __init__(self, *_args: Any, **_options: Any) -> None:
        raise NotSupported(
            f"{self.where} was asked for, and there is no torchvision that works with this torch.",
            reason="TORCHVISION_MISSING",
            hint="Prepare frames with temptrack.media, or install the torchvision of this torch.",
        )
