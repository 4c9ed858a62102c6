#!/usr/bin/env bash
# What eps does on a device, in ten minutes and without a network: as a Markdown table to commit.
#   scripts/gpu-check.sh EPS DEVICE [--small] > reports/gpu-check-NAME.md
# EPS is the program, with eps-bench beside it, DEVICE one of those that `eps devices` lists, such as torch:cuda:0 or wgpu. --small
# takes a narrow network, 96 pixels, a batch of 4 and 6 updates, for a processor.
#   GOLDENS=FILE      test program of eps-model, which is run on the device too:
#                     cargo test -p eps-model --test network --no-run --features tch
#   PYTHON=FILE       Python 3; one with torch is measured on the same device beside eps
# Progress goes to stderr. A measurement that fails leaves a row that says so.
set -euo pipefail
cd "$(dirname "$0")/.."
eps=$(realpath "${1:?the eps program}") device=${2:?a device of eps devices} small=${3:-}
python=${PYTHON:-python3} goldens=${GOLDENS:-}
case $small in
  '') crop=448 batch=8 updates=30 width=1.0 longer='[256, 512]' passes=3 images=20 ;;
  --small) crop=96 batch=4 updates=6 width=0.125 longer='[96, 160]' passes=3 images=20 ;;
  *) echo "$small: expected --small" >&2; exit 2 ;;
esac
work=$(mktemp -d)
trap 'kill "${sampler:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
begun=$SECONDS

# recipe PRECISION: the published recipe at this script's sizes, at a rate that random weights bear.
recipe() {
  local file=$work/recipe-$1.toml
  sed -E "s/^(precision =).*/\1 \"$1\"/; s/^(width =).*/\1 $width/; s/^(updates =).*/\1 $updates/
    s/^(batch =).*/\1 $batch/; s/^(crop =).*/\1 $crop/; s/^(longer_side =).*/\1 $longer/
    s/^(learning_rate =).*/\1 0.000001/" recipes/voc12-eps.toml >"$file"
  echo "$file"
}

# sampled COMMAND ..: runs it; $peak is the most memory meanwhile, of the GPU if there is one, else of the
# process, in MiB.
sampled() {
  local peaks=$work/peaks
  : >"$peaks"
  "$@" & local pid=$!
  (
    while kill -0 "$pid" 2>/dev/null; do
      if command -v nvidia-smi >/dev/null && [[ $device == *cuda* ]]; then
        nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits -i "${device##*:}"
      else
        awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$pid/status" 2>/dev/null
      fi >>"$peaks" || true
      sleep 0.5
    done
  ) & sampler=$!
  local status=0
  wait "$pid" || status=$?
  kill "$sampler" 2>/dev/null || true
  wait "$sampler" 2>/dev/null || true
  peak=$(sort -n "$peaks" | tail -1)
  return "$status"
}

# Images a second of a run: the median of its updates but for the first quarter, which warm up.
speed() {
  awk -F, 'NR > 1 { print $6 }' "$1/steps.csv" | tail -n +$((updates / 4 + 1)) | sort -g |
    awk '{ value[NR] = $1 } END { printf "%.2f", value[int((NR + 1) / 2)] }'
}

row() { echo "| $1 | $2 | $3 |"; }
say() { echo "$((SECONDS - begun)) s: $*" >&2; }

say "devices"
echo "# eps on \`$device\`"
echo
echo "Written by \`scripts/gpu-check.sh\`. Network: ResNet38d of width $width; images of $crop × $crop pixels, batch $batch,"
echo "$updates updates of \`voc12-eps\` on rendered scenes, from random weights, at a rate of 1e-6."
echo
echo "- $("$eps" --version)"
echo "- processor: $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores"
if command -v nvidia-smi >/dev/null; then
  echo "- GPU: $(nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader | paste -sd';')"
fi
echo
echo '```'
"$eps" devices
echo '```'
echo
# Of several of a kind only the first is listed.
if ! "$eps" devices | grep -qE "^${device/%:[0-9]*/:0} .* works$"; then
  echo "\`$device\` does not work here, so nothing was measured."
  exit 1
fi

echo "| measurement | value | remark |"
echo "| --- | ---: | --- |"

if [[ -n $goldens ]]; then
  say "goldens"
  if (cd eps-model && EPS_TEST_DEVICE=$device "$goldens" --quiet) >"$work/goldens.log" 2>&1; then
    row "goldens" "$(sed -nE 's/^test result: ok\. ([0-9]+) passed.*/\1 pass/p' "$work/goldens.log")" ""
  else
    row "goldens" "fail" "$(sed -nE 's/^test result: (.*)/\1/p' "$work/goldens.log")"
  fi
