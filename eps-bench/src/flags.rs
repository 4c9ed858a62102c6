//! Flags that several measurements have.

use anyhow::Result;
use burn::tensor::Device;
use clap::Args;
use eps_cli::device::{self, DeviceName};
use eps_data::{DataError, DataSet, Needs, Split};
use std::path::PathBuf;

/// Where tensors live.
#[derive(Args)]
pub(crate) struct DeviceArgs {
    /// auto, cpu, torch, torch:cuda:N, cuda:N or wgpu
    #[arg(long, default_value = "auto")]
    device: DeviceName,
}

impl DeviceArgs {
    /// The device, which must work here, and its name.
    pub(crate) fn open(&self) -> Result<(Device, String)> {
        let (name, device) = device::open(self.device)?;
        Ok((device, name.to_string()))
    }
}

/// A data set and a list of its images.
#[derive(Args)]
pub(crate) struct DataArgs {
    /// Data set folder, as `eps train` takes it
    #[arg(long, value_name = "ROOT")]
    data: PathBuf,
    /// Name of a split, or a file with an image id in each line
    #[arg(long, default_value = "train")]
    pub(crate) list: String,
}

impl DataArgs {
    pub(crate) fn folder(&self) -> Result<DataSet, DataError> {
        DataSet::open(&self.data, &self.list)
    }

    pub(crate) fn open(&self, needs: Needs) -> Result<Split, DataError> {
        Split::open(&self.folder()?, &self.list, None, needs)
    }
}

/// The side of a square image in pixels.
pub(crate) fn side(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(side @ 1..=16_384) => Ok(side),
        _ => Err("expected a whole number in 1..=16384".into()),
    }
}

/// A whole number above 0.
pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("expected a whole number above 0".into()),
    }
}
