//! Inference: images to score maps, or to the probability of every class, over several scales, mirrored and
//! not.
//!
//! The network's part and the rest are apart, so that a program can finish one image while the
//! network runs on the next.

mod segmentation;
mod upsample;
mod views;

pub use segmentation::{ClassProbabilities, class_probabilities};
pub use views::Views;

use crate::network::{Activations, Network};
use crate::recipe::{Background, InferenceRecipe};
use burn::tensor::{Device, Tensor, TensorData};
use eps_data::transform::{Planes, resize_rgb};
use eps_data::{ClassSet, RgbImage, ScoreMap, Size, channel_of};

/// Pixels that go through the network together, unless one image has more: two of 500x375, which keep a
/// device busy, while the maps of two of 1000x750 would take the most memory of all views.
const TOGETHER: usize = 1 << 19;

/// Score maps of images of one size, each for its own classes.
///
/// Source: method, sections 9 and 14.
///
/// # Panics
///
/// If the images differ in size.
pub fn score_maps(
    network: &Network,
    recipe: &InferenceRecipe,
    images: &[(&RgbImage, ClassSet)],
    device: &Device,
) -> Vec<ScoreMap> {
    let views = network_views(network, recipe, images, device);
    views.into_iter().map(Views::score_map).collect()
}

/// The network's maps of images of one size, each for its own classes.
///
/// # Panics
///
/// If the images differ in size.
pub fn network_views(
    network: &Network,
    recipe: &InferenceRecipe,
    images: &[(&RgbImage, ClassSet)],
    device: &Device,
) -> Vec<Views> {
    let Some(size) = images.first().map(|(image, _)| size_of(image)) else { return vec![] };
    assert!(images.iter().all(|(image, _)| size_of(image) == size), "images must be of one size");
    let learned = recipe.background == Background::Learned;
    let background = learned.then_some(network.classes());
    let channels: Vec<Vec<usize>> = images
        .iter()
        .map(|(_, classes)| classes.iter().map(channel_of).chain(background).collect())
        .collect();
    let mut views: Vec<Views> =
        images.iter().map(|(_, classes)| Views::new(size, *classes, learned)).collect();
    for &scale in &recipe.scales {
        let scaled = size.scaled(scale);
        let resized: Vec<Planes> =
            images.iter().map(|(image, _)| resize_rgb(image, scaled)).collect();
        let maps = run(network, &resized, scaled, recipe.flip, device);
        let maps_of = maps.values.chunks_exact(maps.count * maps.pixels());
        let views_of = maps_of.zip(maps.logits.chunks_exact(network.classes()));
        // All images as they are, then all of them mirrored.
        for (index, (map, logits)) in views_of.enumerate() {
            let (image, mirrored) = (index % images.len(), index >= images.len());
            let of_image = channels[image].iter();
            let kept =
                of_image.flat_map(|channel| &map[channel * maps.pixels()..][..maps.pixels()]);
            views[image].push(kept.copied().collect(), maps.size, mirrored, logits);
        }
    }
    views
}

fn size_of(image: &RgbImage) -> Size {
    Size::new(image.width() as usize, image.height() as usize)
}

/// Maps of a batch, `[batch, count, height, width]`.
struct BatchMaps {
    values: Vec<f32>,
    /// `[batch, object classes]`
    logits: Vec<f32>,
    count: usize,
    /// Height and width.
    size: [usize; 2],
}

impl BatchMaps {
    fn pixels(&self) -> usize {
        self.size[0] * self.size[1]
    }
}

/// Runs the images, and after them their mirror images with `flip`, as many together as are not too large.
fn run(network: &Network, images: &[Planes], size: Size, flip: bool, device: &Device) -> BatchMaps {
    let straight: Vec<f32> = images.iter().flat_map(Planes::normalize).collect();
    let shape = [images.len(), 3, size.height, size.width];
    let straight = Tensor::<4>::from_data(TensorData::new(straight, shape), device);
    let batch =
        if flip { Tensor::cat(vec![straight.clone(), straight.flip([3])], 0) } else { straight };
    let together = (TOGETHER / (size.height * size.width)).max(1);
    let mut run = BatchMaps { values: vec![], logits: vec![], count: 0, size: [0; 2] };
    for part in batch.split(together, 0) {
        let Activations { maps, logits } = network.activations(part);
        let [_, count, height, width] = maps.dims();
        run.values.extend(values(maps));
        run.logits.extend(values(logits));
        (run.count, run.size) = (count, [height, width]);
    }
    run
}

fn values<const D: usize>(output: Tensor<D>) -> Vec<f32> {
    output.into_data().try_to_vec().expect("the network is f32")
}
