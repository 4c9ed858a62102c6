//! Lists, tables, names and annotations as other programs write them.

use crate::call::{Call, Ended, eps};
use crate::project::Project;
use eps_data::codec::{write_jpeg, write_mask};
use eps_data::{LabelMap, RgbImage, Size};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A data set of the images a, b and c with the classes cat and dog.
struct Small {
    folder: TempDir,
}

impl Small {
    fn new() -> Self {
        let small = Self { folder: tempfile::tempdir().unwrap() };
        let image = RgbImage::from_fn(40, 30, |x, y| [x as u8, y as u8, 90].into());
        for (id, class) in [("a", 1), ("b", 2), ("c", 1)] {
            write_jpeg(&small.path("JPEGImages").join(format!("{id}.jpg")), &image, 90).unwrap();
            let mut classes = vec![class; 1200];
            classes[..40].fill(0);
            let mask = LabelMap::new(Size::new(40, 30), classes);
            write_mask(&small.path("SegmentationClass").join(format!("{id}.png")), &mask).unwrap();
        }
        small.write("classes.txt", "cat\ndog\n");
        small.write("ImageSets/Segmentation/train.txt", "a\nb\nc\n");
        small
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn annotate(&self, id: &str, xml: &str) {
        self.write(&format!("Annotations/{id}.xml"), xml);
    }

    fn data(&self, command: &str) -> Call {
        eps("data").and(command).with("--data", self.folder.path())
    }

    /// The labels of a list.
    fn labels(&self, list: impl AsRef<Path>) -> Ended {
        self.data("labels").with("--list", list.as_ref()).succeeds()
    }

    fn evaluate(&self) -> Call {
        let masks = self.path("SegmentationClass");
        eps("evaluate")
            .with("--truth", &masks)
            .with("--predictions", &masks)
            .with("--list", self.path("ImageSets/Segmentation/train.txt"))
    }
}

fn xml(names: &[&str]) -> String {
    let objects: String =
        names.iter().map(|name| format!("<object><name>{name}</name></object>")).collect();
    format!("<annotation>{objects}</annotation>")
}

/// The lines of a text that begin so.
fn lines<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    text.lines().filter(|line| line.starts_with(start)).collect()
}

#[test]
fn names_in_another_spelling_are_read_and_unknown_ones_counted_once() {
    let small = Small::new();
    small.annotate("a", &xml(&["Dog", "van"]));
    small.annotate("b", &xml(&["cat", "van"]));
    small.annotate("c", &xml(&["Dog"]));
    let ended = small.labels("train");
    assert_eq!(ended.stdout, "id,cat,dog\na,0,1\nb,1,0\nc,0,1\n");
    let notes = lines(&ended.stderr, "note: ");
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains(
        "2 objects of classes that the data set does not have, `van` (2, first in a.xml): left out"
    ));
    assert!(
        notes[1].contains("2 objects in another spelling: read `Dog` as `dog` (2, first in a.xml)")
    );
    let check = small.data("check").run();
    assert!(check.stdout.contains("`van` (2, first in a.xml), left out"), "{}", check.stdout);
    assert!(check.stdout.contains("read `Dog` as `dog`"), "{}", check.stdout);
}

#[test]
fn an_image_whose_objects_are_all_unknown_is_a_fault() {
    let small = Small::new();
    small.annotate("a", &xml(&["cat"]));
    small.annotate("b", &xml(&["dog"]));
    small.annotate("c", &xml(&["van"]));
    let check = small.data("check").run();
    assert_eq!(check.status, Some(1));
    assert!(check.stdout.contains("Annotations/c.xml: no class for `c`"), "{}", check.stdout);
}

#[test]
fn annotations_are_read_as_pythons_xml_reads_them() {
    let small = Small::new();
    small.write("classes.txt", "R&D\ncat\n");
    small.annotate("a", &xml(&["R&amp;D"]));
    small.annotate("b", "<Annotation><object><name><![CDATA[cat]]></name></object></Annotation>");
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<a><owner><name>Jos\xe9</name></owner><object><name>cat</name></object></a>";
    small.write("Annotations/c.xml", latin);
    assert_eq!(small.labels("train").stdout, "id,R&D,cat\na,1,0\nb,0,1\nc,0,1\n");
    small.write("Annotations/c.xml", &latin[44..]);
    small.data("labels").refuses(&["c.xml: ", "no UTF-8, and no other encoding is declared"]);
}

