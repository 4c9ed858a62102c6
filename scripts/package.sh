#!/usr/bin/env bash
# Put the program into an archive with its manual pages, completions and recipes, and write its checksum.
#   scripts/package.sh FOLDER [PROGRAM]     builds the program for release, unless PROGRAM is given
# The same program gives the same bytes: names in order, no owner, the time of the last commit.
set -euo pipefail
out=$(mkdir -p "${1:?folder for the archive}" && cd "$1" && pwd)
program=${2:+$(realpath "$2")}
cd "$(dirname "$0")/.."
if [[ -z $program ]]; then
  cargo build --release --locked --package eps-cli
  program=${CARGO_TARGET_DIR:-target}/release/eps
fi

version=$("$program" --version | cut -d' ' -f2)
host=$(rustc -vV | sed -n 's/^host: //p')
name=eps-$version-$host
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/$name
mkdir -p "$root/completions" "$root/man"
cp "$program" "$root/eps"
strip "$root/eps"
cp -r README.md CHANGELOG.md LICENSE recipes "$root"
for shell in bash elvish fish powershell zsh; do
  "$program" completions $shell > "$root/completions/eps.$shell"
done
"$program" man --out "$root/man"

time=$(git log -1 --format=%ct 2>/dev/null || date +%s)
# A list of names in order, since not every tar can sort; ustar, since others add times of access.
(cd "$work" && find "$name" -print | LC_ALL=C sort > names)
find "$root" -exec touch -d "@$time" {} + 2>/dev/null ||
  find "$root" -exec touch -t "$(date -u -r "$time" +%Y%m%d%H%M.%S)" {} +
if tar --version 2>/dev/null | grep -q GNU; then
  owner=(--owner=0 --group=0 --numeric-owner)
else
  owner=(--uid 0 --gid 0)
fi
(cd "$work" && tar --format=ustar "${owner[@]}" --no-recursion -cf - -T names) |
  gzip -9 -n > "$out/$name.tar.gz"
if command -v sha256sum > /dev/null; then checksum=(sha256sum); else checksum=(shasum -a 256); fi
(cd "$out" && "${checksum[@]}" "$name.tar.gz" | tee "$name.tar.gz.sha256")
wc -c "$root/eps" "$out/$name.tar.gz" | head -2
