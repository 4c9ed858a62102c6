//! Samples to tensors.

use burn::tensor::{Device, Tensor, TensorData};
use eps_data::{ClassId, Sample, class_of};

/// The images of one update, with their labels and saliency.
pub struct Batch {
    /// `[batch, 3, crop, crop]`, normalised.
    pub images: Tensor<4>,
    /// `[batch, 1, crop, crop]` in `0..=1`; absent where samples have none.
    pub saliency: Option<Tensor<4>>,
    /// `[batch, crop, crop]`, 255 where no class is known; absent where samples have none.
    pub masks: Option<Vec<ClassId>>,
    /// `[batch, classes]`, 0 or 1.
    pub labels: Tensor<2>,
}

impl Batch {
    pub fn new(samples: &[Sample], crop: usize, classes: usize, device: &Device) -> Self {
        let count = samples.len();
        let images = samples.iter().flat_map(|sample| sample.image.iter().copied()).collect();
        let saliency: Option<Vec<&[f32]>> =
            samples.iter().map(|sample| sample.saliency.as_deref()).collect();
        let masks: Option<Vec<&[ClassId]>> =
            samples.iter().map(|sample| sample.mask.as_deref()).collect();
        let labels = samples
            .iter()
            .flat_map(|sample| {
                (0..classes)
                    .map(move |channel| f32::from(sample.classes.contains(class_of(channel))))
            })
            .collect();
        Self {
            images: to_tensor(images, [count, 3, crop, crop], device),
            saliency: saliency.map(|maps| to_tensor(maps.concat(), [count, 1, crop, crop], device)),
            masks: masks.map(|masks| masks.concat()),
            labels: to_tensor(labels, [count, classes], device),
        }
    }
}

fn to_tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}
