"""Run the command line: `python -m pasledger.cli`."""

from pasledger.cli import main

if __name__ == "__main__":
    main()
