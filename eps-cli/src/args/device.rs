//! Where tensors live.

use crate::device::{self, DeviceName};
use anyhow::{Result, ensure};
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
    pub(crate) fn open(&self) -> Result<NamedDevice> {
        open(self.device)
    }
}

/// Where tensors live, of commands that several devices can share.
#[derive(Args, Clone, Debug)]
pub(crate) struct DevicesArgs {
    /// auto, cpu, torch, torch:cuda:N, cuda:N or wgpu, or several that share the work, such as
    /// torch:cuda:0,torch:cuda:1; `eps devices` lists what works here
    #[arg(long, default_value = "auto", value_name = "DEVICE,..", value_delimiter = ',')]
    device: Vec<DeviceName>,
}

impl DevicesArgs {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.device.len()
    }

    /// The devices, each of which must work here.
    pub(crate) fn open(&self) -> Result<Vec<NamedDevice>> {
        let names = &self.device;
        ensure!(
            names.len() == 1 || !names.contains(&DeviceName::Auto),
            "--device: auto among {} devices, expected the name of each, such as cpu,cpu",
            names.len()
        );
        let devices = names.iter().map(|&name| open(name)).collect::<Result<Vec<_>>>()?;
        device::share_threads(names.iter().filter(|&&name| name == DeviceName::Torch).count());
        Ok(devices)
    }
}

fn open(name: DeviceName) -> Result<NamedDevice> {
    let (name, device) = device::open(name)?;
    Ok(NamedDevice { name: name.to_string(), device })
}
