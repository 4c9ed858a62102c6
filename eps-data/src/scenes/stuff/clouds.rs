//! A blue sky with clouds.

use crate::scenes::{
    canvas::Canvas,
    colour::{Colour, WHITE, rgb},
    dice::Dice,
    plan::Part,
    shape::Point,
    texture::{Noise, step},
};

const SKIES: [Colour; 3] = [rgb(0x3f_86_d6), rgb(0x5a_9e_e0), rgb(0x3c_6f_c4)];

/// Paints a sky over the part's area, with clouds that are lit from above.
pub(in crate::scenes) fn clouds(canvas: &mut Canvas, part: &Part, dice: &mut Dice) {
    let zenith = dice.pick(&SKIES).varied(dice);
    let horizon = zenith.mix(WHITE, dice.between(0.15, 0.3));
    let noise = Noise::new(dice);
    let cover = dice.between(0.46, 0.54);
    part.fill_area(canvas, |p| {
        let density = noise.layered(p, 5.0, 9.0);
        let above = noise.layered(Point::new(p.x, p.y - 0.03), 5.0, 9.0);
        let cloud = WHITE.lit(1.03 - 0.25 * step(-0.05, 0.2, above - density + 0.05));
        let sky = zenith.mix(horizon, part.area.depth(p));
        let share = step(cover, cover + 0.12, density);
        sky.mix(cloud, share)
    });
}
