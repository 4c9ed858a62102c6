//! Tests across files: kernels against burn's own operations, losses, networks, training and
//! inference against recorded numbers of the reference implementation.

mod golden;
mod inference;
mod losses;
mod networks;
mod operations;
mod recipes;
mod segmentation;
mod training;
mod weight_files;
mod weights;

use burn::tensor::Device;

/// The device that the tests run on: the one that `EPS_TEST_DEVICE` names, else `cpu`.
pub(crate) fn device() -> Device {
    match std::env::var("EPS_TEST_DEVICE").as_deref() {
        #[cfg(feature = "tch")]
        #[allow(deprecated, reason = "burn 0.22 marks the libtorch backend so")]
        Ok("torch") => Device::libtorch(),
        #[cfg(feature = "tch")]
        #[allow(deprecated, reason = "burn 0.22 marks the libtorch backend so")]
        Ok("torch:cuda:0") => Device::libtorch_cuda(0),
        #[cfg(feature = "cuda")]
        Ok("cuda:0") => Device::cuda(0),
        #[cfg(feature = "wgpu")]
        Ok("wgpu") => Device::wgpu(burn::tensor::DeviceKind::DefaultDevice),
        Ok("cpu") | Err(_) => Device::flex(),
        Ok(other) => panic!("EPS_TEST_DEVICE is `{other}`, which these tests were not built with"),
    }
}

/// Whether the tests run on this crate's own kernels.
pub(crate) fn is_own_kernels() -> bool {
    std::env::var("EPS_TEST_DEVICE").map_or(true, |device| device == "cpu")
}
