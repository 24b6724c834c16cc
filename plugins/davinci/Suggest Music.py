# SPDX-License-Identifier: Apache-2.0
"""Workspace > Scripts > Suggest Music: starts the panel that lies beside Resolve's scripts."""

import sys


def _start(names):
    # Resolve starts scripts with the current folder on the path: a stray json.py in it would be taken for
    # Python's own.
    held, sys.path[:] = list(sys.path), [each for each in sys.path if each not in ("", ".")]
    try:
        import importlib.util
        import inspect
        import os

        file = globals().get("__file__") or inspect.getfile(inspect.currentframe())
        here = os.path.dirname(os.path.abspath(file))
        # Installed, the code lies outside Scripts, because Resolve lists every file below it in the menu.
        places = [os.path.join(here, "..", "..", "Temptrack"), here]
        home = os.path.expanduser("~")
        # Some versions do not say which file they run.
        if sys.platform == "win32":
            support = os.path.join(
                os.environ.get("APPDATA", home), "Blackmagic Design/DaVinci Resolve/Support"
            )
        elif sys.platform == "darwin":
            support = os.path.join(home, "Library/Application Support/Blackmagic Design/DaVinci Resolve")
        else:
            support = os.path.join(home, ".local/share/DaVinciResolve")
        places.append(os.path.join(support, "Fusion", "Temptrack"))
        found = [os.path.join(place, "temptrack_resolve", "__init__.py") for place in places]
        code = next((path for path in found if os.path.isfile(path)), None)
        if code is None:
            sys.stderr.write("Suggest Music is not installed whole. Run `temptrack install resolve` again.\n")
            return 1
        for name in [each for each in sys.modules if each.split(".")[0] == "temptrack_resolve"]:
            # Left by an earlier start in the same process; it may be of an older version.
            del sys.modules[name]
        spec = importlib.util.spec_from_file_location(
            "temptrack_resolve", code, submodule_search_locations=[os.path.dirname(code)]
        )
        package = importlib.util.module_from_spec(spec)
        sys.modules["temptrack_resolve"] = package
        spec.loader.exec_module(package)
        from temptrack_resolve.start import main

        return main(names)
    finally:
        sys.path[:] = held


_start(globals())
