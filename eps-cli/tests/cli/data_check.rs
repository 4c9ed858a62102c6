//! `eps data check`: each fault is seeded into rendered scenes, and must be named with its file.

use crate::call::{Call, eps};
use crate::project::{Project, SIZE, truncate};
use eps_data::codec::{
    read_mask, read_saliency, voc_palette, write_mask, write_rgb_png, write_saliency,
};
use eps_data::scenes::scene_id;
use eps_data::{ClassId, LabelMap, RgbImage, SaliencyMap, Size};
use image::{ImageBuffer, Luma, Rgb};
use std::fs;
use std::path::Path;

fn check(project: &Project) -> Call {
    eps("data").and("check").with("--data", project.data())
}

/// The scenes are sound but for what `seed` does to them; the doctor must name each of `parts`.
#[track_caller]
fn finds(seed: impl FnOnce(&Project), kind: &str, parts: &[&str]) {
    let project = Project::with_scenes(6);
    seed(&project);
    names(&project, check(&project), kind, parts);
}

/// The call ends with status 1 and a fault with each of `parts` in one line, and a fix below it; the
/// JSON has the kind.
#[track_caller]
fn names(project: &Project, call: Call, kind: &str, parts: &[&str]) {
    let json = project.path("report.json");
    let ended = call.with("--json", &json).run();
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert_eq!(ended.status, Some(1), "{}{}", ended.stdout, ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let is_named =
        |line: &str| line.starts_with("fault: ") && parts.iter().all(|part| line.contains(part));
    let at = lines.iter().position(|line| is_named(line));
    let at = at.unwrap_or_else(|| panic!("no fault with {parts:?} in:\n{}", ended.stdout));
    assert!(lines[at].contains(", expected "), "{}", lines[at]);
    assert!(lines[at + 1].starts_with("  fix: ") && lines[at + 1].len() > 12, "{}", lines[at + 1]);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let own =
        |finding: &&serde_json::Value| finding["kind"] == kind && finding["severity"] == "fault";
    assert!(findings.iter().any(|finding| own(&finding)), "no {kind} in {findings:?}");
    assert!(report["faults"].as_u64().unwrap() > 0);
}

fn recoloured(project: &Project, index: usize, class: impl Fn(ClassId) -> ClassId) {
    let path = project.mask(index);
    let mask = read_mask(&path, 255).unwrap();
    let classes = mask.classes().iter().map(|&own| class(own)).collect();
    write_mask(&path, &LabelMap::new(mask.size(), classes)).unwrap();
}

fn with_values(project: &Project, index: usize, value: impl Fn(u8) -> u8) {
    let path = project.saliency(index);
    let map = read_saliency(&path).unwrap();
    let values = map.values().iter().map(|&own| value(own)).collect();
    write_saliency(&path, &SaliencyMap::new(map.size(), values)).unwrap();
}

fn list(project: &Project, name: &str, ids: &str) {
    project.write(&format!("data/ImageSets/Segmentation/{name}.txt"), ids);
}

/// A JPEG with an EXIF entry that turns it by 90 degrees.
fn turned(jpeg: &[u8]) -> Vec<u8> {
    #[rustfmt::skip]
    let tiff = [
        b'I', b'I', 42, 0, 8, 0, 0, 0,
        1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0,
        0, 0, 0, 0,
    ];
    let length = (2 + 6 + tiff.len()) as u16;
    let segment = [&[0xFF, 0xE1][..], &length.to_be_bytes(), b"Exif\0\0", &tiff].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

#[test]
fn sound_scenes_have_no_fault_and_a_short_summary() {
    let project = Project::with_scenes(6);
    let ended = check(&project).succeeds();
    assert!(!ended.stdout.contains("fault: "), "{}", ended.stdout);
    assert!(ended.stdout.contains("note: ") && ended.stdout.contains("255 (ignore) in none of 6"));
    assert!(ended.stdout.contains("6 images of `train`, 6 classes; 6 photographs decoded"));
    assert!(ended.stdout.contains("masks: 6 palette, 0 grey; 255 (ignore) in 0"));
    assert!(ended.stdout.contains("they overlap least in:"), "{}", ended.stdout);
    assert!(ended.stdout.trim_end().lines().last().unwrap().starts_with("no fault, "));
    let printed = check(&project).and("--json").succeeds();
    let report: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    assert_eq!((&report["images"], &report["faults"]), (&6.into(), &0.into()));
    assert_eq!(report["worst"].as_array().unwrap().len(), 6);
}

#[test]
fn the_report_does_not_depend_on_threads() {
    let project = Project::with_scenes(6);
    truncate(&project.image(1));
    recoloured(&project, 4, |_| 9);
    let report = |threads| check(&project).and("--json").on_threads(threads).run().stdout;
    assert_eq!(report(1), report(3));
}

#[test]
fn missing_files_and_folders() {
    finds(
        |own| fs::remove_file(own.image(1)).unwrap(),
        "missing",
        &["JPEGImages/scene_0002.jpg: missing"],
    );
    finds(
        |own| fs::remove_file(own.mask(2)).unwrap(),
        "missing",
        &["SegmentationClass/scene_0003.png: missing"],
    );
    finds(
        |own| fs::remove_file(own.saliency(0)).unwrap(),
        "missing",
        &["SALImages/scene_0001.png: missing"],
    );
    finds(
        |own| fs::remove_dir_all(own.data().join("JPEGImages")).unwrap(),
        "no-folder",
        &["JPEGImages: no such folder"],
    );
}

#[test]
fn a_folder_of_maps_is_only_missed_where_it_is_needed() {
    let project = Project::with_scenes(6);
    fs::remove_dir_all(project.data().join("SALImages")).unwrap();
    let ended = check(&project).succeeds();
    assert!(ended.stdout.contains("note: ") && ended.stdout.contains("SALImages: no such folder"));
    let needed = check(&project).with("--need", "saliency,masks");
    names(&project, needed, "no-folder", &["SALImages: no such folder"]);
}

#[test]
fn unreadable_truncated_and_damaged_files() {
    finds(
        |own| fs::write(own.image(3), "<html>").unwrap(),
        "unreadable",
        &["JPEGImages/scene_0004.jpg: not a JPEG or PNG"],
    );
    finds(
        |own| fs::write(own.mask(3), "").unwrap(),
        "truncated",
        &["SegmentationClass/scene_0004.png: an empty file"],
    );
    finds(
        |own| truncate(&own.image(1)),
        "truncated",
        &["JPEGImages/scene_0002.jpg: not a JPEG", "before its end marker"],
    );
    finds(
        |own| truncate(&own.mask(1)),
        "truncated",
        &["SegmentationClass/scene_0002.png: not a PNG"],
    );
    finds(
        |own| truncate(&own.saliency(1)),
        "truncated",
        &["SALImages/scene_0002.png: not a JPEG or PNG"],
    );
    let damaged = |own: &Project| {
        let mut bytes = fs::read(own.mask(0)).unwrap();
        let data = bytes.windows(4).position(|window| window == b"IDAT").unwrap() + 8;
        bytes[data..data + 4].fill(0xAA);
        fs::write(own.mask(0), bytes).unwrap();
    };
    finds(damaged, "damaged", &["SegmentationClass/scene_0001.png: not a PNG that can be decoded"]);
}

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
fn labels_that_a_mask_denies() {
    let relabelled = |own: &Project| {
        let path = own.data().join("cls_labels.csv");
        let table = fs::read_to_string(&path).unwrap();
        let rows: Vec<String> = table
            .lines()
            .map(|row| match row.strip_prefix("scene_0002,") {
                Some(flags) => {
                    let other = flags.replace('1', "x").replacen('0', "1", 1).replace('x', "0");
                    format!("scene_0002,{other}")
                }
                None => row.to_owned(),
            })
            .collect();
        fs::write(path, rows.join("\n")).unwrap();
    };
    finds(
        relabelled,
        "unlabelled-class",
        &["SegmentationClass/scene_0002.png: ", "the labels of the image"],
    );
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

#[test]
fn lists_with_doubles_strangers_or_nothing() {
    finds(
        |own| list(own, "train", "scene_0001\nscene_0002\nscene_0001\n"),
        "duplicate-id",
        &["train.txt:3: `scene_0001` again, after line 1"],
    );
    finds(|own| list(own, "train", "scene_0001\n../b\n"), "not-an-id", &["train.txt:2: `../b`"]);
    finds(|own| list(own, "train", "\n"), "empty-list", &["train.txt: no image id in it"]);
}

#[test]
fn images_that_results_are_scored_on() {
    let leak = |own: &Project| list(own, "val", "scene_0009\nscene_0005\n");
    finds(leak, "split-leak", &["train.txt:5: `scene_0005`, which is line 2 of ", "val.txt"]);
    let project = Project::with_scenes(6);
    list(&project, "test", "scene_0003\n");
    check(&project).succeeds();
    let call = check(&project).with("--held-out", "test");
    names(&project, call, "split-leak", &["train.txt:3: `scene_0003`", "test.txt"]);
}

#[test]
fn names_in_another_case_or_with_another_ending() {
    let rename = |from: std::path::PathBuf, name: &str| {
        fs::rename(&from, from.with_file_name(name)).unwrap();
    };
    finds(
        |own| rename(own.image(0), "scene_0001.JPG"),
        "wrong-case",
        &["JPEGImages/scene_0001.jpg: not there, but scene_0001.JPG is"],
    );
    finds(
        |own| rename(own.mask(0), "Scene_0001.png"),
        "wrong-case",
        &["SegmentationClass/scene_0001.png: not there, but Scene_0001.png is"],
    );
    finds(
        |own| rename(own.image(0), "scene_0001.jpeg"),
        "wrong-ending",
        &["JPEGImages/scene_0001.jpg: not there, but scene_0001.jpeg is"],
    );
    finds(
        |own| rename(own.mask(1), "scene_0002.bmp"),
        "wrong-ending",
        &["scene_0002.png: not there, but scene_0002.bmp is"],
    );
}

#[test]
fn photographs_that_viewers_turn() {
    let turn = |own: &Project| {
        let bytes = fs::read(own.image(4)).unwrap();
        fs::write(own.image(4), turned(&bytes)).unwrap();
    };
    finds(turn, "rotated", &["JPEGImages/scene_0005.jpg: EXIF orientation 6"]);
}

#[test]
fn cmyk_and_16_bit_photographs() {
    let cmyk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/codec/cmyk.jpg");
    finds(
        |own| assert!(fs::copy(&cmyk, own.image(2)).unwrap() > 0),
        "cmyk",
        &["JPEGImages/scene_0003.jpg: CMYK colours"],
    );
    let deep = |own: &Project| {
        let picture: ImageBuffer<Rgb<u16>, Vec<u16>> =
            ImageBuffer::from_pixel(64, 56, Rgb([9_000_u16, 1, 2]));
        picture.save(own.image(2).with_extension("png")).unwrap();
        fs::remove_file(own.image(2)).unwrap();
    };
    finds(deep, "sixteen-bits", &["JPEGImages/scene_0003.png: 16 bits a channel"]);
    let project = Project::with_scenes(6);
    let map: ImageBuffer<Luma<u16>, Vec<u16>> =
        ImageBuffer::from_fn(64, 56, |x, _| Luma([(x * 1000) as u16]));
    map.save(project.saliency(1)).unwrap();
    let ended = check(&project).run();
    assert!(
        ended.stdout.contains("SALImages/scene_0002.png: 16 bits, expected 8-bit grey"),
        "{}",
        ended.stdout
    );
}

#[test]
fn images_without_labels() {
    let table = |own: &Project, change: &dyn Fn(&str) -> Option<String>| {
        let path = own.data().join("cls_labels.csv");
        let rows = fs::read_to_string(&path).unwrap();
        let rows: Vec<String> = rows.lines().filter_map(change).collect();
        fs::write(path, rows.join("\n")).unwrap();
    };
    let empty = |row: &str| match row.strip_prefix("scene_0003,") {
        Some(flags) => Some(format!("scene_0003,{}", flags.replace('1', "0"))),
        None => Some(row.to_owned()),
    };
    finds(|own| table(own, &empty), "empty-labels", &["cls_labels.csv: no class for `scene_0003`"]);
    let gone = |row: &str| (!row.starts_with("scene_0003,")).then(|| row.to_owned());
    finds(|own| table(own, &gone), "broken-labels", &["cls_labels.csv: no row for `scene_0003`"]);
    finds(
        |own| fs::remove_file(own.data().join("cls_labels.csv")).unwrap(),
        "no-labels",
        &["data: no image labels"],
    );
}

#[test]
fn a_disk_without_room_for_the_run() {
    let project = Project::with_scenes(2);
    let call = check(&project).with("--reserve", "9000000T").with("--out", project.path("run"));
    names(&project, call, "disk-space", &["run: ", " free", "checkpoints, maps and masks"]);
}

#[test]
fn notes_are_no_faults() {
    let project = Project::with_scenes(6);
    (0..6).for_each(|index| with_values(&project, index, |value| if value > 99 { 255 } else { 0 }));
    fs::copy(project.image(0), project.image(0).with_extension("png")).unwrap();
    let mask = read_mask(&project.mask(1), 7).unwrap();
    let grey = SaliencyMap::new(mask.size(), mask.classes().to_vec());
    write_saliency(&project.mask(1), &grey).unwrap();
    let ended = check(&project).succeeds();
    for part in [
        "SALImages: two values in each of 6 maps",
        "scene_0001.png: another photograph of the same id",
        "scene_0002.png: 1 grey among 5 palette masks",
    ] {
        assert!(ended.stdout.contains(part), "no `{part}` in {}", ended.stdout);
    }
}

#[test]
fn many_findings_of_a_kind_are_cut_and_counted() {
    let project = Project::with_scenes(6);
    (0..6).for_each(|index| fs::remove_file(project.mask(index)).unwrap());
    let lines = |limit: &str| check(&project).with("--limit", limit).run().stdout;
    let short = lines("2");
    assert_eq!(short.matches("fault: ").count(), 2, "{short}");
    assert!(short.contains("and 4 more of this kind"), "{short}");
    assert_eq!(lines("0").matches("fault: ").count(), 6);
}

#[test]
fn a_list_that_is_not_there_is_an_error() {
    let project = Project::with_scenes(2);
    check(&project).with("--list", "trian").refuses(&["trian.txt: image list is missing"]);
}
