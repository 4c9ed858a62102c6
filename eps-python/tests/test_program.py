"""The program that ``pip install eps-wsss-cli`` puts beside this Python."""

import os
import subprocess
import sys
import sysconfig
import time

import pytest

import eps_wsss
from eps_wsss import __main__ as module

EPS = os.path.join(sysconfig.get_path("scripts"), "eps")
needs_program = pytest.mark.skipif(not os.path.exists(EPS), reason="eps-wsss-cli is not installed")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


@needs_program
def test_the_command_and_the_module_are_the_same_program():
    for command in ([EPS], [sys.executable, "-m", "eps_wsss"]):
        found = run(*command, "--version")
        assert (found.returncode, found.stdout) == (0, f"eps {eps_wsss.__version__}\n")
        refused = run(*command, "no-command")
        assert refused.returncode == 2 and "no-command" in refused.stderr


@needs_program
def test_the_program_starts_at_once():
    def seconds():
        begun = time.perf_counter()
        run(EPS, "--version")
        return time.perf_counter() - begun

    assert min(seconds() for _ in range(5)) <= 0.15


def test_a_missing_program_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(SystemExit, match="the program eps is not installed: pip install eps-wsss-cli"):
        module.program()
