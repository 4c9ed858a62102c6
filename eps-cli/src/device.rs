//! `--device` to a device; with the model's kernels the only place that names a backend.

use anyhow::{Result, bail};
use burn::tensor::Device;

/// A device this program may have, and whether it works here.
pub(crate) struct Choice {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) works: Result<(), String>,
}

/// The device that `name` means.
pub(crate) fn open(name: &str) -> Result<Device> {
    match name {
        "auto" => automatic(),
        "cpu" => cpu(),
        "torch" => torch(),
        _ => match name.strip_prefix("torch:cuda:").map(str::parse::<usize>) {
            Some(Ok(index)) => torch_cuda(index),
            _ => bail!("device `{name}` is not known, expected auto, cpu, torch or torch:cuda:N"),
        },
    }
}

/// Every device a build can have, for `eps devices`.
pub(crate) fn choices() -> Vec<Choice> {
    let works = |result: Result<Device>| result.map(|_| ()).map_err(|error| error.to_string());
    vec![
        Choice { name: "cpu", about: "pure Rust, on the processor", works: works(cpu()) },
        Choice { name: "torch", about: "libtorch, on the processor", works: works(torch()) },
        Choice {
            name: "torch:cuda:0",
            about: "libtorch, on the first CUDA device",
            works: works(torch_cuda(0)),
        },
    ]
}

/// A CUDA device if there is one, else libtorch, else pure Rust.
fn automatic() -> Result<Device> {
    torch_cuda(0).or_else(|_| torch()).or_else(|_| cpu())
}

#[cfg(feature = "flex")]
#[expect(clippy::unnecessary_wraps, reason = "a build without it fails here")]
fn cpu() -> Result<Device> {
    Ok(Device::flex())
}

#[cfg(not(feature = "flex"))]
fn cpu() -> Result<Device> {
    bail!("this program was built without the feature `flex`")
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
        return Ok(Device::libtorch_cuda(index));
    }
    bail!(
        "libtorch finds {count} CUDA devices, so there is no device {index}: is the NVIDIA driver loaded, and is LIBTORCH a CUDA build?"
    )
}

#[cfg(not(feature = "tch"))]
fn torch() -> Result<Device> {
    bail!("this program was built without the feature `tch`: build it with `--features tch`")
}

#[cfg(not(feature = "tch"))]
fn torch_cuda(_: usize) -> Result<Device> {
    torch()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_device_is_refused_with_what_is_expected() {
        for name in ["gpu", "torch:cuda:", "torch:cuda:-1", ""] {
            let error = open(name).unwrap_err().to_string();
            assert!(error.contains("expected auto, cpu, torch or torch:cuda:N"), "{error}");
        }
    }

    #[cfg(not(feature = "tch"))]
    #[test]
    fn a_device_that_is_not_compiled_in_says_so() {
        let error = open("torch:cuda:0").unwrap_err().to_string();
        assert!(error.contains("without the feature `tch`"), "{error}");
    }
}
