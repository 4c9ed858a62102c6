#!/usr/bin/env bash
# Lay out libtorch 2.9.0 for the feature `tch`, from PyPI wheels (Linux, x86-64).
#   scripts/libtorch.sh cpu  DIR   without CUDA libraries: 0.9 GB to download, 0.5 GB on disk
#   scripts/libtorch.sh cuda DIR   with CUDA 12.8 libraries: 3.9 GB to download, 5.8 GB on disk
# Afterwards: LIBTORCH=DIR/torch cargo build --release --features tch
set -euo pipefail
kind=${1:?cpu or cuda} folder=${2:?target directory}
python=${PYTHON:-python3}
version=2.9.0
if [[ $(uname -sm) != "Linux x86_64" ]]; then
  echo "the wheels are for Linux on x86-64, and this is $(uname -sm)" >&2
  exit 1
fi
stamp=$folder/.done-$kind-$version
if [[ -e $stamp ]]; then
  echo "already there: $folder"
  exit 0
fi
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

wheels=(torch==$version nvidia-cuda-runtime-cu12==12.8.90 nvidia-cuda-cupti-cu12==12.8.90)
if [[ $kind == cuda ]]; then
  wheels+=(nvidia-cuda-nvrtc-cu12==12.8.93 nvidia-cudnn-cu12==9.10.2.21 nvidia-cublas-cu12==12.8.4.1
    nvidia-cufft-cu12==11.3.3.83 nvidia-curand-cu12==10.3.9.90 nvidia-cusolver-cu12==11.7.3.90
    nvidia-cusparse-cu12==12.5.8.93 nvidia-cusparselt-cu12==0.7.1 nvidia-nccl-cu12==2.27.5
    nvidia-nvshmem-cu12==3.3.20 nvidia-nvtx-cu12==12.8.90 nvidia-nvjitlink-cu12==12.8.93
    nvidia-cufile-cu12==1.13.1.3)
fi
# The platform is named, so any Python 3 with pip will do.
platform=(--platform manylinux2014_x86_64)
for glibc in 28 27 17 12 5; do platform+=(--platform "manylinux_2_${glibc}_x86_64"); done
"$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
  --python-version 3.11 --implementation cp --abi cp311 --abi none "${platform[@]}" \
  --dest "$temporary" "${wheels[@]}"

mkdir -p "$folder"
"$python" - "$kind" "$temporary" "$folder" <<'P'
import glob, os, shutil, sys, zipfile

kind, source, target = sys.argv[1:]
skipped = {"libtorch_python.so", "libshm.so"}
of_cpu = {"libtorch_cpu.so", "libc10.so", "libgomp.so.1"}
# libtorch_cpu.so asks for these two of NVIDIA's libraries, even without a device.
nvidia_of_cpu = {"libcudart.so.12", "libcupti.so.12"}
for wheel in glob.glob(source + "/*.whl"):
    archive = zipfile.ZipFile(wheel)
    for name in archive.namelist():
        base = os.path.basename(name)
        library = name.startswith("torch/lib/") and ".so" in base and base not in skipped
        if not base:
            continue
        if name.startswith("torch/include/") or library and (kind == "cuda" or base in of_cpu):
            path = name
        elif kind == "cpu" and base in nvidia_of_cpu:
            path = "torch/lib/" + base
        elif kind == "cuda" and name.startswith("nvidia/") and ".so" in base:
            path = name
        else:
            continue
        path = os.path.join(target, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as reader, open(path, "wb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 22)
P
if [[ $kind == cpu ]]; then
  # The wheel's libtorch.so asks for libtorch_cuda.so; the linker only wants the name.
  cc -shared -fPIC -Wl,-soname,libtorch.so -o "$folder/torch/lib/libtorch.so" -x c /dev/null
fi
echo $version > "$folder/torch/build-version"
touch "$stamp"
echo "export LIBTORCH=$folder/torch"
