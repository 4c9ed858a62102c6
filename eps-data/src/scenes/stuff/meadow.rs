//! A meadow: blades of grass, and flowers.

use crate::scenes::{
    canvas::Canvas,
    colour::{Colour, PINK, RED, WHITE, YELLOW, rgb},
    dice::Dice,
    plan::Part,
    shape::{Point, Shape},
    texture::Noise,
};

const GRASSES: [Colour; 4] = [rgb(0x7f_a8_3e), rgb(0x69_9c_44), rgb(0x9a_ab_4a), rgb(0x5f_94_3a)];

/// Paints a meadow over the part's area.
pub(in crate::scenes) fn meadow(canvas: &mut Canvas, part: &Part, dice: &mut Dice) {
    let grass = dice.pick(&GRASSES).varied(dice);
    let dry = grass.mix(YELLOW, 0.3);
    let (blades, patches) = (Noise::new(dice), Noise::new(dice));
    part.fill_area(canvas, |p| {
        let light = 0.68 + 0.5 * blades.stretched(p, 80.0, 22.0) + 0.12 * part.area.depth(p);
        let colour = grass.mix(dry, patches.layered(p, 4.0, 10.0));
        colour.lit(light)
    });
    let blossom = dice.pick(&[WHITE, YELLOW, PINK, RED]);
    for _ in 0..dice.below(40) {
        let p = Point::new(dice.between(0.0, 1.0), dice.between(part.area.top, part.area.bottom));
        let radius = dice.between(0.005, 0.01);
        if part.area.contains(p) {
            let flower =
                Shape::Ellipse { centre: p, radii: [radius; 2], along: Point::new(1.0, 0.0) };
            canvas.paint(part.stuff_owner(), &flower, |_| blossom);
        }
    }
}
