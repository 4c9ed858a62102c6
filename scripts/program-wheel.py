#!/usr/bin/env python3
"""Pack the program `eps`, already built, as the wheel eps-wsss-cli, which gives the command to `pip install`.

    scripts/program-wheel.py PROGRAM FOLDER

The platform in the name of the wheel is that of the program: the newest glibc of which it asks for a symbol. A
program that needs other shared libraries, such as libtorch, is refused. The same program gives the same bytes. Linux
with readelf and strip; elsewhere `cargo install --path eps-cli` gives the command.
"""
import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What every Linux with glibc has, by PEP 599 and 600.
LIBRARIES = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1"}

METADATA = """Metadata-Version: 2.4
Name: eps-wsss-cli
Version: {version}
Summary: The program eps: check, sweep, refine, score, compare and train for weakly supervised semantic segmentation
Keywords: segmentation,weak supervision,miou,crf,pseudo-masks
Classifier: Environment :: Console
Classifier: Programming Language :: Rust
Classifier: Topic :: Scientific/Engineering :: Image Recognition
License-Expression: MIT
License-File: LICENSE
Requires-Python: >=3.9
Description-Content-Type: text/markdown

# eps-wsss-cli

The command `eps`, a program without Python: class activation maps and masks of any method, checked, swept, refined,
scored under every published protocol and compared with statistics; and the training of EPS (CVPR 2021).

```console
$ pip install eps-wsss-cli
$ eps demo
$ eps --help
```

`pip install eps-wsss` is the package for Python programs; `eps-wsss[cli]` installs both.
"""


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def platform_of(program):
    """The tag of the oldest Linux on which a program starts."""
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "--dynamic", "--wide", program)))
    others = sorted(own for own in needed - LIBRARIES if not own.startswith("ld-linux"))
    if others:
        sys.exit(f"{program}: needs {', '.join(others)}, expected no library beside glibc: build it without `tch`")
    symbols = output("readelf", "--version-info", "--wide", program)
    versions = [tuple(map(int, own)) for own in re.findall(r"GLIBC_(\d+)\.(\d+)", symbols)]
    if not versions:
        sys.exit(f"{program}: no symbol of glibc, expected a program for Linux with glibc")
    # Older ones have no name among wheels.
    major, minor = max(versions + [(2, 5)])
    return f"manylinux_{major}_{minor}_{os.uname().machine}"


def last_commit():
    """Its time, which the files of the wheel have."""
    try:
        return int(output("git", "-C", str(ROOT), "log", "-1", "--format=%ct"))
    except (OSError, subprocess.CalledProcessError):
        return int(time.time())


def write_wheel(path, distribution, files):
    """Files of a distribution with their modes; the record of them is the last."""
    stamp = time.gmtime(last_commit())[:6]
    record = f"{distribution}.dist-info/RECORD"
    rows = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, (mode, data) in files.items():
            name = f"{distribution}.{name}"
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append(f"{name},sha256={digest},{len(data)}\n")
            add(archive, name, mode, data, stamp)
        add(archive, record, 0o644, "".join([*rows, f"{record},,\n"]).encode(), stamp)


def add(archive, name, mode, data, stamp):
    entry = zipfile.ZipInfo(name, stamp)
    entry.create_system, entry.external_attr = 3, (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    version = output(str(program), "--version").split()[1]
    tag = f"py3-none-{platform_of(str(program))}"
    with tempfile.TemporaryDirectory() as work:
        stripped = shutil.copy(program, Path(work) / "eps")
        subprocess.run(["strip", stripped], check=True)
        data = Path(stripped).read_bytes()
    name = f"eps_wsss_cli-{version}"
    wheel = f"Wheel-Version: 1.0\nGenerator: eps\nRoot-Is-Purelib: false\nTag: {tag}\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{tag}.whl"
    unfinished = path.with_suffix(".part")
    files = {
        "data/scripts/eps": (0o755, data),
        "dist-info/METADATA": (0o644, METADATA.format(version=version).encode()),
        "dist-info/WHEEL": (0o644, wheel.encode()),
        "dist-info/licenses/LICENSE": (0o644, (ROOT / "LICENSE").read_bytes()),
    }
    write_wheel(unfinished, name, files)
    unfinished.replace(path)
    print(path)


if __name__ == "__main__":
    main()
