"""The command: `torchlint`, or `python -m torchlint`."""

from __future__ import annotations

import os


def main() -> None:
    try:
        # imported here, so that Ctrl-C during the import is caught too
        from torchlint.cli import command

        command()
    except KeyboardInterrupt:
        os._exit(130)


if __name__ == "__main__":
    main()
