#!/usr/bin/env bash
# Screenshots of a report page at the widths of a desktop and a phone, light and dark, and its print.
#   look-at-page.sh PAGE.html DIR
# Needs Chromium. Fails if the page is wider than the phone's window, or asks for anything outside.
set -euo pipefail
page=$(realpath "${1:?a page}") folder=${2:?a folder for the pictures}
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
mkdir -p "$folder"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
chromium() {
  "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
    --virtual-time-budget=3000 "$@" "file://$page" 2>/dev/null
}
if grep -Eo '(src|href)="https?://[^"]*"|@import|url\((https?:)?//[^)]*\)' "$page"; then
  echo "the page asks for something outside" >&2
  exit 1
fi
chromium --window-size=1280,2400 --screenshot="$folder/desktop.png" >/dev/null
chromium --window-size=1280,2400 --force-dark-mode --blink-settings=preferredColorScheme=0 \
  --screenshot="$folder/dark.png" >/dev/null
# A window of Chromium is at least 500 pixels wide; a frame of 390 is what a phone shows.
frame=$profile/phone.html
cat >"$frame" <<HTML
<body style="margin:0"><iframe src="file://$page" style="border:0;width:390px;height:2400px"></iframe>
<script>onload = () => {
  document.title = document.querySelector("iframe").contentDocument.documentElement.scrollWidth;
}</script>
HTML
phone() {
  "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
    --allow-file-access-from-files --virtual-time-budget=3000 --window-size=500,2400 "$@" \
    "file://$frame" 2>/dev/null
}
phone --screenshot="$folder/phone.png" >/dev/null
width=$(phone --dump-dom | grep -Eo '<title>[0-9]+' | grep -Eo '[0-9]+')
if ((width > 390)); then
  echo "the page is $width pixels wide where a phone has 390" >&2
  exit 1
fi
chromium --print-to-pdf="$folder/print.pdf" >/dev/null
ls -l "$folder"
