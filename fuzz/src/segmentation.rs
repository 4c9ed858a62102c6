//! Polygons and run lengths in images of up to 64×64 pixels: any text gives a mask with as many pixels
//! as are counted, or an error.

use eps_data::coco::Instances;
use std::path::Path;

pub fn run(bytes: &[u8]) {
    let [width, height, text @ ..] = bytes else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let (width, height) = (width % 64 + 1, height % 64 + 1);
    let file = format!(
        r#"{{"images": [{{"id": 1, "file_name": "a", "width": {width}, "height": {height}}}],
        "categories": [{{"id": 1, "name": "a"}}],
        "annotations": [{{"id": 1, "image_id": 1, "category_id": 1, "segmentation": {text}}}]}}"#
    );
    let Ok(file) = Instances::parse(Path::new("fuzzed"), file.into_bytes()) else { return };
    let Some(image) = file.images().first() else { return };
    let Some(annotation) = file.annotations(image).first() else { return };
    if let Ok(mask) = file.mask_of(image, annotation) {
        let covered = mask.classes().iter().filter(|&&class| class != 0).count();
        assert_eq!(file.pixels(image, annotation).ok(), Some(covered as u64));
    }
}
