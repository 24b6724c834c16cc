"""A host of its own process that searches and never stops ticking: made to be killed."""

import ast
import sys
import threading
from pathlib import Path

from panel.session import Question, Session, Settings
from support.companions import command


def main(home: str, told: str, picture: str) -> None:
    """Search; write the companion's process id into a file once it looks at the picture."""
    settings = Settings("Test", "1", "0.1.0", companion=command()[0], home=home)
    session = Session(settings)
    described = ast.literal_eval(picture)
    session.search(Question(library="small", **described))
    while True:
        session.tick()
        if session.progress is not None and session.progress.stage == "picture":
            Path(told).with_suffix(".part").write_text(str(session.companion_process_id))
            Path(told).with_suffix(".part").rename(told)
            break
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
