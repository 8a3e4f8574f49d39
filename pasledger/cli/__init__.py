"""The command line: arguments in, text out. No rule and no SQL is here.

Data goes to standard output, errors and progress to standard error. The exit code is 0 for done, 1 for refused or for
something found wrong, 2 for a command that cannot be understood.
"""

import sys
from io import TextIOWrapper

__all__ = ["main"]


def main() -> None:
    """Run the program and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sign that a terminal does not know is no reason to fail
    try:
        from pasledger.cli.app import app  # here, because it takes a second in which somebody can change their mind
    except KeyboardInterrupt:
        sys.exit(130)
    app()
