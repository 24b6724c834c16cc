"""What stands before every command of ours: failures become one sentence and an exit code."""

import sys
from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup

from temptrack.cli.failures import explain, report


class Front(TyperGroup):
    """Turns every failure into one sentence and an exit code, however the command was started."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            # Newer releases of typer would leave at once, without a word.
            raise explain(interrupt) from interrupt

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Read the words, run what they ask for and leave with its code."""
        words = list(sys.argv[1:] if args is None else args)
        try:
            result = super().main(
                args=words,
                prog_name=prog_name,
                complete_var=complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
            code = result if isinstance(result, int) else 0
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader of a pipe, such as `head`, has seen enough.
            sys.stderr.close()
            code = 0
        except (Exception, KeyboardInterrupt) as error:
            code = report(error, as_json="--json" in words)
        if not standalone_mode:
            return code
        sys.exit(code)
