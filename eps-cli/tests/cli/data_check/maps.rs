//! Masks and saliency maps that do not fit their images or one another.

use super::{check, finds, recoloured, with_values};
use crate::call::eps;
use crate::project::{Project, SIZE};
use eps_data::codec::{read_mask, voc_palette, write_mask, write_rgb_png, write_saliency};
use eps_data::scenes::scene_id;
use eps_data::{ClassId, LabelMap, RgbImage, SaliencyMap, Size};
use image::Rgb;
use std::fs;
use std::path::Path;

#[test]
fn maps_of_another_size() {
    let other = Size::new(56, 64);
    let mask = |project: &Project| {
        write_mask(&project.mask(0), &LabelMap::new(other, vec![0; other.pixels()])).unwrap();
    };
    finds(mask, "size-mismatch", &["SegmentationClass/scene_0001.png: mask is 56×64", "64×56"]);
    let saliency = |project: &Project| {
        let half = Size::new(32, 28);
        write_saliency(&project.saliency(2), &SaliencyMap::new(half, vec![9; half.pixels()]))
            .unwrap();
    };
    finds(saliency, "size-mismatch", &["SALImages/scene_0003.png: saliency map is 32×28"]);
    let project = Project::with_scenes(6);
    saliency(&project);
    check(&project).and("--resize-saliency").succeeds();
}

#[test]
fn masks_in_colours() {
    let colours = |project: &Project| {
        let mask = read_mask(&project.mask(5), 7).unwrap();
        let palette = voc_palette();
        let mut picture = RgbImage::new(SIZE.width as u32, SIZE.height as u32);
        for (pixel, &class) in picture.pixels_mut().zip(mask.classes()) {
            *pixel = Rgb(palette[usize::from(class)]);
        }
        write_rgb_png(&project.mask(5), &picture).unwrap();
    };
    finds(
        colours,
        "colour-mask",
        &["SegmentationClass/scene_0006.png: 8-bit RGB PNG", "palette or grey"],
    );
}

/// A palette PNG of these indices and colours.
fn write_palette(path: &Path, indices: &[u8], colours: &[[u8; 3]]) {
    let file = fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, SIZE.width as u32, SIZE.height as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(colours.concat());
    encoder.write_header().unwrap().write_image_data(indices).unwrap();
}

/// Classes 0 and 2 as indices 0 and 1, colours as they were.
fn renumbered(project: &Project) {
    let voc = voc_palette();
    recoloured(project, 3, |class| if class > 0 { 2 } else { 0 });
    let indices: Vec<u8> =
        read_mask(&project.mask(3), 7).unwrap().classes().iter().map(|&class| class / 2).collect();
    write_palette(&project.mask(3), &indices, &[voc[0], voc[2]]);
}

#[test]
fn a_palette_in_another_order() {
    let parts = ["scene_0004.png: palette entry 1 is VOC's colour of class 2 ("];
    finds(renumbered, "palette-order", &parts);
    let project = Project::with_scenes(6);
    renumbered(&project);
    let masks = project.data().join("SegmentationClass");
    let evaluate = || eps("evaluate").with("--truth", &masks).with("--list", "train");
    evaluate().with("--predictions", &masks).refuses(&[
        "scene_0004.png: palette entry 1 is VOC's colour of class 2, expected the colour of class 1",
    ]);
    let convert = |colours: &str, out: &str| {
        let call = eps("data").and("masks").with("--pictures", &masks).with("--colours", colours);
        call.with("--out", project.path(out)).succeeds();
        read_mask(&project.path(out).join("scene_0004.png"), 7).unwrap().present()
    };
    assert!(convert("voc", "by-colour").contains(2));
    assert!(convert("indices", "by-index").contains(1));
}

#[test]
fn objects_that_are_255() {
    let binary = |project: &Project| {
        (0..6)
            .for_each(|index| recoloured(project, index, |class| if class > 0 { 255 } else { 0 }));
    };
    let parts = ["SegmentationClass: 255 (ignore) and no class in each of 6 masks with objects"];
    finds(binary, "objects-ignored", &parts);
    let one_mask =
        |project: &Project| recoloured(project, 4, |class| if class > 0 { 255 } else { 0 });
    let parts = ["SegmentationClass/scene_0005.png: 255 (ignore) and no class"];
    finds(one_mask, "objects-ignored", &parts);
}

#[test]
fn saliency_in_another_form() {
    let side = |pixels: usize| pixels as u32;
    let cut_out = |project: &Project| {
        let alpha = |x: u32, _| image::LumaA([255, x as u8 * 4]);
        let picture = image::GrayAlphaImage::from_fn(side(SIZE.width), side(SIZE.height), alpha);
        picture.save(project.saliency(2)).unwrap();
    };
    let parts = ["SALImages/scene_0003.png: an alpha channel that varies, expected grey values"];
    finds(cut_out, "saliency-in-alpha", &parts);
    let photograph = |project: &Project| {
        let heat = |x: u32, _| Rgb([x as u8 * 4, 0, 255 - x as u8 * 4]);
        let picture = RgbImage::from_fn(side(SIZE.width), side(SIZE.height), heat);
        write_rgb_png(&project.saliency(2), &picture).unwrap();
    };
    let parts = ["SALImages/scene_0003.png: colours, expected grey values"];
    finds(photograph, "colour-saliency", &parts);
    let one_map = |project: &Project| with_values(project, 5, |value| u8::from(value > 127));
    let parts = ["SALImages/scene_0006.png: two shades, none above 1"];
    finds(one_map, "faint-saliency", &parts);
}

