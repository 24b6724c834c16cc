"""What every object of the double has in common with the real ones: how it answers to names and calls."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from support.resolve_double.documented import names_at, names_of

if TYPE_CHECKING:
    from support.resolve_double.application import Application


class UndocumentedError(AssertionError):
    """The plugin called something that the real host does not document."""


class Handle:
    """An object of the API.

    As in the host, every name can be read: one that does not exist is None, so that ``hasattr`` is always
    true, and only ``dir`` tells what there is. A call fails (None) while a dialog is open, after the project
    was closed, and on an object that is gone. Unlike the host, the double is strict: names that no version
    documents are noted and fail the test.
    """

    kind: ClassVar[str]

    def __init__(self, app: "Application") -> None:
        self._app = app

    def __dir__(self) -> list[str]:
        return sorted(names_at(self.kind, self._app.version))

    def __getattribute__(self, name: str) -> Any:
        if not name[0].isupper():
            return object.__getattribute__(self, name)
        app: Application = object.__getattribute__(self, "_app")
        kind = type(self).kind
        if name not in names_of(kind):
            return self._unknown(name)
        if name not in names_at(kind, app.version):
            return None
        try:
            method = object.__getattribute__(self, name)
        except AttributeError:
            raise UndocumentedError(
                f"{kind}.{name} is documented, but the double does not model it"
            ) from None
        return _Call(app, self, name, method)

    def _unknown(self, name: str) -> Any:
        self._app.undocumented.append(f"{type(self).kind}.{name}")

    def _is_gone(self) -> bool:
        """Whether the thing behind the handle no longer exists."""
        return False


class _Call:
    """A method of a handle, ready to be called."""

    def __init__(self, app: "Application", handle: Handle, name: str, method: Callable[..., Any]) -> None:
        self._app, self._handle, self._name, self._method = app, handle, name, method

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if named:
            raise TypeError(f"{self._name} takes no named arguments: the host's methods never do")
        app = self._app
        call = f"{type(self._handle).kind}.{self._name}"
        app.calls.append((call, arguments))
        app.before_call(call)
        if app.modal or self._handle._is_gone():
            return None
        if call in app.refusing:
            return app.refusing[call]
        return self._method(*arguments)
