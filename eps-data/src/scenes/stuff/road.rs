//! A road with a kerb and dashed lines.

use crate::scenes::{
    canvas::Canvas,
    colour::{Colour, GREY, WHITE, YELLOW, rgb},
    dice::Dice,
    plan::Part,
    texture::{Noise, dashed},
};

const ASPHALTS: [Colour; 4] = [rgb(0x4c_4d_52), rgb(0x5a_58_58), rgb(0x44_4a_55), rgb(0x60_5c_57)];

/// Paints a road over the part's area, seen from its side.
pub(in crate::scenes) fn road(canvas: &mut Canvas, part: &Part, dice: &mut Dice) {
    let asphalt = dice.pick(&ASPHALTS).varied(dice);
    let kerb = GREY.mix(WHITE, 0.4).varied(dice);
    let paint = dice.pick(&[WHITE, WHITE, YELLOW]).varied(dice);
    let lane = dice.between(0.13, 0.18);
    let (shift, period) = (dice.between(0.0, 1.0), dice.between(0.16, 0.24));
    let (grain, wear) = (Noise::new(dice), Noise::new(dice));
    part.fill_area(canvas, |p| {
        let below = p.y - part.area.top;
        let light = 0.85 + 0.2 * grain.at(p, 110.0) + 0.12 * wear.layered(p, 4.0, 12.0);
        let dash = dashed(below - 0.1, lane, 0.1) && dashed(p.x + shift + 0.4 * p.y, period, 0.55);
        let stone = below < 0.035;
        let seam = dashed(p.x + shift, 0.09, 0.06) || below > 0.03;
        let colour = match (stone, dash && below > 0.1) {
            (true, _) => kerb.lit(if seam { 0.7 } else { 1.0 }),
            (false, true) => paint,
            (false, false) => asphalt,
        };
        colour.lit(light)
    });
}
