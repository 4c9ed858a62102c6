//! The categories of a file as classes.

use super::file::Surprise;
use super::parse::{CocoId, RawCategory};
use crate::class_names::{NameProblem, is_background};
use crate::remark::{Remark, RemarkKind};
use crate::{ClassId, ClassNames, class_of};
use std::collections::HashMap;
use std::path::Path;

/// Classes by category; background has none.
type Classes = HashMap<CocoId, Option<ClassId>>;

/// Names by class, classes by category, and what is said of them.
///
/// Categories become classes in the order of their ids, whatever annotations there are, so that the
/// files of two splits agree. The first one may be background. Those that share a name, as files of
/// Roboflow have it, get their ids behind it.
pub(super) fn classes(
    path: &Path,
    mut categories: Vec<RawCategory<'_>>,
) -> Result<(ClassNames, Classes, Vec<Remark>), Surprise> {
    categories.sort_by(|one, other| one.id.cmp(&other.id));
    let background =
        usize::from(categories.first().is_some_and(|category| is_background(&category.name)));
    let objects = &categories[background..];
    if objects.is_empty() || objects.len() > 254 {
        return Err((format!("{} categories of objects", objects.len()), "1 to 254".into()));
    }
    let (names, remark) = names(path, objects)?;
    let mut classes: Classes = HashMap::new();
    let channels = (0..objects.len()).map(|channel| Some(class_of(channel)));
    let of_category = vec![None; background].into_iter().chain(channels);
    for (category, class) in categories.iter().zip(of_category) {
        if classes.insert(category.id.clone(), class).is_some() {
            return Err((format!("category {} again", category.id), "each id once".into()));
        }
    }
    Ok((names, classes, remark.into_iter().collect()))
}

/// Names without blanks, each once.
fn names(
    path: &Path,
    categories: &[RawCategory<'_>],
) -> Result<(ClassNames, Option<Remark>), Surprise> {
    let plain: Vec<String> =
        categories.iter().map(|category| in_one_word(&category.name)).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    plain.iter().for_each(|name| *counts.entry(name).or_default() += 1);
    let shared: Vec<usize> =
        (0..plain.len()).filter(|&index| counts[plain[index].as_str()] > 1).collect();
    let mut names = plain.clone();
    for &index in &shared {
        let with_id = format!("{} {}", plain[index], categories[index].id);
        names[index] = in_one_word(&with_id.replace('`', ""));
    }
    let checked = ClassNames::checked(&names).map_err(|problem| match problem {
        NameProblem::Count(count) => (format!("{count} categories"), "1 to 254".into()),
        NameProblem::Name { index, expected, .. } => {
            let RawCategory { id, name } = &categories[index];
            (format!("category {id} `{}`", name.escape_debug()), expected)
        }
    })?;
    let remark = shared.first().map(|&first| {
        let count = shared.len();
        let name = &categories[first].name;
        let found = format!("{count} categories that share a name, first `{name}`");
        let taken = format!("told apart by their ids, as `{}`", names[first]);
        Remark::new(RemarkKind::RenamedCategories, path, count, found, taken)
    });
    Ok((checked, remark))
}

/// A name with underscores for its blanks.
fn in_one_word(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    /// Names and what is said of categories with these ids and names.
    fn read(categories: &[(i64, &'static str)]) -> Result<(Vec<String>, Vec<String>), String> {
        let raw =
            |&(id, name): &_| RawCategory { id: CocoId::Number(id), name: Cow::Borrowed(name) };
        let categories = categories.iter().map(raw).collect();
        let (names, _, remarks) = classes(Path::new("a.json"), categories)
            .map_err(|(found, expected)| format!("{found}, expected {expected}"))?;
        let names = names.iter().skip(1).map(str::to_owned).collect();
        Ok((names, remarks.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn categories_are_classes_by_ascending_id_and_background_is_none() {
        let (names, remarks) = read(&[(9, "stop sign"), (2, "car"), (0, "background")]).unwrap();
        assert_eq!(names, ["car", "stop_sign"]);
        assert_eq!(remarks, [""; 0]);
        let refused = read(&[(1, "car"), (5, "background")]).unwrap_err();
        assert!(refused.starts_with("category 5 `background`, expected object classes alone"));
        assert!(read(&[(0, "background")]).unwrap_err().starts_with("0 categories of objects"));
        assert!(read(&[(1, " ")]).unwrap_err().starts_with("category 1 ` `, expected a name"));
    }

    #[test]
    fn categories_of_one_name_are_told_apart_by_their_ids() {
        let (names, remarks) = read(&[(0, "cat"), (1, "cat"), (2, "dog")]).unwrap();
        assert_eq!(names, ["cat_0", "cat_1", "dog"]);
        let expected = "a.json: 2 categories that share a name, first `cat`: told apart by their ids, as `cat_0`";
        assert_eq!(remarks, [expected]);
        let (names, _) = read(&[(1, "traffic light"), (2, "traffic_light")]).unwrap();
        assert_eq!(names, ["traffic_light_1", "traffic_light_2"]);
        let refused = read(&[(0, "cat"), (1, "cat"), (2, "cat_0")]).unwrap_err();
        assert_eq!(refused, "category 2 `cat_0`, expected each class once");
    }
}
