//! Devices, and what they are called.

use burn::tensor::Device;

/// A device, and the name under which it was asked for.
#[derive(Clone, Debug)]
pub struct NamedDevice {
    pub name: String,
    pub device: Device,
}

/// Names that tell devices apart: `cpu#1` and `cpu#2` where one was asked for twice.
pub fn worker_names(devices: &[NamedDevice]) -> Vec<String> {
    let names = devices.iter().enumerate().map(|(index, NamedDevice { name, .. })| {
        match count(devices, name) {
            1 => name.clone(),
            _ => format!("{name}#{}", 1 + count(&devices[..index], name)),
        }
    });
    names.collect()
}

fn count(devices: &[NamedDevice], name: &str) -> usize {
    devices.iter().filter(|device| device.name == name).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_devices_are_numbered() {
        let device = |name: &str| NamedDevice { name: name.into(), device: Device::default() };
        let devices = ["cpu", "torch", "cpu"].map(device);
        assert_eq!(worker_names(&devices), ["cpu#1", "torch", "cpu#2"]);
        assert_eq!(worker_names(&devices[..2]), ["cpu", "torch"]);
    }
}
