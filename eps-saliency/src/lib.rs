#![doc = include_str!("../README.md")]

mod input;
mod map;
mod model;
mod network;

pub use map::DeepMap;
pub use model::SaliencyModel;
pub use network::SaliencyNetwork;
