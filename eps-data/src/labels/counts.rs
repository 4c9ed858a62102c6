//! How often the labels occur.

use crate::{ClassNames, ClassSet, counted};

/// The images of each class, and of each number of classes, as lines of text.
pub fn counts_text(sets: &[ClassSet], names: &ClassNames) -> String {
    let mut lines = vec![format!("{:<20} {:>8}", "class", "images")];
    for (class, name) in names.iter().enumerate().skip(1) {
        let images = sets.iter().filter(|set| set.contains(class as u8)).count();
        lines.push(format!("{name:<20} {images:>8}"));
    }
    let labels: usize = sets.iter().map(ClassSet::len).sum();
    let most = sets.iter().map(ClassSet::len).max().unwrap_or(0);
    lines.push(format!("{}, {}", counted(sets.len(), "image"), counted(labels, "label")));
    for count in 0..=most {
        let images = sets.iter().filter(|set| set.len() == count).count();
        if images > 0 {
            let classes = if count == 1 { "class" } else { "classes" };
            lines.push(format!("with {count} {classes}: {}", counted(images, "image")));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_images_are_counted_and_numbers_of_classes_that_no_image_has_left_out() {
        let names = ClassNames::of_objects(["cat", "dog"]);
        let sets = [vec![1, 2], vec![1, 2], vec![]].map(|classes| classes.into_iter().collect());
        let text = counts_text(&sets, &names);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1].split_whitespace().collect::<Vec<_>>(), ["cat", "2"]);
        let rest = ["3 images, 4 labels", "with 0 classes: 1 image", "with 2 classes: 2 images"];
        assert_eq!(lines[3..], rest);
    }
}
