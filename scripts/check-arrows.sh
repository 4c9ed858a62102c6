#!/usr/bin/env bash
# Check the dependency arrows of docs/architecture.md: who must not see whom.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
# forbid CRATE FLAGS PATTERN: no normal dependency of CRATE may match PATTERN.
forbid() {
  local found
  found=$(cargo tree --quiet --offline --package "$1" $2 --edges normal --prefix none --format '{p}' |
    tail -n +2 | cut -d' ' -f1 | sort -u | grep -E "^($3)$" || true)
  if [[ -n $found ]]; then
    echo "$1 must not depend on:" $found >&2
    failed=1
  fi
}
forbid eps-data "" 'burn.*|plotters|polars|clap|eps-.*'
# A leaf: vector instructions chosen as the program runs (pulp) and what these need, nothing else.
forbid eps-crf "" 'burn.*|clap|polars|plotters|image|png|serde.*|thiserror|eps-.*'
# Files and pictures come from eps-data; the engine is the only other large thing.
forbid eps-saliency "" 'burn.*|clap|polars|plotters|eps-(crf|model|eval|experiment|cli)'
# The engine takes minutes to build: without the feature nobody pays for it.
forbid eps-experiment "" 'rten.*|eps-saliency'
forbid eps-cli "" 'rten.*|eps-saliency'
forbid eps-eval "" 'burn.*|clap|eps-model|eps-experiment|eps-cli|eps-crf'
# Counting alone is light: what draws, sets type and writes tables comes with the feature `report`.
forbid eps-eval "--no-default-features" 'polars.*|plotters.*|svg2pdf|krilla.*|usvg|fontdb|ttf-parser|ab_glyph.*|dejavu|base64'
forbid eps-experiment "" 'clap.*|indicatif|mimalloc|eps-cli|burn-flex|burn-tch|burn-cuda|burn-wgpu|burn-ndarray'
# Measured is what the libraries do; of the program it has the devices.
forbid eps-bench "--depth 1" 'eps-experiment|polars|plotters'
forbid eps-model "--no-default-features" 'clap|polars|plotters|eps-eval|eps-experiment|eps-cli|eps-crf|burn-flex|burn-tch|burn-cuda|burn-wgpu|burn-ndarray'
# The Python package converts; what is heavy stays outside of it.
forbid eps-python "--manifest-path eps-python/Cargo.toml" 'burn.*|polars.*|plotters.*|clap|krilla.*|eps-model|eps-cli'
# Only two places name a backend.
named=$(grep -rlE 'Device::(flex|libtorch|cuda|wgpu)|backend::(Flex|LibTorch)|burn_(flex|tch)' eps-*/src |
  grep -vE '^eps-cli/src/device\.rs$|^eps-model/src/ops/' || true)
if [[ -n $named ]]; then
  echo "a backend is named in:" $named >&2
  failed=1
fi
# Libraries neither talk to a user nor end the process.
loud=$(grep -rnE '\b(e?print(ln)?!|process::exit)' eps-{crf,data,model,eval,saliency,experiment}/src | grep -vE '^[^:]*:[0-9]+:\s*//' || true)
if [[ -n $loud ]]; then
  echo "a library prints or ends the process:" >&2
  echo "$loud" >&2
  failed=1
fi
exit $failed
