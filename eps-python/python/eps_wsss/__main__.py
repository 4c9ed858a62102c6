"""``python -m eps_wsss``: the program ``eps`` of this Python's environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from typing import NoReturn


def program() -> str:
    """The program that ``pip install eps-wsss-cli`` put into this environment, or of the path."""
    folders = [sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]
    found = shutil.which("eps", path=os.pathsep.join(folders))
    if found is None:
        sys.exit("error: the program eps is not installed: pip install eps-wsss-cli")
    return found


def main() -> NoReturn:
    command = [program(), *sys.argv[1:]]
    if os.name == "posix":
        # In the place of this process, so that signals reach the program, which saves its state.
        os.execv(command[0], command)
    sys.exit(subprocess.run(command).returncode)


if __name__ == "__main__":
    main()
