//! COCO's instances file: any bytes give an index whose small images can be drawn, or an error.

use eps_data::coco::{Crowd, Drawing, Instances, Order, Overlap};
use std::path::Path;

/// Pixels of an image that is worth drawing while fuzzing.
const PIXELS: usize = 1 << 14;

pub fn run(bytes: &[u8]) {
    let Ok(file) = Instances::parse(Path::new("fuzzed"), bytes.to_vec()) else { return };
    let drawing = Drawing { order: Order::Area, overlap: Overlap::Ignore, crowd: Crowd::Ignore };
    for image in file.images().iter().filter(|image| image.size.pixels() <= PIXELS) {
        if let Ok(mask) = file.mask(image, drawing) {
            assert_eq!(mask.size(), image.size);
        }
    }
}
