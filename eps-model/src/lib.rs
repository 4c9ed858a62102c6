//! EPS on burn: network, losses, training and inference.
//!
//! A [`Network`](network::Network) gives class maps and image-level logits; [`loss`] asks that the
//! logits explain the image labels and the maps a saliency map; a
//! [`SegmentationNetwork`](segmentation::SegmentationNetwork) gives a class to each pixel; a [`Task`](task::Task) is a network
//! with its losses; [`train`] makes the updates that a [`Recipe`](recipe::Recipe) describes; [`infer`]
//! turns images into score maps.
//!
//! No function names a backend: tensors live on the `Device` that the caller passes. Only [`ops`]
//! knows kernels of single backends.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod backbone;
pub mod infer;
pub mod loss;
pub mod network;
pub mod ops;
pub mod parameter_groups;
pub mod recipe;
pub mod segmentation;
pub mod task;
pub mod train;
pub mod weights;

mod error;
mod finite;

pub use error::ModelError;