#[test]
fn the_remedy_of_a_mask_in_another_form_is_a_command_that_works() {
    let project = Project::with_scenes(3);
    let truth = read_mask(&project.mask(1), 7).unwrap();
    let deep = |x: u32, y: u32| {
        image::Luma([u16::from(truth.classes()[(y * SIZE.width as u32 + x) as usize])])
    };
    let deep: image::ImageBuffer<image::Luma<u16>, Vec<u16>> =
        image::ImageBuffer::from_fn(SIZE.width as u32, SIZE.height as u32, deep);
    deep.save(project.mask(1)).unwrap();
    let printed = check(&project).run().stdout;
    let fix = "--out DIR --colours indices writes it as class";
    assert!(
        printed.contains("scene_0002.png: 16-bit grey PNG") && printed.contains(fix),
        "{printed}"
    );
    let masks = project.data().join("SegmentationClass");
    let call = eps("data").and("masks").with("--pictures", masks).with("--colours", "indices");
    call.with("--out", project.path("made")).succeeds();
    assert_eq!(read_mask(&project.path("made").join("scene_0002.png"), 7).unwrap(), truth);
}

#[test]
fn masks_in_the_colours_of_a_label_map() {
    let project = Project::with_scenes(1);
    let truth = read_mask(&project.mask(0), 7).unwrap();
    let colour = |class: ClassId| [0, 20 * class, 250 - class];
    let pixel = |x: u32, y: u32| Rgb(colour(truth.classes()[(y * SIZE.width as u32 + x) as usize]));
    let picture = RgbImage::from_fn(SIZE.width as u32, SIZE.height as u32, pixel);
    write_rgb_png(&project.mask(0), &picture).unwrap();
    assert!(
        check(&project).run().stdout.contains("--colours FILE writes the classes of its colours")
    );
    let line = |(class, name): (ClassId, &str)| {
        let [red, green, blue] = colour(class);
        format!("{name}:{red},{green},{blue}::\n")
    };
    let lines: String = (0..).zip(["background", "a", "b", "c", "d", "e", "f"]).map(line).collect();
    let file = project.path("labelmap.txt");
    fs::write(&file, "# label:color_rgb:parts:actions\n".to_owned() + &lines).unwrap();
    let masks = project.data().join("SegmentationClass");
    let call = eps("data").and("masks").with("--pictures", masks).with("--colours", file);
    call.with("--out", project.path("made")).succeeds();
    assert_eq!(read_mask(&project.path("made").join("scene_0001.png"), 7).unwrap(), truth);
    assert_eq!(fs::read_to_string(project.path("made/classes.txt")).unwrap(), "a\nb\nc\nd\ne\nf\n");
}

#[test]
fn classes_that_the_data_set_does_not_have() {
    let unknown =
        |project: &Project| recoloured(project, 3, |class| if class == 0 { 0 } else { 40 });
    finds(
        unknown,
        "unknown-class",
        &["SegmentationClass/scene_0004.png: class 40 at ", "0..=6 or 255"],
    );
    // A palette mask that became grey: each class has the luminance of its colour.
    let grey = |project: &Project| {
        let (mask, palette) = (read_mask(&project.mask(3), 7).unwrap(), voc_palette());
        let luminance = |class: ClassId| {
            let [red, green, blue] = palette[usize::from(class)].map(f64::from);
            (0.299 * red + 0.587 * green + 0.114 * blue).round() as u8
        };
        let values = mask.classes().iter().map(|&class| luminance(class)).collect();
        write_saliency(&project.mask(3), &SaliencyMap::new(mask.size(), values)).unwrap();
    };
    finds(grey, "unknown-class", &["SegmentationClass/scene_0004.png: "]);
}

#[test]
fn masks_with_the_91_ids_of_coco() {
    let coco = |project: &Project| {
        let names: Vec<String> = (0..80).map(|index| format!("class{index}")).collect();
        project.write("data/classes.txt", names.join("\n"));
        let header = format!("id,{}\n", names.join(","));
        let row = |index| format!("{},1{}\n", scene_id(index), ",0".repeat(79));
        project.write("data/cls_labels.csv", header + &(0..6).map(row).collect::<String>());
        (0..6).for_each(|index| recoloured(project, index, |class| u8::from(class > 0)));
        recoloured(project, 2, |class| if class > 0 { 90 } else { 0 });
    };
    finds(coco, "coco-ids", &["SegmentationClass/scene_0003.png: class 90 at ", "0..=80 or 255"]);
}

#[test]
fn saliency_that_a_mask_denies() {
    let inverted = |project: &Project| {
        let mask = read_mask(&project.mask(1), 7).unwrap();
        let values = mask.classes().iter().map(|&class| if class == 0 { 250 } else { 4 }).collect();
        write_saliency(&project.saliency(1), &SaliencyMap::new(SIZE, values)).unwrap();
    };
    finds(inverted, "inverted-saliency", &["SALImages/scene_0002.png: objects are darker"]);
    let all = |project: &Project| {
        (0..6).for_each(|index| with_values(project, index, |value| 255 - value));
    };
    finds(all, "inverted-saliency", &["SALImages: objects are darker than background over all"]);
    let faint = |project: &Project| {
        (0..6).for_each(|index| with_values(project, index, |value| value / 128));
    };
    finds(faint, "faint-saliency", &["SALImages: no value above 1 in 6 maps"]);
    let project = Project::with_scenes(6);
    with_values(&project, 3, |value| if value > 200 { 0 } else { 30 });
    let ended = check(&project).with("--worst", "1").run();
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let at = lines.iter().position(|line| *line == "they overlap least in:").unwrap();
    assert_eq!(lines[at + 1].trim(), "0.0 %  scene_0004");
}
