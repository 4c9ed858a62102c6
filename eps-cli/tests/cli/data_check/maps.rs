//! Masks and saliency maps that do not fit their images or one another.

use super::{check, finds, recoloured, with_values};
use crate::project::{Project, SIZE};
use eps_data::codec::{read_mask, voc_palette, write_mask, write_rgb_png, write_saliency};
use eps_data::scenes::scene_id;
use eps_data::{ClassId, LabelMap, RgbImage, SaliencyMap, Size};
use image::Rgb;

#[test]
fn maps_of_another_size() {
    let other = Size::new(56, 64);
    let mask = |own: &Project| {
        write_mask(&own.mask(0), &LabelMap::new(other, vec![0; other.pixels()])).unwrap();
    };
    finds(mask, "size-mismatch", &["SegmentationClass/scene_0001.png: mask is 56×64", "64×56"]);
    let saliency = |own: &Project| {
        let half = Size::new(32, 28);
        write_saliency(&own.saliency(2), &SaliencyMap::new(half, vec![9; half.pixels()])).unwrap();
    };
    finds(saliency, "size-mismatch", &["SALImages/scene_0003.png: saliency map is 32×28"]);
    let project = Project::with_scenes(6);
    saliency(&project);
    check(&project).and("--resize-saliency").succeeds();
}

#[test]
fn masks_in_colours() {
    let colours = |own: &Project| {
        let mask = read_mask(&own.mask(5), 7).unwrap();
        let palette = voc_palette();
        let mut picture = RgbImage::new(SIZE.width as u32, SIZE.height as u32);
        for (pixel, &class) in picture.pixels_mut().zip(mask.classes()) {
            *pixel = Rgb(palette[usize::from(class)]);
        }
        write_rgb_png(&own.mask(5), &picture).unwrap();
    };
    finds(
        colours,
        "colour-mask",
        &["SegmentationClass/scene_0006.png: 8-bit RGB PNG", "palette or grey"],
    );
}

#[test]
fn classes_that_the_data_set_does_not_have() {
    let unknown = |own: &Project| recoloured(own, 3, |class| if class == 0 { 0 } else { 40 });
    finds(
        unknown,
        "unknown-class",
        &["SegmentationClass/scene_0004.png: class 40 at ", "0..=6 or 255"],
    );
    // A palette mask that became grey: each class has the luminance of its colour.
    let grey = |own: &Project| {
        let (mask, palette) = (read_mask(&own.mask(3), 7).unwrap(), voc_palette());
        let luminance = |class: ClassId| {
            let [red, green, blue] = palette[usize::from(class)].map(f64::from);
            (0.299 * red + 0.587 * green + 0.114 * blue).round() as u8
        };
        let values = mask.classes().iter().map(|&class| luminance(class)).collect();
        write_saliency(&own.mask(3), &SaliencyMap::new(mask.size(), values)).unwrap();
    };
    finds(grey, "unknown-class", &["SegmentationClass/scene_0004.png: "]);
}

#[test]
fn masks_with_the_91_ids_of_coco() {
    let coco = |own: &Project| {
        let names: Vec<String> = (0..80).map(|index| format!("class{index}")).collect();
        own.write("data/classes.txt", names.join("\n"));
        let header = format!("id,{}\n", names.join(","));
        let row = |index| format!("{},1{}\n", scene_id(index), ",0".repeat(79));
        own.write("data/cls_labels.csv", header + &(0..6).map(row).collect::<String>());
        (0..6).for_each(|index| recoloured(own, index, |class| u8::from(class > 0)));
        recoloured(own, 2, |class| if class > 0 { 90 } else { 0 });
    };
    finds(coco, "coco-ids", &["SegmentationClass/scene_0003.png: class 90 at ", "0..=80 or 255"]);
}

#[test]
fn saliency_that_a_mask_denies() {
    let inverted = |own: &Project| {
        let mask = read_mask(&own.mask(1), 7).unwrap();
        let values = mask.classes().iter().map(|&class| if class == 0 { 250 } else { 4 }).collect();
        write_saliency(&own.saliency(1), &SaliencyMap::new(SIZE, values)).unwrap();
    };
    finds(inverted, "inverted-saliency", &["SALImages/scene_0002.png: objects are darker"]);
    let all = |own: &Project| (0..6).for_each(|index| with_values(own, index, |value| 255 - value));
    finds(all, "inverted-saliency", &["SALImages: objects are darker than background over all"]);
    let faint =
        |own: &Project| (0..6).for_each(|index| with_values(own, index, |value| value / 128));
    finds(faint, "faint-saliency", &["SALImages: no value above 1 in 6 maps"]);
    let project = Project::with_scenes(6);
    with_values(&project, 3, |value| if value > 200 { 0 } else { 30 });
    let ended = check(&project).with("--worst", "1").run();
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let at = lines.iter().position(|line| *line == "they overlap least in:").unwrap();
    assert_eq!(lines[at + 1].trim(), "0.0 %  scene_0004");
}
