//! Backbones: images to features, a folder each.
//!
//! A folder has all that tells its backbone from the others: how it is built and run, and its
//! [`BackboneFacts`]. The registry below has one line for each.

pub mod efficientnet_lite0;
pub mod layer;
mod layer_names;
pub mod resnet101;
pub mod resnet38d;
pub mod vgg16;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use layer::{Initialisation, Pass};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A network without its classifier, as its folder builds and runs it.
pub trait Architecture: Sized {
    const FACTS: BackboneFacts;

    fn build(shape: BackboneShape, initialisation: Initialisation, device: &Device) -> Self;

    /// Channels of the features.
    fn features(&self) -> usize;

    /// Normalised images `[batch, 3, height, width]` to features
    /// `[batch, features, height / stride, width / stride]`, rounded up; DeepLab's poolings may leave a row or
    /// column more.
    fn forward(&self, images: Tensor<4>, pass: &mut Pass) -> Tensor<4>;
}

/// What holds of a backbone before one is built.
#[derive(Clone, Copy, Debug)]
pub struct BackboneFacts {
    /// What tables call the published network.
    pub title: &'static str,
    /// Pixels of the image for one cell of the features: each that it can be built with.
    pub strides: &'static [usize],
    /// Whether it can be built in another width and depth than the published.
    pub is_scalable: bool,
    /// Pattern of the paths of the levels that the published training froze, if there are some.
    pub first_levels: Option<&'static str>,
    /// Tensors of its weights files that no network here has a use for: the ImageNet classifier.
    pub leftovers: &'static [&'static str],
    /// The path within the backbone of the tensor that a weights file calls so, if there is one.
    pub path: fn(&str) -> Option<String>,
    /// The PyTorch name of the tensor with a path within the backbone: the inverse of `path`.
    pub pytorch_name: fn(&str) -> String,
}

/// How large a backbone is built.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackboneShape {
    /// Factor on every channel count; 1 is the published network.
    pub width: f64,
    /// Factor on the repeated blocks of each level; 1 is the published network.
    pub depth: f64,
    /// Pixels of the image for one cell of the features.
    pub stride: usize,
}

impl BackboneShape {
    /// The channels of a layer that has `published` of them in the published network.
    fn channels(self, published: usize) -> usize {
        // At least 4, since bottlenecks divide their channels by it.
        ((published as f64 * self.width).round() as usize).max(4)
    }

    /// The blocks of a level that has `published` of them in the published network. The first stays at
    /// any depth, since it changes channels and size.
    fn blocks(self, published: usize) -> usize {
        1 + ((published - 1) as f64 * self.depth).round() as usize
    }
}

/// Writes what needs all backbones at once from a list of their types: their names, and the network that
/// is any of them. burn takes the names of the variants into the paths of a checkpoint's tensors, and
/// recipes spell them in kebab case, so neither can change.
macro_rules! registry {
    ($($folder:ident::$Backbone:ident),+ $(,)?) => {
        /// Which backbone, as a recipe spells it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum BackboneName {
            $($Backbone,)+
        }

        impl BackboneName {
            /// Every backbone, in the order in which a file of weights is tried on them.
            pub const ALL: &[Self] = &[$(Self::$Backbone,)+];

            /// What holds of this backbone, whichever way it is built.
            pub fn facts(self) -> BackboneFacts {
                match self {
                    $(Self::$Backbone => $folder::$Backbone::FACTS,)+
                }
            }
        }

        /// A network without its classifier.
        #[expect(clippy::large_enum_variant, reason = "a program holds one or two networks")]
        #[derive(Module, Debug)]
        pub enum Backbone {
            $($Backbone($folder::$Backbone),)+
        }

        impl Backbone {
            /// The backbone called `name`; equal names of tensors and seeds give equal first weights.
            pub fn new(
                name: BackboneName,
                shape: BackboneShape,
                initialisation: Initialisation,
                device: &Device,
            ) -> Self {
                match name {
                    $(BackboneName::$Backbone => {
                        Self::$Backbone(Architecture::build(shape, initialisation, device))
                    })+
                }
            }

            /// Which one it is.
            pub fn name(&self) -> BackboneName {
                match self {
                    $(Self::$Backbone(_) => BackboneName::$Backbone,)+
                }
            }

            /// Channels of the features.
            pub fn features(&self) -> usize {
                match self {
                    $(Self::$Backbone(network) => network.features(),)+
                }
            }

            /// Normalised images `[batch, 3, height, width]` to features.
            pub fn forward(&self, images: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
                match self {
                    $(Self::$Backbone(network) => network.forward(images, pass),)+
                }
            }
        }
    };
}

registry! {
    resnet38d::Resnet38d,
    efficientnet_lite0::EfficientnetLite0,
    resnet101::Resnet101,
    vgg16::Vgg16,
}

impl BackboneName {
    /// What burn puts before the paths of this backbone's tensors.
    pub(crate) fn path_prefix(self) -> String {
        format!("backbone.{self:?}.")
    }
}

impl fmt::Display for BackboneName {
    /// As recipes spell it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_recipes_and_checkpoints() {
        let names = BackboneName::ALL.iter().map(|name| (name.to_string(), name.path_prefix()));
        let expected = [
            ("resnet38d", "backbone.Resnet38d."),
            ("efficientnet-lite0", "backbone.EfficientnetLite0."),
            ("resnet101", "backbone.Resnet101."),
            ("vgg16", "backbone.Vgg16."),
        ];
        let expected = expected.map(|(name, prefix)| (name.to_owned(), prefix.to_owned()));
        assert_eq!(names.collect::<Vec<_>>(), expected);
    }
}
