//! Classes by names that other programs spell otherwise.

use super::ClassNames;
use crate::ClassId;

/// Names that one kind of object has in different data sets, in lower case and without blanks.
const ALIASES: [&[&str]; 4] = [
    &["aeroplane", "airplane"],
    &["motorbike", "motorcycle"],
    &["sofa", "couch"],
    &["tvmonitor", "tv", "television"],
];

/// How a name stands to those of the classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Exactly(ClassId),
    /// The one class whose name differs in case, blanks, underscores or hyphens alone, or is what
    /// another data set calls it, as `airplane` and `aeroplane`.
    Otherwise(ClassId),
    Unknown,
}

impl Named {
    /// The class, however it is spelled.
    pub fn class(self) -> Option<ClassId> {
        match self {
            Self::Exactly(class) | Self::Otherwise(class) => Some(class),
            Self::Unknown => None,
        }
    }
}

impl ClassNames {
    /// The class that a name means.
    pub fn find(&self, name: &str) -> Named {
        if let Some(class) = self.index(name) {
            return Named::Exactly(class);
        }
        let name = plain(name);
        let class = self
            .only_one(|candidate| candidate == name)
            .or_else(|| self.only_one(|candidate| are_aliases(candidate, &name)));
        class.map_or(Named::Unknown, Named::Otherwise)
    }

    /// The class whose plain name is meant; `None` if there are several.
    fn only_one(&self, is_meant: impl Fn(&str) -> bool) -> Option<ClassId> {
        let mut classes =
            self.iter().enumerate().filter(|(_, candidate)| is_meant(&plain(candidate)));
        let first = classes.next().map(|(class, _)| class as ClassId);
        first.filter(|_| classes.next().is_none())
    }
}

/// Whether two plain names are those of one kind of object.
fn are_aliases(name: &str, other: &str) -> bool {
    ALIASES.iter().any(|names| names.contains(&name) && names.contains(&other))
}

/// A name in lower case without what stands between its words.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| !letter.is_whitespace() && !"_-/".contains(*letter));
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_another_spelling_is_found_where_one_class_can_be_meant() {
        let voc = ClassNames::voc();
        assert_eq!(voc.find("dog"), Named::Exactly(12));
        #[rustfmt::skip]
        let cases = [
            ("Dog", 12), ("dining table", 11), ("potted_plant", 16), ("tv/monitor", 20), ("TV", 20),
            ("airplane", 1), ("motorcycle", 14), ("couch", 18), ("TRAIN", 19), ("BACKGROUND", 0),
        ];
        for (name, class) in cases {
            assert_eq!(voc.find(name), Named::Otherwise(class), "{name}");
        }
        for name in ["railroad", "", "dogs"] {
            assert_eq!(voc.find(name), Named::Unknown, "{name}");
        }
    }

    #[test]
    fn a_name_that_two_classes_could_mean_is_unknown() {
        let names = ClassNames::of_objects(["a b", "a_b", "tv", "television"]);
        assert_eq!(names.find("a_b"), Named::Exactly(2));
        assert_eq!(names.find("a-b"), Named::Unknown);
        assert_eq!(names.find("tvmonitor"), Named::Unknown);
        assert_eq!(names.find("television"), Named::Exactly(4));
    }
}
