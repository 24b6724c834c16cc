"""Windows for scripts: Fusion's UIManager and its dispatcher, as far as scripts in public use them.

There is no published reference of it. Names that are not listed here fail the test, as an undocumented call
does, and menus can be filled only once they are in a window.
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from support.resolve_double.application import Application

_EVERYWHERE: Final = {"ID", "Enabled", "Hidden", "Weight", "ToolTip", "Events", "MinimumSize"}
_PROPERTIES: Final[dict[str, set[str]]] = {
    "VGroup": {"Spacing"},
    "HGroup": {"Spacing"},
    "Label": {"Text", "WordWrap"},
    "LineEdit": {"Text", "PlaceholderText"},
    "ComboBox": {"CurrentIndex", "CurrentText"},
    "Slider": {"Value", "Minimum", "Maximum", "Orientation"},
    "Button": {"Text"},
    "CheckBox": {"Text", "Checked"},
    "Tree": {"ColumnCount", "ColumnWidth", "AlternatingRowColors", "RootIsDecorated"},
    "Timer": {"Interval", "SingleShot"},
}
_EVENTS: Final = {
    "LineEdit": {"ReturnPressed", "TextChanged"},
    "ComboBox": {"CurrentIndexChanged"},
    "Slider": {"ValueChanged"},
    "Button": {"Clicked"},
    "CheckBox": {"Clicked"},
    "Tree": {"ItemClicked", "ItemDoubleClicked", "CurrentItemChanged"},
    "Window": {"Close"},
}
_LONGEST_S: Final = 120


class Fusion:
    """The Fusion object; the free edition has had no windows for scripts since 19.1."""

    def __init__(self, app: "Application") -> None:
        self._app = app

    @property
    def UIManager(self) -> "UIManager | None":
        if not self._app.studio and self._app.version >= (19, 1, 0):
            # An advertisement opens, and nothing answers until it is closed.
            self._app.modal = True
            return None
        return UIManager(self._app)


class UIManager:
    """Makes elements."""

    def __init__(self, app: "Application") -> None:
        self._app = app

    def FindWindow(self, name: str) -> "Window | None":
        return next((window for window in self._app.windows if window.name == name and window.is_shown), None)

    def __getattr__(self, kind: str) -> Callable[..., "Element"]:
        if kind not in _PROPERTIES:
            raise AssertionError(f"the window system has no {kind}")

        def make(*given: Any) -> Element:
            properties = next((each for each in given if isinstance(each, dict)), {})
            children = next((each for each in given if isinstance(each, list)), [])
            return Element(self._app, kind, properties, children)

        return make


class Element:
    """Something in a window; only the listed properties can be read and set."""

    def __init__(
        self, app: "Application", kind: str, properties: dict[str, Any], children: list["Element"]
    ) -> None:
        self._app, self._kind, self._children = app, kind, children
        self._values: dict[str, Any] = {"Enabled": True, "Hidden": False, "Text": "", "ColumnWidth": {}}
        self._entries: list[Any] = []
        self._current: TreeItem | None = None
        self._is_running = False
        self._is_in_window = False
        for name, value in properties.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
            return
        self._check(name)
        self._values[name] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._check(name)
        if name == "CurrentText":
            return self._entries[self._values.get("CurrentIndex", 0)] if self._entries else ""
        return self._values.get(name, 0)

    def _check(self, name: str) -> None:
        if name not in _PROPERTIES[self._kind] | _EVERYWHERE:
            raise AssertionError(f"a {self._kind} has no {name}")

    def _all(self) -> Iterator["Element"]:
        yield self
        for child in self._children:
            yield from child._all()

    def AddItems(self, texts: list[str]) -> None:
        assert self._kind == "ComboBox"
        assert self._is_in_window, "before a window is made, elements are no more than a description"
        self._entries += texts

    def Clear(self) -> None:
        assert self._kind in ("ComboBox", "Tree")
        self._entries.clear()
        self._values["CurrentIndex"] = 0
        self._current = None

    def NewItem(self) -> "TreeItem":
        assert self._kind == "Tree"
        return TreeItem()

    def SetHeaderItem(self, item: "TreeItem") -> None:
        assert self._kind == "Tree"
        self._values["header"] = item

    def AddTopLevelItem(self, item: "TreeItem") -> None:
        assert self._kind == "Tree"
        self._entries.append(item)

    def CurrentItem(self) -> "TreeItem | None":
        assert self._kind == "Tree"
        return self._current

    def Start(self) -> None:
        assert self._kind == "Timer"
        self._is_running = True
        self._app.timers.append(self)

    def Stop(self) -> None:
        assert self._kind == "Timer"
        self._is_running = False


class TreeItem:
    """A row; columns count from 0."""

    def __init__(self) -> None:
        self.Text: dict[int, str] = {}


class Handlers:
    """What ``On`` and ``On[...]`` are: any name can be set."""

    def __init__(self) -> None:
        self._named: dict[str, Handlers] = {}

    def __getitem__(self, name: str) -> "Handlers":
        return self._named.setdefault(name, Handlers())


class Window:
    """A window on the screen. The methods with small names are the editor's hands and eyes."""

    def __init__(self, app: "Application", properties: dict[str, Any], children: list[Element]) -> None:
        assert set(properties) <= {"ID", "WindowTitle", "Geometry", "Events"}
        self._app, self.name, self.title = app, properties["ID"], properties["WindowTitle"]
        self.elements = {
            element.ID: element for child in children for element in child._all() if element._values.get("ID")
        }
        for element in self.elements.values():
            element._is_in_window = True
        self.On = Handlers()
        self.is_shown = False

    def Find(self, name: str) -> Element | None:
        return self.elements.get(name)

    def Show(self) -> None:
        self.is_shown = True

    def Hide(self) -> None:
        self.is_shown = False

    def Raise(self) -> None:
        assert self.is_shown

    def text(self, name: str) -> str:
        """What an element says."""
        return str(self.elements[name].Text)

    def rows(self, name: str) -> list[list[str]]:
        """What a list shows."""
        return [[row.Text[column] for column in sorted(row.Text)] for row in self.elements[name]._entries]

    def entries(self, name: str) -> list[str]:
        """What a menu offers."""
        return list(self.elements[name]._entries)

    def click(self, name: str) -> None:
        """Press a button, which must not be grey."""
        assert self.elements[name].Enabled, f"{name} is grey"
        self._tell(name, "Clicked")

    def tick_box(self, name: str) -> None:
        """Turn a check box over."""
        self.elements[name].Checked = not self.elements[name].Checked
        self._tell(name, "Clicked")

    def enter(self, name: str, text: str) -> None:
        """Type a text and press Enter."""
        self.elements[name].Text = text
        self._tell(name, "ReturnPressed")

    def choose(self, name: str, text: str) -> None:
        """Choose an entry of a menu."""
        self.elements[name].CurrentIndex = self.elements[name]._entries.index(text)
        self._tell(name, "CurrentIndexChanged")

    def select(self, name: str, row: int) -> None:
        """Click a row of a list."""
        self.elements[name]._current = self.elements[name]._entries[row]
        self._tell(name, "ItemClicked")

    def close(self) -> None:
        """Close the window."""
        getattr(self.On[self.name], "Close", lambda event: None)({"who": self.name, "what": "Close"})

    def check_events(self) -> None:
        """Fail when something is to happen on an event that does not exist."""
        for name, handlers in self.On._named.items():
            kind = self.elements[name]._kind if name in self.elements else "Window"
            assert set(vars(handlers)) - {"_named"} <= _EVENTS.get(kind, set()), f"{name} is a {kind}"

    def _tell(self, name: str, event: str) -> None:
        element = self.elements[name]
        assert event in _EVENTS[element._kind]
        handlers = self.On[name]
        getattr(handlers, event, lambda _event: None)({"who": name, "what": event})


class UIDispatcher:
    """Opens windows and runs their events."""

    def __init__(self, ui: UIManager) -> None:
        self._app = ui._app
        self.On = Handlers()
        self._is_running = False

    def AddWindow(self, properties: dict[str, Any], children: list[Element]) -> Window:
        window = Window(self._app, properties, children)
        self._app.windows.append(window)
        return window

    def RunLoop(self) -> None:
        """Run until ``ExitLoop``: the editor acts, then timers fire, turn by turn."""
        self._is_running = True
        window, until = self._app.windows[-1], time.monotonic() + _LONGEST_S
        user = self._app.user(window) if self._app.user else iter(())
        window.check_events()
        while self._is_running:
            assert time.monotonic() < until, "the window was never closed"
            next(user, None)
            for timer in self._app.timers:
                if timer._is_running and self._is_running:
                    self.On.Timeout({"who": timer.ID, "what": "Timeout"})  # type: ignore[attr-defined]
            time.sleep(0.005)

    def ExitLoop(self) -> None:
        self._is_running = False


class Bmd:
    """What scripts find as ``bmd``."""

    UIDispatcher = UIDispatcher
