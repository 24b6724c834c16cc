"""Suggest music for a cut from your own library, by picture and by words.

The public API (``temptrack.api``) is loaded when one of its names is first used; ``__init__.pyi`` shows it to
type checkers.
"""

import importlib
import importlib.util

__version__ = "0.1.0.dev0"


def __getattr__(name: str) -> object:
    # Every `from temptrack import errors` asks here before it looks for a module: that must load nothing.
    inner = name.startswith("_") and name != "__all__"
    if not inner and importlib.util.find_spec(f"{__name__}.{name}") is None:
        api = importlib.import_module("temptrack.api")
        if name == "__all__" or name in api.__all__:
            return getattr(api, name)
    raise AttributeError(f"module 'temptrack' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*importlib.import_module("temptrack.api").__all__, "__version__"]
