"""The example runs, with a figure where matplotlib is there."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "refine_and_score.py"


def printed(arguments, folder):
    found = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=folder)
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_the_example_refines_and_scores_without_a_figure(tmp_path):
    # As where matplotlib is not installed.
    code = f"import importlib.util as u, runpy; u.find_spec = lambda *_: None; runpy.run_path({str(EXAMPLE)!r})"
    text = printed(["-c", code], tmp_path)
    assert "no figure without matplotlib" in text and not list(tmp_path.iterdir())
    before, after = (float(re.search(rf"^{name} +([\d.]+) mIoU {{", text, re.M)[1]) for name in ("maps", "with CRF"))
    gain, low = map(float, re.search(r"gains ([-\d.]+) mIoU \[([-\d.]+),", text).groups())
    assert after - before == pytest.approx(gain, abs=0.11) and low > 0


@pytest.mark.skipif(not importlib.util.find_spec("matplotlib"), reason="matplotlib is not installed")
def test_the_example_draws_its_figure(tmp_path):
    assert printed([EXAMPLE, "figure.png"], tmp_path).endswith("figure.png\n")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
