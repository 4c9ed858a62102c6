//! `--device` to a device; with the model's kernels the only place that names a backend.

use anyhow::{Context as _, Result, anyhow, bail};
use burn::tensor::Device;
use eps_data::panic_text;
use eps_model::train::try_training;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::str::FromStr;

/// A device this program may have, and whether it works here.
pub(crate) struct Choice {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) works: Result<(), String>,
}

/// What `--device` takes, whether or not it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceName {
    Auto,
    Cpu,
    Torch,
    TorchCuda(usize),
    Cuda(usize),
    Wgpu,
}

impl FromStr for DeviceName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let index = |prefix: &str| text.strip_prefix(prefix)?.parse::<usize>().ok();
        Ok(match text {
            "auto" => Self::Auto,
            "cpu" => Self::Cpu,
            "torch" => Self::Torch,
            "wgpu" => Self::Wgpu,
            _ => match (index("torch:cuda:"), index("cuda:")) {
                (Some(index), _) => Self::TorchCuda(index),
                (_, Some(index)) => Self::Cuda(index),
                _ => return Err("expected auto, cpu, torch, torch:cuda:N, cuda:N or wgpu"),
            },
        })
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Cpu => formatter.write_str("cpu"),
            Self::Torch => formatter.write_str("torch"),
            Self::TorchCuda(index) => write!(formatter, "torch:cuda:{index}"),
            Self::Cuda(index) => write!(formatter, "cuda:{index}"),
            Self::Wgpu => formatter.write_str("wgpu"),
        }
    }
}

/// The device that a name means, with the name of the one that `auto` takes.
pub fn open(name: DeviceName) -> Result<(DeviceName, Device)> {
    let device = match name {
        DeviceName::Auto => return automatic(),
        DeviceName::Cpu => cpu(),
        DeviceName::Torch => torch(),
        DeviceName::TorchCuda(index) => torch_cuda(index),
        DeviceName::Cuda(index) => cuda(index),
        DeviceName::Wgpu => wgpu(),
    };
    Ok((name, device.map_err(|reason| anyhow!("device {name}: {reason}"))?))
}

/// Limits the threads of a backend that has its own.
pub(crate) fn set_threads(threads: usize) {
    #[cfg(feature = "tch")]
    tch::set_num_threads(i32::try_from(threads).unwrap_or(i32::MAX));
    #[cfg(not(feature = "tch"))]
    let _ = threads;
}

/// Divides the threads of a backend that has its own among so many devices; those of the other backends
/// take turns in one pool.
pub(crate) fn share_threads(devices: usize) {
    #[cfg(feature = "tch")]
    if devices > 1 {
        let threads = usize::try_from(tch::get_num_threads()).unwrap_or(1);
        set_threads((threads / devices).max(1));
    }
    #[cfg(not(feature = "tch"))]
    let _ = devices;
}

/// Every device a build can have, for `eps devices`.
pub(crate) fn choices() -> Vec<Choice> {
    let choice = |name, about, device: Result<Device>| Choice {
        name,
        about,
        works: device.and_then(|device| trains(&device)).map_err(|error| format!("{error:#}")),
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
fn automatic() -> Result<(DeviceName, Device)> {
    let order = [DeviceName::TorchCuda(0), DeviceName::Cuda(0), DeviceName::Torch, DeviceName::Cpu];
    match order.into_iter().find_map(|name| open(name).ok()) {
        Some(found) => Ok(found),
        None => Ok((DeviceName::Wgpu, wgpu().context("device auto")?)),
    }
}

#[cfg(not(all(feature = "flex", feature = "tch", feature = "cuda", feature = "wgpu")))]
fn left_out<T>(feature: &str) -> Result<T> {
    bail!("not built in (rebuild with --features {feature})")
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
    let sum = quietly(|| {
        let one = burn::tensor::Tensor::<1>::ones([1], &device);
        (one + 1.0).into_scalar::<f32>()
    });
    match sum {
        Ok(2.0) => Ok(device),
        _ => bail!("this device cannot be opened: {question}"),
    }
}

/// A device that adds two numbers may still lack what a backward pass needs.
fn trains(device: &Device) -> Result<()> {
    match quietly(|| try_training(device)) {
        Ok(result) => result.context("opens, but cannot train"),
        Err(panic) => bail!("opens, but cannot train: {panic}"),
    }
}

/// Does some work whose panic is an error, the first line of its message, and not shown.
fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(hook);
    result.map_err(|panic| {
        let line = panic_text(&*panic).and_then(|text| text.lines().next());
        line.unwrap_or("a panic without a message").to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_they_are_read_and_others_refused() {
        for name in ["auto", "cpu", "torch", "torch:cuda:1", "cuda:0", "wgpu"] {
            assert_eq!(name.parse::<DeviceName>().unwrap().to_string(), name);
        }
        for name in ["gpu", "torch:cuda:", "torch:cuda:-1", "cuda", "cuda:x", ""] {
            assert!(name.parse::<DeviceName>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_panic_of_a_device_is_the_first_line_of_its_message() {
        let found = quietly(|| -> () { panic!("no kernel for {}\nat a place", "bool") });
        assert_eq!(found, Err("no kernel for bool".into()));
        assert_eq!(quietly(|| 3), Ok(3));
    }

    #[cfg(all(feature = "flex", not(any(feature = "tch", feature = "cuda"))))]
    #[test]
    fn auto_is_the_device_that_it_takes() {
        assert_eq!(open(DeviceName::Auto).unwrap().0, DeviceName::Cpu);
    }

    #[cfg(not(feature = "tch"))]
    #[test]
    fn a_device_that_is_not_compiled_in_says_so() {
        let error = open(DeviceName::TorchCuda(0)).unwrap_err().to_string();
        assert!(error.contains("rebuild with --features tch"), "{error}");
    }
}
