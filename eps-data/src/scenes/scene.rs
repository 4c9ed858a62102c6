//! One rendered scene: a picture and everything that is true of it.

use super::{
    canvas::{Canvas, Owner},
    colour::Colour,
    dice::Dice,
    ground::ground,
    pen::Pen,
    plan::{Part, Spot, plan},
    saliency::saliency,
    scene_class::scene_class,
    shape::{Frame, Point, Shape},
    texture::Noise,
};
use crate::{BACKGROUND, ClassSet, LabelMap, SaliencyMap, Size};
use image::RgbImage;

/// The size at which scenes are rendered unless another is asked for.
pub const SCENE_SIZE: Size = Size::new(112, 96);

/// A rendered picture with its truth: objects, the stuff that goes with them, and labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub image: RgbImage,
    /// Objects; a pixel is an object's where most of it was painted by that object.
    pub mask: LabelMap,
    /// What a detector would find salient; wrong here and there, as a detector is.
    pub saliency: SaliencyMap,
    /// Class `c` where the stuff that goes with class `c` is visible, 0 elsewhere.
    pub stuff: LabelMap,
    /// Classes of the objects in the mask.
    pub classes: ClassSet,
}

/// Renders scene `index` of the data set that `seed` fixes.
///
/// A scene depends on these arguments alone; at another `size` it shows the same in more or less
/// detail, as long as the proportions are the same.
///
/// # Panics
///
/// If a side of `size` is 0.
pub fn render(seed: u64, index: usize, size: Size) -> Scene {
    assert!(size.pixels() > 0, "a scene of {size} has no pixel");
    let mut dice = Dice::of_scene(seed, index);
    let mut canvas = Canvas::new(size);
    ground(&mut canvas, &mut dice);
    let parts = plan(canvas.height(), &mut dice);
    let figures = paint_parts(&mut canvas, &parts, &mut dice);
    let light = dice.between(0.84, 1.08);
    let light = Colour([0; 3].map(|_| light * dice.between(0.97, 1.03)));
    let image = canvas.image(light, Noise::new(&mut dice));
    let owners = canvas.owners();
    let saliency = saliency(&owners, size, figures, &mut dice);
    let mask = label_map(&owners, size, |owner| match owner {
        Owner::Object { class, .. } => class,
        Owner::Ground | Owner::Stuff(_) => BACKGROUND,
    });
    let stuff = label_map(&owners, size, |owner| match owner {
        Owner::Stuff(class) => class,
        Owner::Ground | Owner::Object { .. } => BACKGROUND,
    });
    let classes = mask.present();
    Scene { image, mask, saliency, stuff, classes }
}

/// Paints all stuff, then all objects; returns how many objects there are.
fn paint_parts(canvas: &mut Canvas, parts: &[Part], dice: &mut Dice) -> usize {
    for part in parts.iter().filter(|part| part.has_stuff) {
        (scene_class(part.class).paint_stuff)(canvas, part, dice);
    }
    let objects = parts.iter().flat_map(|part| part.spots.iter().map(move |spot| (part, spot)));
    let mut figures = 0;
    for (part, spot) in objects {
        let owner = Owner::Object { class: part.class, figure: figures };
        paint_object(canvas, spot, owner, part, dice);
        figures += 1;
    }
    figures
}

fn paint_object(canvas: &mut Canvas, spot: &Spot, owner: Owner, part: &Part, dice: &mut Dice) {
    let class = scene_class(part.class);
    let foot = Point::new(spot.x, spot.y);
    let flies = class.name == "aeroplane";
    if part.has_stuff && class.name != "bird" && !flies {
        let along = Point::new(1.0, 0.0);
        let radii = [spot.width * 0.53, spot.width * 0.06];
        canvas.dim(&Shape::Ellipse { centre: foot, radii, along }, 0.62);
    }
    let tilt = if flies { dice.between(-0.12, 0.06) } else { dice.between(-0.02, 0.02) };
    let mirrored = dice.chance(0.5);
    let tilt = if mirrored { -tilt } else { tilt };
    let frame = Frame::new(foot, spot.width, mirrored, tilt);
    (class.paint_object)(&mut Pen::new(canvas, frame, owner), dice);
}

