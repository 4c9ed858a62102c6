//! Inference: images to score maps over several scales, mirrored and not.

mod upsample;

use crate::network::Network;
use crate::recipe::InferenceRecipe;
use burn::tensor::{Device, Tensor, TensorData};
use eps_data::transform::{normalize, resize_rgb};
use eps_data::{ClassSet, RgbImage, ScoreMap, Size, channel_of};

/// Score maps of images of one size, each for its own classes.
///
/// Maps of all views are resized to the image, summed, and divided by each class's maximum.
/// Source: method, section 9.
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
    let Some(size) = images.first().map(|(image, _)| size_of(image)) else { return vec![] };
    assert!(images.iter().all(|(image, _)| size_of(image) == size), "images must be of one size");
    let mut sums: Vec<Vec<f32>> =
        images.iter().map(|(_, classes)| vec![0.0; classes.len() * size.pixels()]).collect();
    for &scale in &recipe.scales {
        let scaled = size.scaled(scale);
        let resized: Vec<RgbImage> =
            images.iter().map(|(image, _)| resize_rgb(image, scaled)).collect();
        add_views(network, &resized, scaled, recipe.flip, device, |index, maps| {
            let classes = images[index].1;
            maps.add_to(&mut sums[index], classes, size);
        });
    }
    let finish = |(sum, (_, classes)): (Vec<f32>, &(&RgbImage, ClassSet))| {
        ScoreMap::new(size, classes.iter().collect(), sum).normalised()
    };
    sums.into_iter().zip(images).map(finish).collect()
}

fn size_of(image: &RgbImage) -> Size {
    Size::new(image.width() as usize, image.height() as usize)
}

/// Maps of one view of one image, `[classes, height, width]`.
struct ViewMaps<'a> {
    maps: &'a [f32],
    size: [usize; 2],
    mirrored: bool,
}

impl ViewMaps<'_> {
    /// Adds the maps of `classes`, resized to `size`, to `sums`.
    fn add_to(&self, sums: &mut [f32], classes: ClassSet, size: Size) {
        let pixels = self.size[0] * self.size[1];
        for (target, class) in sums.chunks_exact_mut(size.pixels()).zip(classes.iter()) {
            let map = &self.maps[channel_of(class) * pixels..][..pixels];
            let target_size = [size.height, size.width];
            upsample::add_resized(map, self.size, target, target_size, self.mirrored);
        }
    }
}

/// Runs the images, and their mirror images with `flip`, as one batch.
fn add_views(
    network: &Network,
    images: &[RgbImage],
    size: Size,
    flip: bool,
    device: &Device,
    mut add: impl FnMut(usize, ViewMaps<'_>),
) {
    let straight: Vec<f32> = images.iter().flat_map(normalize).collect();
    let shape = [images.len(), 3, size.height, size.width];
    let straight = Tensor::<4>::from_data(TensorData::new(straight, shape), device);
    let batch =
        if flip { Tensor::cat(vec![straight.clone(), straight.flip([3])], 0) } else { straight };
    let maps = network.activation_maps(batch);
    let [_, classes, height, width] = maps.dims();
    let values = maps.into_data().try_to_vec::<f32>().expect("maps are f32");
    for (view, maps) in values.chunks_exact(classes * height * width).enumerate() {
        let mirrored = view >= images.len();
        add(view % images.len(), ViewMaps { maps, size: [height, width], mirrored });
    }
}
