//! The table of object classes and the stuff that comes with them.

use super::{
    canvas::Canvas,
    dice::Dice,
    objects,
    pen::Pen,
    plan::{Part, Place},
    stuff,
};
use crate::{ClassId, ClassNames, class_of};

/// An object class of the scenes and the stuff that almost always comes with it.
pub struct SceneClass {
    pub name: &'static str,
    /// What the stuff is; labels never name it.
    pub stuff: &'static str,
    pub(super) place: Place,
    pub(super) paint_object: fn(&mut Pen<'_>, &mut Dice),
    pub(super) paint_stuff: fn(&mut Canvas, &Part, &mut Dice),
}

/// Object classes in mask order: the first is class 1.
pub static SCENE_CLASSES: [SceneClass; 6] = [
    SceneClass {
        name: "train",
        stuff: "railroad",
        place: Place::Lower,
        paint_object: objects::train,
        paint_stuff: stuff::railroad,
    },
    SceneClass {
        name: "boat",
        stuff: "water",
        place: Place::Lower,
        paint_object: objects::boat,
        paint_stuff: stuff::water,
    },
    SceneClass {
        name: "aeroplane",
        stuff: "clouds",
        place: Place::Upper,
        paint_object: objects::aeroplane,
        paint_stuff: stuff::clouds,
    },
    SceneClass {
        name: "car",
        stuff: "road",
        place: Place::Lower,
        paint_object: objects::car,
        paint_stuff: stuff::road,
    },
    SceneClass {
        name: "cow",
        stuff: "meadow",
        place: Place::Lower,
        paint_object: objects::cow,
        paint_stuff: stuff::meadow,
    },
    SceneClass {
        name: "bird",
        stuff: "foliage",
        place: Place::Upper,
        paint_object: objects::bird,
        paint_stuff: stuff::foliage,
    },
];

/// Names of the scenes' classes, in the order of [`SCENE_CLASSES`].
pub fn class_names() -> ClassNames {
    ClassNames::of_objects(SCENE_CLASSES.iter().map(|class| class.name))
}

/// The classes as masks spell them.
pub(super) fn class_ids() -> [ClassId; SCENE_CLASSES.len()] {
    std::array::from_fn(class_of)
}

/// The row of an object class.
pub(super) fn scene_class(class: ClassId) -> &'static SceneClass {
    &SCENE_CLASSES[crate::channel_of(class)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_table() {
        let names = class_names();
        assert_eq!(names.objects(), 6);
        for class in class_ids() {
            assert_eq!(names.name(class), scene_class(class).name);
        }
    }
}