fn label_map(owners: &[Owner], size: Size, class: fn(Owner) -> u8) -> LabelMap {
    LabelMap::new(size, owners.iter().map(|&owner| class(owner)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenes::scene_class::class_ids;
    use rayon::prelude::*;
    use std::sync::LazyLock;

    /// The first scenes of a seed, rendered once for all tests.
    fn scenes() -> &'static [Scene] {
        static SCENES: LazyLock<Vec<Scene>> = LazyLock::new(|| {
            (0..120).into_par_iter().map(|index| render(1, index, SCENE_SIZE)).collect()
        });
        &SCENES
    }

    #[test]
    fn a_scene_follows_from_seed_and_index() {
        let size = Size::new(40, 34);
        assert_eq!(render(3, 4, size), render(3, 4, size));
        assert_ne!(render(3, 4, size).image, render(3, 5, size).image);
        assert_ne!(render(3, 4, size).image, render(4, 4, size).image);
    }

    #[test]
    fn tiny_and_odd_sizes_are_rendered() {
        for size in [Size::new(1, 1), Size::new(3, 50), Size::new(90, 2)] {
            assert_eq!(render(0, 0, size).mask.size(), size);
        }
    }

    #[test]
    fn a_larger_picture_shows_the_same_scene() {
        let (small, large) = (render(1, 7, SCENE_SIZE), render(1, 7, SCENE_SIZE.scaled(2.0)));
        let pixels = |scene: &Scene, class| {
            scene.mask.classes().iter().filter(|&&pixel| pixel == class).count() as f64
        };
        assert_eq!(small.classes, large.classes);
        for class in small.classes.iter() {
            let ratio = pixels(&large, class) / pixels(&small, class);
            // Four times the pixels, but for those that the outline crosses.
            assert!((3.6..4.4).contains(&ratio), "class {class}: {ratio}");
        }
    }

    #[test]
    fn every_planned_object_is_visible() {
        for (index, scene) in scenes().iter().enumerate() {
            let mut dice = Dice::of_scene(1, index);
            let mut canvas = Canvas::new(SCENE_SIZE);
            ground(&mut canvas, &mut dice);
            let parts = plan(canvas.height(), &mut dice);
            let planned = parts.iter().filter(|part| !part.spots.is_empty());
            let planned: ClassSet = planned.map(|part| part.class).collect();
            assert_eq!(scene.classes, planned, "scene {index}");
        }
    }

    #[test]
    fn every_class_occurs_and_a_quarter_of_the_images_has_two() {
        let scenes = scenes();
        for class in class_ids() {
            let count = scenes.iter().filter(|scene| scene.classes.contains(class)).count();
            assert!(count >= 12, "class {class} in {count} of 120 scenes");
        }
        let two = scenes.iter().filter(|scene| scene.classes.len() == 2).count();
        assert!((20..=42).contains(&two), "{two} of 120 scenes have two classes");
        assert!(scenes.iter().all(|scene| (1..=2).contains(&scene.classes.len())));
    }

    #[test]
    fn stuff_comes_with_its_objects_and_rarely_alone() {
        let (mut objects, mut together, mut alone) = (0, 0, 0);
        for scene in scenes() {
            let stuff = scene.stuff.present();
            objects += scene.classes.len();
            together += scene.classes.iter().filter(|&class| stuff.contains(class)).count();
            alone += stuff.iter().filter(|&class| !scene.classes.contains(class)).count();
        }
        let share = together as f64 / objects as f64;
        assert!((0.9..=1.0).contains(&share) && together < objects, "together in {share}");
        assert!((1..=9).contains(&alone), "alone in {alone} of 120 scenes");
    }

    #[test]
    fn objects_and_stuff_share_no_pixel_and_have_sane_sizes() {
        let (mut object, mut stuff) = (0, 0);
        for (index, scene) in scenes().iter().enumerate() {
            let pixels = || scene.mask.classes().iter().zip(scene.stuff.classes());
            assert!(pixels().all(|(&class, &stuff)| class == 0 || stuff == 0), "scene {index}");
            let covered = pixels().filter(|&(&class, _)| class != 0).count();
            let share = covered as f64 / SCENE_SIZE.pixels() as f64;
            assert!((0.01..0.45).contains(&share), "scene {index}: objects cover {share}");
            object += covered;
            stuff += pixels().filter(|&(_, &stuff)| stuff != 0).count();
        }
        let share = |count: usize| count as f64 / (120 * SCENE_SIZE.pixels()) as f64;
        assert!((0.1..0.25).contains(&share(object)), "objects cover {}", share(object));
        assert!((0.3..0.6).contains(&share(stuff)), "stuff covers {}", share(stuff));
    }

    #[test]
    fn saliency_tells_objects_from_their_surroundings_but_not_perfectly() {
        let (mut inside, mut outside) = ((0, 0_u64), (0, 0_u64));
        for scene in scenes() {
            for (&class, &value) in scene.mask.classes().iter().zip(scene.saliency.values()) {
                let side = if class == 0 { &mut outside } else { &mut inside };
                *side = (side.0 + 1, side.1 + u64::from(value));
            }
        }
        let mean = |(count, sum): (u64, u64)| sum as f64 / count as f64 / 255.0;
        let (inside, outside) = (mean(inside), mean(outside));
        assert!((0.6..0.9).contains(&inside), "inside {inside}");
        assert!((0.01..0.12).contains(&outside), "outside {outside}");
    }
}
