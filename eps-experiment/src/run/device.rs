//! A device, and what it is called.

use burn::tensor::Device;

/// A device, and the name under which it was asked for.
#[derive(Clone, Debug)]
pub struct NamedDevice {
    pub name: String,
    pub device: Device,
}
