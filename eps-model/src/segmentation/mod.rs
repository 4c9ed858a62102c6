//! Segmentation networks: images to a class of each pixel, background first as in masks.
//!
//! DeepLab as the second stage of weakly supervised segmentation trains it: a backbone whose last levels are
//! dilated, branches of dilated convolutions above it, and the same network on the image at several sizes,
//! of whose logits the largest count. Source: method, section 13.

mod head;
pub(crate) mod head_names;
mod resize;

pub use head::AtrousHead;
pub use resize::{resize, scaled};

use crate::backbone::layer::{Initialisation, Pass};
use crate::backbone::{Backbone, BackboneName};
use crate::parameter_groups::ParameterGroups;
use crate::recipe::{HeadRecipe, NewLayers, SegmentationNetworkRecipe};
use burn::module::Module;
use burn::tensor::{Device, Tensor};

/// A backbone and branches of dilated convolutions, on images at several sizes.
#[derive(Module, Debug)]
pub struct SegmentationNetwork {
    backbone: Backbone,
    head: AtrousHead,
    /// Factors on the image's size besides 1.
    scales: Vec<f64>,
}

impl SegmentationNetwork {
    /// A network for `classes` classes, background included; equal seeds give equal first weights.
    pub fn new(
        network: &SegmentationNetworkRecipe,
        head: &HeadRecipe,
        classes: usize,
        seed: u64,
        device: &Device,
    ) -> Self {
        let initialisation = Initialisation { seed };
        let backbone = Backbone::new(network.backbone, network.shape(), initialisation, device);
        let features = backbone.features();
        let scales = head.scales.clone();
        let head = AtrousHead::new(head, features, classes, initialisation, device);
        Self { backbone, head, scales }
    }

    /// The parameters of such networks that learn otherwise than the others.
    pub fn parameter_groups(
        network: &SegmentationNetworkRecipe,
        head: &HeadRecipe,
    ) -> ParameterGroups {
        let pattern = match head.new_layers {
            NewLayers::Head => r"^head\.",
            NewLayers::Score => r"^head\..*\.score\.",
        };
        ParameterGroups::of_layers(pattern, network.norms)
            .with_biases(&format!(r"{pattern}(.*\.)?bias$"))
    }

    /// The same weights without gradients, on the plain device.
    pub fn for_inference(&self) -> Self {
        self.valid()
    }

    /// Which backbone it has.
    pub fn backbone(&self) -> BackboneName {
        self.backbone.name()
    }

    /// Number of classes, background included.
    pub fn classes(&self) -> usize {
        self.head.classes()
    }

    /// The logits that are trained, each `[batch, classes, height, width]`: of the image as it is, of every other
    /// size, and where there are several the largest of them, at the first one's size.
    pub fn forward_training(&self, images: Tensor<4>, pass: &mut Pass) -> Vec<Tensor<4>> {
        let mut maps = vec![self.at_one_size(images.clone(), pass)];
        for &scale in &self.scales {
            maps.push(self.at_one_size(scaled(images.clone(), scale), pass));
        }
        if maps.len() > 1 {
            // Losses are taken of all of them and summed; what a network predicts is this one alone.
            maps.push(largest(&maps));
        }
        maps
    }

    /// The logits that count, `[batch, classes, height, width]`.
    pub fn logits(&self, images: Tensor<4>) -> Tensor<4> {
        let maps = self.forward_training(images, &mut Pass::inference());
        // That of all sizes, or of the only one.
        maps.into_iter().next_back().expect("one size at least")
    }

    fn at_one_size(&self, images: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        self.head.forward(self.backbone.forward(images, pass), pass)
    }
}

/// The largest logit of each place, at the size of the first maps.
fn largest(maps: &[Tensor<4>]) -> Tensor<4> {
    let [_, _, height, width] = maps[0].dims();
    let others = maps[1..].iter().map(|map| resize(map.clone(), [height, width]));
    others.fold(maps[0].clone(), Tensor::max_pair)
}
