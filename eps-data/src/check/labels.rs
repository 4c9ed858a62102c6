//! Faults of image labels: none, unreadable ones, classes that no image has.

use super::{Finding, Kind};
use crate::{ClassId, ClassNames, ClassSet, DataError, DataSet, ImageList, LabelSource};
use std::path::{Path, PathBuf};

/// Labels of each image of a list; `None` where there are none.
pub(super) struct CheckedLabels {
    /// Where they come from; `None` if there is no source.
    pub(super) source: Option<LabelSource>,
    pub(super) of_images: Vec<Option<ClassSet>>,
}

impl CheckedLabels {
    /// Reads the labels of a list, which comes with its name or path, from `given`, or from what the
    /// folder or the list has.
    pub(super) fn read(
        folder: &DataSet,
        given: Option<&LabelSource>,
        list: (&ImageList, &str),
        names: &ClassNames,
        findings: &mut Vec<Finding>,
    ) -> Self {
        let (list, name_or_path) = list;
        let source = match given {
            Some(source) => Ok(source.clone()),
            None => folder.labels_for(list, name_or_path),
        };
        let source = match source {
            Ok(source) => source,
            Err(error) => {
                let remedy = "write cls_labels.csv (eps data labels), or name a file with --labels";
                findings.push(Finding::of_error(Kind::NoLabels, &folder.root, &error, remedy));
                return Self { source: None, of_images: vec![None; list.ids.len()] };
            }
        };
        let of_images = read_each(&source, list, names, findings);
        let labels = Self { source: Some(source), of_images };
        labels.empty(&list.ids, findings);
        labels.unused(names, findings);
        labels
    }

    /// Images that no class is in.
    fn empty(&self, ids: &[String], findings: &mut Vec<Finding>) {
        let Some(source) = &self.source else { return };
        let images = ids.iter().zip(&self.of_images);
        let empty = images.filter(|(_, labels)| labels.is_some_and(|classes| classes.is_empty()));
        findings.extend(empty.map(|(id, _)| {
            Finding::new(
                Kind::EmptyLabels,
                file_of(source, id),
                format!("no class for `{id}`"),
                "at least one object class",
                format!("label it, or take `{id}` out of the list: it contributes only negatives"),
            )
        }));
    }

    /// Classes that no image has.
    fn unused(&self, names: &ClassNames, findings: &mut Vec<Finding>) {
        let Some(source) = &self.source else { return };
        let used: ClassSet = self
            .of_images
            .iter()
            .flatten()
            .flat_map(|classes| classes.iter().collect::<Vec<_>>())
            .collect();
        let unused: Vec<&str> = (1..names.len())
            .map(|class| class as ClassId)
            .filter(|&class| !used.contains(class))
            .map(|class| names.name(class))
            .collect();
        if !unused.is_empty() && !used.is_empty() {
            findings.push(Finding::new(
                Kind::UnusedClass,
                path_of(source),
                format!("no image with {}", unused.join(", ")),
                "images of every class",
                "this class has no positive example; fine for a part of a data set",
            ));
        }
    }
}

/// The classes of each image of a list, as far as they can be read.
fn read_each(
    source: &LabelSource,
    list: &ImageList,
    names: &ClassNames,
    findings: &mut Vec<Finding>,
) -> Vec<Option<ClassSet>> {
    match source.load_each(list, names) {
        Ok((rows, remarks)) => {
            // Those of the list are findings already.
            let remarks = remarks.iter().filter(|remark| !list.remarks.contains(remark));
            findings.extend(remarks.map(Finding::of_remark));
            rows.into_iter()
                .map(|row| row.map_err(|error| findings.push(refused(&error))).ok())
                .collect()
        }
        Err(error) => {
            findings.push(refused(&error));
            vec![None; list.ids.len()]
        }
    }
}

fn refused(error: &DataError) -> Finding {
    let path = error.path().to_owned();
    let remedy = match path.extension().and_then(|ending| ending.to_str()) {
        Some("xml") => "put the file right or copy it again, or name other labels with --labels",
        Some("png") => "put the mask right, or name other labels with --labels",
        _ => "put the file right, or name other labels with --labels",
    };
    Finding::of_error(Kind::BrokenLabels, &path, error, remedy)
}

