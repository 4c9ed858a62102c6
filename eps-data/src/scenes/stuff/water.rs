//! Water with waves.

use crate::scenes::{
    canvas::Canvas,
    colour::{Colour, WHITE, rgb},
    dice::Dice,
    plan::Part,
    texture::{Noise, step},
};

const WATERS: [Colour; 4] = [rgb(0x2c_6f_9e), rgb(0x2f_86_8f), rgb(0x3a_5f_8a), rgb(0x3b_7f_78)];

/// Paints water over the part's area, paler towards the horizon.
pub(in crate::scenes) fn water(canvas: &mut Canvas, part: &Part, dice: &mut Dice) {
    let near = dice.pick(&WATERS).varied(dice);
    let far = near.mix(WHITE, dice.between(0.3, 0.5));
    let (swell, crests) = (Noise::new(dice), Noise::new(dice));
    let pitch = dice.between(20.0, 28.0);
    part.fill_area(canvas, |p| {
        let depth = part.area.depth(p);
        let phase = (p.y * pitch + 1.6 * swell.stretched(p, 9.0, 12.0)).rem_euclid(1.0);
        let crest = step(0.55, 0.95, phase) * step(0.3, 0.6, crests.stretched(p, 12.0, 40.0));
        let trough = 1.0 - 0.22 * step(0.4, 0.0, phase);
        far.mix(near, depth * 1.6).lit(trough).mix(WHITE, 0.6 * crest)
    });
}
