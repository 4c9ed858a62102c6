//! `--device` to a device; with the model's kernels the only place that names a backend.

use anyhow::{Result, bail};
use burn::tensor::Device;

/// A device this program may have, and whether it works here.
pub(crate) struct Choice {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) works: Result<(), String>,
}

/// What `--device` takes.
const EXPECTED: &str = "expected auto, cpu, torch, torch:cuda:N, cuda:N or wgpu";

/// The device that `name` means.
pub(crate) fn open(name: &str) -> Result<Device> {
    let index = |prefix: &str| name.strip_prefix(prefix)?.parse::<usize>().ok();
    match name {
        "auto" => automatic(),
        "cpu" => cpu(),
        "torch" => torch(),
        "wgpu" => wgpu(),
        _ => match (index("torch:cuda:"), index("cuda:")) {
            (Some(index), _) => torch_cuda(index),
            (_, Some(index)) => cuda(index),
            _ => bail!("device `{name}` is not known, {EXPECTED}"),
        },
    }
}

/// Every device a build can have, for `eps devices`.
pub(crate) fn choices() -> Vec<Choice> {
    let choice = |name, about, device: Result<Device>| Choice {
        name,
        about,
        works: device.map(|_| ()).map_err(|error| error.to_string()),
    };
    vec![
        choice("cpu", "pure Rust, on the processor", cpu()),
        choice("torch", "libtorch, on the processor", torch()),
        choice("torch:cuda:0", "libtorch, on the first CUDA device", torch_cuda(0)),
        choice("cuda:0", "CubeCL, on the first CUDA device", cuda(0)),
        choice("wgpu", "CubeCL, on the best WebGPU adapter", wgpu()),
    ]
}

/// A CUDA device if there is one, else libtorch, else pure Rust, else WebGPU.
fn automatic() -> Result<Device> {
    torch_cuda(0).or_else(|_| cuda(0)).or_else(|_| torch()).or_else(|_| cpu()).or_else(|_| wgpu())
}

#[cfg(not(all(feature = "flex", feature = "tch", feature = "cuda", feature = "wgpu")))]
fn left_out<T>(feature: &str) -> Result<T> {
    bail!(
        "this program was built without the feature `{feature}`: build it with `--features {feature}`"
    )
}

#[cfg(feature = "flex")]
#[expect(clippy::unnecessary_wraps, reason = "a build without it fails here")]
fn cpu() -> Result<Device> {
    Ok(Device::flex())
}

#[cfg(not(feature = "flex"))]
fn cpu() -> Result<Device> {
    left_out("flex")
}

#[cfg(feature = "tch")]
#[expect(clippy::unnecessary_wraps, reason = "a build without it fails here")]
#[allow(deprecated, reason = "burn 0.22 marks the libtorch backend so")]
fn torch() -> Result<Device> {
    Ok(Device::libtorch())
}

#[cfg(feature = "tch")]
#[allow(deprecated, reason = "burn 0.22 marks the libtorch backend so")]
fn torch_cuda(index: usize) -> Result<Device> {
    let count = if tch::Cuda::is_available() { tch::Cuda::device_count() as usize } else { 0 };
    if index < count {
        // The sizes of training batches do not change, so that trying every algorithm once pays.
        tch::Cuda::cudnn_set_benchmark(true);
        return Ok(Device::libtorch_cuda(index));
    }
    bail!(
        "libtorch finds {count} CUDA devices, so there is no device {index}: is the NVIDIA driver loaded, and is LIBTORCH a CUDA build?"
    )
}

#[cfg(not(feature = "tch"))]
fn torch() -> Result<Device> {
    left_out("tch")
}

#[cfg(not(feature = "tch"))]
fn torch_cuda(_: usize) -> Result<Device> {
    left_out("tch")
}

#[cfg(feature = "cuda")]
fn cuda(index: usize) -> Result<Device> {
    tried(Device::cuda(index), "is the NVIDIA driver loaded, and is the number that of a device?")
}

#[cfg(not(feature = "cuda"))]
fn cuda(_: usize) -> Result<Device> {
    left_out("cuda")
}

#[cfg(feature = "wgpu")]
fn wgpu() -> Result<Device> {
    let kind = burn::tensor::DeviceKind::DefaultDevice;
    tried(Device::wgpu(kind), "is there a graphics driver with Vulkan, Metal or DirectX 12?")
}

#[cfg(not(feature = "wgpu"))]
fn wgpu() -> Result<Device> {
    left_out("wgpu")
}

/// A device that has added two numbers: CubeCL tells only by a panic that there is none.
#[cfg(any(feature = "cuda", feature = "wgpu"))]
fn tried(device: Device, question: &str) -> Result<Device> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let sum = std::panic::catch_unwind(|| {
        let one = burn::tensor::Tensor::<1>::ones([1], &device);
        (one + 1.0).into_scalar::<f32>()
    });
    std::panic::set_hook(hook);
    match sum {
        Ok(2.0) => Ok(device),
        _ => bail!("this device cannot be opened: {question}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_device_is_refused_with_what_is_expected() {
        for name in ["gpu", "torch:cuda:", "torch:cuda:-1", "cuda", "cuda:x", ""] {
            let error = open(name).unwrap_err().to_string();
            assert!(error.contains("is not known, expected auto, cpu, torch, "), "{error}");
        }
    }

    #[cfg(not(feature = "tch"))]
    #[test]
    fn a_device_that_is_not_compiled_in_says_so() {
        let error = open("torch:cuda:0").unwrap_err().to_string();
        assert!(error.contains("without the feature `tch`"), "{error}");
    }
}
