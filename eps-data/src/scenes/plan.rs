//! What a scene shows and where, before anything is painted.

use super::{
    area::Area,
    canvas::{Canvas, Owner},
    colour::Colour,
    dice::Dice,
    scene_class::{class_ids, scene_class},
    shape::Point,
};
use crate::ClassId;

/// Share of images that show two classes.
const TWO_CLASSES: f32 = 0.25;

/// Share of objects whose stuff is there.
const STUFF_WITH_OBJECT: f32 = 0.95;

/// Share of one-class images that show another class's stuff without its object.
const STUFF_ALONE: f32 = 0.03;

/// Share of one-class images with two objects.
const TWO_OBJECTS: f32 = 0.3;

/// Where in the picture a class's stuff is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Seen from above up to a horizon; objects stand on it.
    Lower,
    /// In the upper part; objects are in front of it.
    Upper,
}

/// Where an object stands and how wide it is, in picture widths.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) x: f32,
    /// Where its foot is.
    pub(super) y: f32,
    pub(super) width: f32,
}

/// One class of a scene: its area, whether its stuff fills it, and its objects from back to front.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) class: ClassId,
    pub(super) area: Area,
    pub(super) has_stuff: bool,
    /// Empty for stuff without its object.
    pub(super) spots: Vec<Spot>,
}

impl Part {
    pub(super) fn stuff_owner(&self) -> Owner {
        Owner::Stuff(self.class)
    }

    /// Paints the stuff all over the area.
    pub(super) fn fill_area(&self, canvas: &mut Canvas, colour: impl Fn(Point) -> Colour) {
        canvas.cover(self.stuff_owner(), |p| self.area.contains(p).then(|| colour(p)));
    }
}

/// Plans a scene of one or two parts in a picture of the given height in widths.
pub(super) fn plan(height: f32, dice: &mut Dice) -> Vec<Part> {
    let first = dice.pick(&class_ids());
    let others = class_ids().into_iter().filter(|&class| class != first).collect::<Vec<_>>();
    let second = dice.pick(&others);
    if dice.chance(TWO_CLASSES) {
        return [first, second]
            .into_iter()
            .zip(shared_areas(first, second, height, dice))
            .map(|(class, area)| part(class, area, 1, dice))
            .collect();
    }
    let objects = if dice.chance(TWO_OBJECTS) { 2 } else { 1 };
    if dice.chance(STUFF_ALONE) {
        let [area, foreign] = shared_areas(first, second, height, dice);
        let alone = Part { class: second, area: foreign, has_stuff: true, spots: vec![] };
        return vec![alone, part(first, area, 1, dice)];
    }
    let area = own_area(first, height, dice);
    vec![part(first, area, objects, dice)]
}

fn part(class: ClassId, area: Area, objects: usize, dice: &mut Dice) -> Part {
    let mut spots: Vec<_> = (0..objects)
        .map(|i| spot(class, &area, i as f32 / objects as f32, objects, dice))
        .collect();
    spots.sort_by(|a, b| a.y.total_cmp(&b.y));
    Part { class, area, has_stuff: dice.chance(STUFF_WITH_OBJECT), spots }
}

/// The area of a class that has the picture to itself.
fn own_area(class: ClassId, height: f32, dice: &mut Dice) -> Area {
    let across = [0.0, 1.0];
    match scene_class(class).place {
        Place::Lower => Area::new(across, [dice.between(0.55, 0.7), 1.0], height, dice),
        Place::Upper => Area::new(across, [0.0, dice.between(0.5, 0.64)], height, dice),
    }
}

/// Areas of two classes: one above the other, or side by side if both want the same place.
fn shared_areas(first: ClassId, second: ClassId, height: f32, dice: &mut Dice) -> [Area; 2] {
    let places = [first, second].map(|class| scene_class(class).place);
    if places[0] == places[1] {
        let middle = dice.between(0.44, 0.56);
        let (across, edge) = ([[0.0, middle], [middle, 1.0]], dice.between(0.42, 0.55));
        let down = if places[0] == Place::Lower { [edge, 1.0] } else { [0.0, 1.0 - edge] };
        return across.map(|across| Area::new(across, down, height, dice));
    }
    let (upper_edge, lower_edge) = (dice.between(0.42, 0.5), dice.between(0.52, 0.6));
    places.map(|place| {
        let down = if place == Place::Upper { [0.0, upper_edge] } else { [lower_edge, 1.0] };
        Area::new([0.0, 1.0], down, height, dice)
    })
}

/// A spot in the area, in the slice that starts at `slice` of its width.
fn spot(class: ClassId, area: &Area, slice: f32, objects: usize, dice: &mut Dice) -> Spot {
    let room = (area.right - area.left) / objects as f32;
    let left = area.left + (area.right - area.left) * slice;
    let (least, most) = if room > 0.9 { (0.5, 0.72) } else { (0.36, 0.48) };
    let shrink = figure_scale(class);
    let width = (dice.between(least, most) * shrink).min(room * 0.92);
    let x = dice.between(left + width * 0.55, left + room - width * 0.55);
    let depth = match scene_class(class).place {
        Place::Lower => dice.between(0.3, 0.85),
        Place::Upper => dice.between(0.82, 0.96),
    };
    Spot { x, y: area.top + depth * (area.bottom - area.top), width }
}

/// Tall figures are drawn less wide, so that all classes cover about as much of the picture.
fn figure_scale(class: ClassId) -> f32 {
    match scene_class(class).name {
        "train" => 1.1,
        "boat" => 0.95,
        "bird" => 0.88,
        _ => 1.0,
    }
}
