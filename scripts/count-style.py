#!/usr/bin/env python3
"""Counts what docs/architecture.md asks of the code, at one revision or several.

    scripts/count-style.py                   # the working tree
    scripts/count-style.py v0.1.0 HEAD .     # two revisions and the working tree, side by side

Tests are left out: files below `tests`, files named tests.rs, and what follows `#[cfg(test)]` in the others.
"""

import io
import re
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CRATES = ["data", "crf", "model", "eval", "saliency", "experiment", "python", "cli"]
NAMED_CLOSURE = re.compile(r"\blet (?:mut )?(\w+)(?:: [^=]+)? =\s*(?:move )?\|")
FUNCTION = re.compile(r"^\s*(?:pub(?:\([a-z]+\))? )?(?:const )?(?:unsafe )?fn \w+", re.M)


def sources(revision):
    """Paths and texts of the Rust files of a revision, or of the working tree for `.`."""
    if revision == ".":
        for path in sorted(ROOT.glob("eps-*/src/**/*.rs")):
            yield str(path.relative_to(ROOT)), path.read_text()
        return
    archive = subprocess.run(
        ["git", "-C", ROOT, "archive", revision], check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            if re.fullmatch(r"eps-\w+/src/.*\.rs", member.name):
                yield member.name, files.extractfile(member).read().decode()


def without_tests(path, text):
    if path.endswith("/tests.rs") or "/tests/" in path:
        return ""
    return re.split(r"^#\[cfg\((?:all\()?test[^\n]*\n(?:#\[[^\n]*\n)*mod \w+ \{", text, maxsplit=1, flags=re.M)[0]


def functions(text):
    """The text of each function, up to the next one."""
    starts = [match.start() for match in FUNCTION.finditer(text)] + [len(text)]
    return [text[start:end] for start, end in zip(starts, starts[1:])]


def examples(text):
    """Code blocks in documentation comments that a test runs."""
    fences = re.findall(r"^\s*//[/!] ```(\w*)", text, flags=re.M)
    return sum(kind in ("", "rust", "no_run") for kind in fences[::2])


def count(revision):
    counts = {}
    lines, own, closures, holding, all_functions = {}, 0, 0, 0, 0
    comments, code, doc_examples, files = 0, 0, 0, {}
    for path, whole in sources(revision):
        text = without_tests(path, whole)
        if not text:
            continue
        crate = path.split("/")[0].removeprefix("eps-")
        lines[crate] = lines.get(crate, 0) + len(text.splitlines())
        files[crate] = files.get(crate, 0) + 1
        own += len(re.findall(r"\bown\b", re.sub(r"//.*", "", text)))
        doc_examples += examples(text)
        for function in functions(text):
            all_functions += 1
            named = NAMED_CLOSURE.findall(function)
            closures += len(named)
            holding += bool(named)
        for line in map(str.strip, text.splitlines()):
            if line.startswith("//") and not line.startswith(("///", "//!")):
                comments += 1
            elif line and not line.startswith("//"):
                code += 1
    for crate in CRATES:
        counts[f"eps-{crate}: lines (files)"] = f"{lines.get(crate, 0)} ({files.get(crate, 0)})"
    share = lines.get("cli", 0) / sum(lines.values())
    counts["share of eps-cli"] = f"{100 * share:.1f} %"
    counts["functions with a named closure"] = f"{100 * holding / all_functions:.1f} %"
    counts["named closures"] = str(closures)
    counts["bindings and fields called `own`"] = str(own)
    counts["comment lines per code line"] = f"{comments / code:.4f}"
    counts["documentation examples that run"] = str(doc_examples)
    return counts


def main():
    revisions = sys.argv[1:] or ["."]
    if "--help" in revisions or "-h" in revisions:
        print(__doc__)
        return
    columns = [count(revision) for revision in revisions]
    heads = ["here" if revision == "." else revision for revision in revisions]
    print("| count | " + " | ".join(heads) + " |")
    print("| --- |" + " ---: |" * len(heads))
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")


if __name__ == "__main__":
    main()