/// The file or folder of the labels.
fn path_of(source: &LabelSource) -> &Path {
    match source {
        LabelSource::Csv(path)
        | LabelSource::Npy(path)
        | LabelSource::Annotations(path)
        | LabelSource::Masks(path) => path,
        LabelSource::Instances(file) => file.path(),
        // Such labels are in no file, and nothing can be wrong with them.
        LabelSource::Predicted => Path::new(""),
    }
}

/// The file that holds the labels of an image.
fn file_of(source: &LabelSource, id: &str) -> PathBuf {
    match source {
        LabelSource::Annotations(folder) => folder.join(format!("{id}.xml")),
        LabelSource::Masks(folder) => folder.join(format!("{id}.png")),
        source => path_of(source).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Severity;
    use std::fs;

    fn checked(table: &str, ids: &[&str]) -> (Vec<Option<usize>>, Vec<(Kind, String)>) {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("cls_labels.csv"), table).unwrap();
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        let names = ClassNames::of_objects(["boat", "cow"]);
        let mut findings = Vec::new();
        let folder = DataSet::voc(root.path());
        let list = ImageList::new("a", ids);
        let labels = CheckedLabels::read(&folder, None, (&list, "a"), &names, &mut findings);
        let counts = labels.of_images.iter().map(|row| row.map(|classes| classes.len())).collect();
        (counts, findings.into_iter().map(|finding| (finding.kind, finding.found)).collect())
    }

    #[test]
    fn images_without_row_and_without_class_are_all_named() {
        let table = "id,boat,cow\na,1,0\nb,0,0\nc,1,1\n";
        let (counts, findings) = checked(table, &["x", "a", "b", "y", "c"]);
        assert_eq!(counts, [None, Some(1), Some(0), None, Some(2)]);
        let expected = [
            (Kind::BrokenLabels, "no row for `x`"),
            (Kind::BrokenLabels, "no row for `y`"),
            (Kind::EmptyLabels, "no class for `b`"),
        ];
        assert_eq!(findings.len(), 3, "{findings:?}");
        for ((kind, found), (expected_kind, expected)) in findings.iter().zip(expected) {
            assert_eq!((*kind, found.as_str()), (expected_kind, expected));
        }
    }

    #[test]
    fn objects_of_unknown_classes_and_other_spellings_are_notes() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("Annotations")).unwrap();
        for (id, name) in [("a", "Boat"), ("b", "van"), ("c", "cow")] {
            let text = format!("<annotation><object><name>{name}</name></object></annotation>");
            fs::write(root.path().join(format!("Annotations/{id}.xml")), text).unwrap();
        }
        let names = ClassNames::of_objects(["boat", "cow"]);
        let list = ImageList::new("x", ["a", "b", "c"].map(String::from).to_vec());
        let mut findings = Vec::new();
        let folder = DataSet::voc(root.path());
        let labels = CheckedLabels::read(&folder, None, (&list, "x"), &names, &mut findings);
        let counts: Vec<_> = labels.of_images.iter().map(|row| row.unwrap().len()).collect();
        assert_eq!(counts, [1, 0, 1]);
        let kinds: Vec<_> =
            findings.iter().map(|finding| (finding.kind, finding.severity)).collect();
        let expected = [
            (Kind::UnknownObjects, Severity::Note),
            (Kind::OtherSpelling, Severity::Note),
            (Kind::EmptyLabels, Severity::Fault),
        ];
        assert_eq!(kinds, expected);
        assert!(findings[0].found.contains("`van` in b.xml"), "{}", findings[0].found);
        assert!(findings[1].found.ends_with("read `Boat` as `boat` in a.xml"));
    }

    #[test]
    fn a_class_without_images_is_noted() {
        let (_, findings) = checked("id,boat,cow\na,1,0\n", &["a"]);
        assert_eq!(findings, [(Kind::UnusedClass, "no image with cow".into())]);
    }

    #[test]
    fn a_broken_table_is_one_finding() {
        let (counts, findings) = checked("id,boat,sheep\na,1,0\n", &["a", "b"]);
        assert_eq!(counts, [None, None]);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].0, Kind::BrokenLabels);
    }
}
