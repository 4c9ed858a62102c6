//! Foliage: leaves, and a branch under each bird.

use crate::scenes::{
    canvas::Canvas,
    colour::{BROWN, Colour, YELLOW, rgb},
    dice::Dice,
    plan::{Part, Spot},
    shape::{Point, Shape},
    texture::Noise,
};

const LEAVES: [Colour; 4] = [rgb(0x2f_6b_3a), rgb(0x4a_7a_2f), rgb(0x3a_60_48), rgb(0x8a_6a_2c)];

/// Leaves to a square picture width.
const DENSITY: f32 = 900.0;

/// Paints foliage over the part's area, and branches that may reach out of it.
pub(in crate::scenes) fn foliage(canvas: &mut Canvas, part: &Part, dice: &mut Dice) {
    let leaf = dice.pick(&LEAVES).varied(dice);
    let (shade, bark) = (Noise::new(dice), BROWN.lit(0.7).varied(dice));
    part.fill_area(canvas, |p| {
        let light = 0.35 + 0.4 * shade.layered(p, 14.0, 14.0);
        leaf.lit(light)
    });
    let count = DENSITY * (part.area.right - part.area.left) * (part.area.bottom - part.area.top);
    for _ in 0..count as usize {
        paint_leaf(canvas, part, leaf, dice);
    }
    for spot in &part.spots {
        paint_branch(canvas, part, spot, bark, dice);
    }
}

fn paint_leaf(canvas: &mut Canvas, part: &Part, leaf: Colour, dice: &mut Dice) {
    let area = &part.area;
    let x = dice.between(area.left, area.right);
    let centre = Point::new(x, dice.between(area.top, area.bottom));
    let length = dice.between(0.014, 0.03);
    // Half an angle's tangent again: (cosine, sine) of a random direction.
    let tilt = dice.between(-1.0, 1.0);
    let norm = 1.0 + tilt * tilt;
    let along = Point::new((1.0 - tilt * tilt) / norm, 2.0 * tilt / norm);
    let colour = leaf.mix(YELLOW, dice.between(0.0, 0.22)).lit(dice.between(0.65, 1.45));
    if area.contains(centre) {
        let shape = Shape::Ellipse { centre, radii: [length, length * 0.45], along };
        canvas.paint(part.stuff_owner(), &shape, |_| colour);
    }
}

/// A branch from the far side of the area through the bird's feet, with twigs.
fn paint_branch(canvas: &mut Canvas, part: &Part, spot: &Spot, bark: Colour, dice: &mut Dice) {
    let radius = dice.between(0.012, 0.02);
    let y = spot.y + radius * 0.8;
    let slope = dice.between(-0.15, 0.15);
    let on_branch = |x: f32| Point::new(x, y + slope * (x - spot.x));
    let mut stroke = |from: Point, to: Point, radius: f32| {
        canvas.paint(part.stuff_owner(), &Shape::Capsule { from, to, radius }, |p| {
            bark.lit(1.25 - 0.5 * ((p.y - y) / radius).clamp(-0.5, 1.0))
        });
    };
    let (start, end) = (spot.x - spot.width * 0.95, spot.x + spot.width * 0.95);
    stroke(on_branch(start), on_branch(end), radius);
    for twig in [0.15, 0.8, 0.95] {
        let foot = on_branch(start + (end - start) * twig);
        let tip = Point::new(foot.x + dice.between(-0.05, 0.05), foot.y - dice.between(0.04, 0.1));
        stroke(foot, tip, radius * 0.5);
    }
}