#[test]
fn every_photograph_is_one_of_all() {
    let small = Small::new();
    let image = |name: &str| small.path("JPEGImages").join(name);
    fs::rename(image("b.jpg"), image("b.JPG")).unwrap();
    fs::rename(image("c.jpg"), image("c.jpeg")).unwrap();
    small.write("JPEGImages/._a.jpg", "");
    small.write("cls_labels.csv", "id,cat,dog\na,1,0\nb,0,1\nc,1,0\n");
    let ended = small.labels("all");
    assert_eq!(ended.stdout, "id,cat,dog\na,1,0\nb,0,1\nc,1,0\n");
    let check = small.data("check").with("--list", "all").succeeds();
    assert!(check.stdout.contains("3 images of `all`, 2 classes; 3 photographs decoded"));
    small.data("browse").with("--list", "all").with("--out", small.path("look")).succeeds();
}

#[test]
fn lists_of_other_programs_are_lists() {
    let small = Small::new();
    small.write("cls_labels.csv", "id,cat,dog\na,1,0\nb,0,1\nc,1,0\n");
    let list = |text: &[u8]| {
        let path = small.write("mine.txt", text);
        small.data("list").with("--list", path).succeeds()
    };
    let utf_16: Vec<u8> = "\u{feff}a\nb\nc\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    #[rustfmt::skip]
    let lists: [(&[u8], usize); 6] = [
        (&utf_16, 0),
        (b"a.jpg\nb.JPG\nc.png\n", 1),
        (b"JPEGImages/a.jpg SegmentationClass/a.png\nJPEGImages/b.jpg SegmentationClass/b.png\nc\n", 0),
        (b"a 0 \nb 1 \nc 0 1 \n", 1),
        (b"a -1\nb  1\nc  0\n", 1),
        (b"/JPEGImages/a.jpg\nb\nc\n", 0),
    ];
    for (text, notes) in lists {
        let ended = list(text);
        assert_eq!(ended.stdout, "a\nb\nc\n", "{}", String::from_utf8_lossy(text));
        assert_eq!(lines(&ended.stderr, "note: ").len(), notes, "{}", ended.stderr);
    }
    for (line, reason) in
        [("id,0|2|5", "`,` in it"), ("my photo", "a blank in it"), ("x/a", "a folder in it")]
    {
        let path = small.write("mine.txt", format!("a\n{line}\n"));
        small.data("list").with("--list", path).refuses(&["mine.txt:2: ", line, reason]);
    }
}

#[test]
fn a_list_with_numbers_of_classes_is_a_source_of_labels() {
    let small = Small::new();
    let path = small.write("train_cls.txt", "a 0 \nb 1 \nc 0 1 \n");
    let expected = "id,cat,dog\na,1,0\nb,0,1\nc,1,1\n";
    // Where nothing else is a source, and where a flag says so.
    assert_eq!(small.labels(&path).stdout, expected);
    small.write("cls_labels.csv", "id,cat,dog\na,0,1\nb,0,1\nc,0,1\n");
    assert_ne!(small.labels(&path).stdout, expected);
    let given = small.data("labels").with("--labels", &path).succeeds();
    assert_eq!(given.stdout, expected);
    let path = small.write("train_cls.txt", "a 0\nb 2\nc 1\n");
    small
        .data("labels")
        .with("--labels", path)
        .refuses(&["train_cls.txt:2: class 2, expected 0 to 1"]);
}

#[test]
fn names_of_classes_are_read_in_every_form_and_written_so_that_they_are_read() {
    let small = Small::new();
    let forms = [
        "0 background\n1 cat\n2 dog\n",
        "\u{feff}cat\ndog\n",
        "background\ncat\ndog\n",
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:128,0,0::\ndog:0,128,0::\n",
    ];
    let plain = small.evaluate().with("--classes", small.path("classes.txt")).succeeds().stdout;
    for text in forms {
        let labels = small.write("labels.txt", text);
        let ended =
            small.evaluate().with("--classes", labels).with("--protocol", "seam").succeeds();
        assert_eq!(lines(&ended.stdout, "| cat").len(), lines(&plain, "| cat").len());
        assert!(!ended.stdout.contains("0 background") && !ended.stdout.contains("2 dog"));
    }
    small.write("classes.txt", "car,cars\ndog\n");
    let table = small.path("labels.csv");
    let labels = || small.data("labels");
    labels().with("--labels", "masks").with("--out", &table).succeeds();
    assert_eq!(fs::read_to_string(&table).unwrap().lines().next(), Some("id,\"car,cars\",dog"));
    let again = labels().with("--labels", &table).succeeds().stdout;
    assert_eq!(again, fs::read_to_string(&table).unwrap());
}