else
  row "goldens" "left out" "GOLDENS names no test program"
fi

say "scenes"
"$eps" demo --quiet --scenes 40 --updates 1 --work "$work/demo" --out "$work/page" >/dev/null
data=$work/demo/data

# train NAME PRECISION REMARK [VARIABLE=VALUE ..]
train() {
  local name=$1 precision=$2 remark=$3 recipe
  shift 3
  recipe=$(recipe "$precision")
  say "training: $name"
  if sampled env "$@" "$eps" train --quiet --recipe "$recipe" --data "$data" --from-scratch --device "$device" \
      --out "$work/run-${name%% *}" 2>"$work/train.log"; then
    row "training, $name: images a second" "$(speed "$work/run-${name%% *}")" "$remark"
    row "training, $name: peak memory [MiB]" "$peak" "$memory"
  else
    row "training, $name" "fails" "$(tail -1 "$work/train.log" | cut -c1-160)"
  fi
}
memory="of the process, at its highest"
if [[ $device == *cuda* ]]; then
  memory="in use on the GPU"
  # Without this libtorch rounds the factors of convolutions to TF32.
  train f32 f32 "TF32 off" NVIDIA_TF32_OVERRIDE=0
  train tf32 f32 "convolutions in TF32"
else
  train f32 f32 ""
fi
train bf16 bf16 "convolutions in bfloat16"

say "loader"
"$eps-bench" loader --recipe "$(recipe f32)" --data "$data" --batches 4 >"$work/loader.json"
loader=$("$python" - "$work/loader.json" <<'P'
import json, sys

run = json.load(open(sys.argv[1]))
print(f"{run['images'] / run['seconds'][0]:.2f}")
P
)
row "loader alone: images a second" "$loader" "decoding every image anew"
if [[ -d $work/run-f32 ]]; then
  share=$(awk -v trained="$(speed "$work/run-f32")" -v loaded="$loader" 'BEGIN { printf "%.0f %%", 100 * trained / loaded }')
  row "share of the loader that training in f32 needs" "$share" "above 100 % the device waits for images"
fi

# passes FILE: seconds of a forward and backward pass, the median.
passes() {
  "$python" - "$1" <<'P'
import json, statistics, sys

runs = [json.loads(line) for line in open(sys.argv[1])]
print(next(f"{statistics.median(run['seconds']):.3f}" for run in runs if run["pass"] == "forward and backward"))
P
}
shape=(--size "$crop" --batch "$batch" --repeat "$passes")
say "passes"
if "$eps-bench" network --recipe "$(recipe f32)" --device "$device" "${shape[@]}" >"$work/eps.json" 2>"$work/bench.log"; then
  row "eps, forward and backward [s]" "$(passes "$work/eps.json")" "batch $batch"
else
  row "eps, forward and backward" "fails" "$(tail -1 "$work/bench.log" | cut -c1-160)"
fi
case $device in
  *cuda:*) peer=cuda:${device##*:} ;;
  cpu | torch) peer=cpu ;;
  *) peer='' ;;
esac
if [[ -n $peer ]] && "$python" -c 'import torch' 2>/dev/null; then
  say "PyTorch"
  if "$python" scripts/pytorch_peer.py network "${shape[@]}" --width "$width" --device "$peer" >"$work/peer.json" 2>"$work/peer.log"; then
    row "PyTorch, forward and backward [s]" "$(passes "$work/peer.json")" \
      "$("$python" -c 'import torch; print(torch.__version__)') on \`$peer\`"
  else
    row "PyTorch" "fails" "$(tail -1 "$work/peer.log" | cut -c1-160)"
  fi
else
  row "PyTorch" "left out" "$python has no torch for this device"
fi

say "inference"
run=$work/run-f32
if [[ -d $run/checkpoints ]]; then
  head -n "$images" "$data/ImageSets/Segmentation/train.txt" >"$data/ImageSets/Segmentation/few.txt"
  from=$(date +%s.%N)
  if "$eps" infer "$run" --quiet --data "$data" --list few --device "$device" 2>"$work/infer.log"; then
    seconds=$(awk -v from="$from" -v to="$(date +%s.%N)" 'BEGIN { printf "%.2f", to - from }')
    row "inference of $images images [s]" "$seconds" "all views of the recipe, the program's start included"
  else
    row "inference" "fails" "$(tail -1 "$work/infer.log" | cut -c1-160)"
  fi
fi
echo
echo "The script took $((SECONDS - begun)) s."
say "done"
