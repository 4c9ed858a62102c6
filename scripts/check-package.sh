#!/usr/bin/env bash
# Unpack an archive of scripts/package.sh into an empty folder and run the demo at reduced size there, with
# no other program of this project, no Rust and no library path in sight.
#   scripts/check-package.sh ARCHIVE FOLDER     the page and the scores of the demo come into FOLDER
set -euo pipefail
archive=$(realpath "${1:?archive}")
mkdir -p "${2:?folder for the demo}"
out=$(cd "$2" && pwd)
if [[ -e $archive.sha256 ]]; then
  if command -v sha256sum > /dev/null; then checksum=(sha256sum); else checksum=(shasum -a 256); fi
  (cd "$(dirname "$archive")" && "${checksum[@]}" --check --quiet "$(basename "$archive").sha256")
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$archive" -C "$work"
cd "$work"/eps-*
# Nothing of this shell but its threads and its folder for temporary files.
run() {
  env -i PATH=/usr/bin:/bin HOME="$work" ${TMPDIR:+TMPDIR="$TMPDIR"} \
    ${RAYON_NUM_THREADS:+RAYON_NUM_THREADS="$RAYON_NUM_THREADS"} ./eps "$@"
}
run --version
run demo --scenes 24 --updates 20 --out "$out" --work "$work/runs"
for file in index.html scores.json charts/sweep.pdf; do
  test -s "$out/$file" || { echo "$out/$file was not written" >&2; exit 1; }
done
test -s man/eps.1 -a -s completions/eps.bash