#[test]
fn names_of_coco_are_written_so_that_they_are_read() {
    let small = Small::new();
    let categories = [
        r#"{"id": 0, "name": "cat"}, {"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}"#,
        r#"{"id": 0, "name": "background"}, {"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}"#,
        r#"{"id": 1, "name": "traffic light"}, {"id": 2, "name": "traffic_light"}"#,
    ];
    let expected = ["cat_0\ncat_1\ndog\n", "cat\ndog\n", "traffic_light_1\ntraffic_light_2\n"];
    for ((categories, names), number) in categories.into_iter().zip(expected).zip(0..) {
        let (file, out) =
            (small.write("i.json", coco(categories, POLYGON)), small.path(&format!("m{number}")));
        let masks = || eps("data").and("masks").with("--instances", &file).with("--out", &out);
        masks().succeeds();
        assert_eq!(fs::read_to_string(out.join("classes.txt")).unwrap(), names);
        let list = small.write("ab.txt", "a\nb\n");
        let call = eps("evaluate").with("--truth", &out).with("--predictions", &out);
        call.with("--list", list).succeeds();
    }
}

const POLYGON: &str = "[[5, 5, 20, 5, 20, 20, 5, 20]]";

/// A file of the images a and b with an object of category 1 and 2, the first with this segmentation.
fn coco(categories: &str, segmentation: &str) -> String {
    let image = |id: usize, name: &str| {
        format!(r#"{{"id": {id}, "file_name": "{name}.jpg", "width": 40, "height": 30}}"#)
    };
    let annotation = |id: usize, segmentation: &str| {
        format!(
            r#"{{"id": {id}, "image_id": {id}, "category_id": {id}, "segmentation": {segmentation}}}"#
        )
    };
    let images = [image(1, "a"), image(2, "b")].join(", ");
    let annotations = [annotation(1, segmentation), annotation(2, POLYGON)].join(", ");
    format!(
        r#"{{"images": [{images}], "annotations": [{annotations}], "categories": [{categories}]}}"#
    )
}

#[test]
fn objects_with_boxes_alone_are_said() {
    let small = Small::new();
    let categories = r#"{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}"#;
    let four = small.write("four.json", coco(categories, "[[5, 5, 15, 10]]"));
    let masks = |file: &Path, out: &str| {
        eps("data").and("masks").with("--instances", file).with("--out", small.path(out))
    };
    let ended = masks(&four, "four").succeeds();
    let note = "1 of 2 objects without polygons or run lengths, first annotation 1 of a";
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
    let boxes = small.write("boxes.json", coco(categories, "[]").replace(POLYGON, "[]"));
    masks(&boxes, "boxes").refuses(&["boxes.json: no mask of any of 2 objects"]);
    assert!(!small.path("boxes").exists());
}

#[test]
fn a_file_of_other_content_is_replaced_only_by_force() {
    let project = Project::with_scenes(4);
    for command in ["labels", "list"] {
        let out = project.path(command);
        let call = || eps("data").and(command).with("--data", project.data()).with("--out", &out);
        call().succeeds();
        let right = fs::read(&out).unwrap();
        call().succeeds();
        fs::write(&out, "mine\n").unwrap();
        call().refuses(&[command, "a file with other content is there", "--force"]);
        assert_eq!(fs::read_to_string(&out).unwrap(), "mine\n");
        call().and("--force").succeeds();
        assert_eq!(fs::read(&out).unwrap(), right);
    }
}

#[test]
fn a_data_folder_that_is_none_or_one_level_off_is_named() {
    let small = Small::new();
    let labels = |data: PathBuf| eps("data").and("labels").with("--data", data);
    labels(small.path("no")).refuses(&["no: no such folder, expected the folder of a data set"]);
    let right = format!("{} looks like one", small.folder.path().join("VOC2012").display());
    fs::create_dir(small.path("VOC2012")).unwrap();
    for name in ["JPEGImages", "ImageSets", "SegmentationClass"] {
        fs::rename(small.path(name), small.path("VOC2012").join(name)).unwrap();
    }
    labels(small.folder.path().into())
        .refuses(&["no folder JPEGImages, expected a data set; ", &right]);
    labels(small.path("VOC2012/ImageSets"))
        .refuses(&["no folder JPEGImages, expected a data set; ", "VOC2012"]);
}
