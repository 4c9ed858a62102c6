//! Where tensors live.

use crate::device::{self, DeviceName};
use clap::Args;
use eps_experiment::run::NamedDevice;

/// Where tensors live.
#[derive(Args, Clone, Debug)]
pub(crate) struct DeviceArgs {
    /// auto, cpu, torch, torch:cuda:N, cuda:N or wgpu; `eps devices` lists what works here
    #[arg(long, default_value = "auto", value_name = "DEVICE")]
    pub(crate) device: DeviceName,
}

impl DeviceArgs {
    /// The device, which must work here.
    pub(crate) fn open(&self) -> anyhow::Result<NamedDevice> {
        Ok(NamedDevice { name: self.device.to_string(), device: device::open(self.device)? })
    }
}
