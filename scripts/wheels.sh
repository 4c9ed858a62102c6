#!/usr/bin/env bash
# Build the Python package: a wheel for any Linux of the last ten years and an sdist, each tested in fresh
# virtual environments of every Python on the path; beside a wheel of the program, if one that is built is given.
# Usage: scripts/wheels.sh FOLDER [PROGRAM]
# Needs Rust, and Python with pip; maturin and zig, which links against an old glibc, come from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $# -eq 1 || $# -eq 2 ]] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/build"
"$work/build/bin/pip" --quiet --disable-pip-version-check install 'maturin>=1.9,<2' ziglang
export PATH=$work/build/bin:$PATH
rm -f "$out"/eps_wsss-*.whl "$out"/eps_wsss-*.tar.gz "$out"/eps_wsss_cli-*.whl
maturin build --quiet --release --locked --zig --compatibility manylinux2014 \
  --manifest-path eps-python/Cargo.toml --out "$out"
# It has no --quiet.
maturin sdist --manifest-path eps-python/Cargo.toml --out "$out" 2> "$work/sdist.log" || { cat "$work/sdist.log" >&2; exit 1; }
wheel=$(echo "$out"/eps_wsss-*.whl) sdist=$(echo "$out"/eps_wsss-*.tar.gz)
ls -l "$wheel" "$sdist"
# The program, its models and its tables are no part of the package.
size=$(stat --format %s "$wheel")
((size <= 5000000)) || { echo "the wheel has $size bytes, expected 5,000,000 at most" >&2; exit 1; }

program=()
if [[ $# -eq 2 ]]; then
  program=("$(scripts/program-wheel.py "$2" "$out")")
  ls -l "${program[@]}"
fi

# test_with NAME PYTHON PACKAGE ..: the tests, away from the sources, with packages in an environment of its own.
cp -r eps-python/tests eps-python/examples "$work"
test_with() {
  "$2" -m venv "$work/$1"
  "$work/$1/bin/pip" --quiet --disable-pip-version-check install "${@:3}" pytest hypothesis mypy
  (cd "$work/tests" && EPS_RANDOM_CALLS=${EPS_RANDOM_CALLS:-250} "$work/$1/bin/python" -m pytest -q)
}
for python in python3.9 python3.10 python3.11 python3.12 python3.13 python3.14; do
  # A name on the path may lead to a Python that is not installed.
  if "$python" -c '' 2> "$work/why"; then
    echo "== $("$python" --version), $(basename "$wheel")"
    # The extra asks for the program, and takes the wheel that stands beside it.
    test_with "$python" "$python" "$wheel${program:+[cli]}" "${program[@]}"
  fi
done
if [[ $# -eq 2 ]]; then
  echo "== the program"
  python3 -m venv "$work/program"
  "$work/program/bin/pip" --quiet --disable-pip-version-check install "$wheel[cli]" "${program[@]}"
  "$work/program/bin/eps" demo --scenes 24 --updates 5 --out "$work/demo" --work "$work/runs"
  test -s "$work/demo/index.html"
fi
echo "== sdist, built outside the checkout"
cp "$sdist" "$work"
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$work/target} test_with sdist python3 "$work/$(basename "$sdist")"
