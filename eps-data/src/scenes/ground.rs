//! Ground that belongs to no class: a hazy sky or wall, with ridges far away.

use super::{
    canvas::{Canvas, Owner},
    colour::{Colour, GREY, rgb},
    dice::Dice,
    shape::Point,
    texture::Noise,
};

/// Pale and greyish, so that no stuff is told by a lack of colour alone.
const TONES: [Colour; 8] = [
    rgb(0xd8_cf_bd),
    rgb(0xc9_cb_cc),
    rgb(0xd3_c6_d0),
    rgb(0xc2_cb_d3),
    rgb(0xe0_d8_b8),
    rgb(0xde_c3_b2),
    rgb(0xb3_ac_a4),
    rgb(0x9f_a6_ae),
];

/// Paints the whole picture with ground.
pub(super) fn ground(canvas: &mut Canvas, dice: &mut Dice) {
    let (upper, lower) = (tone(dice), tone(dice));
    let (height, noise) = (canvas.height(), Noise::new(dice));
    canvas.cover(Owner::Ground, |p| {
        let light = 0.9 + 0.2 * noise.layered(p, 3.0, 5.0);
        Some(upper.mix(lower, p.y / height).lit(light))
    });
    let ridges = dice.below(3);
    for ridge in 0..ridges {
        let top = height * dice.between(0.35, 0.5) + 0.12 * ridge as f32;
        let ridge_tone = tone(dice).lit(0.86);
        let (shape, grain) = (Noise::new(dice), Noise::new(dice));
        canvas.cover(Owner::Ground, |p| {
            let crest = top - 0.12 * shape.layered(Point::new(p.x, 0.5), 3.0, 1.0);
            let light = 0.9 + 0.2 * grain.layered(p, 9.0, 14.0);
            (p.y > crest).then(|| ridge_tone.mix(lower, (p.y - crest) * 1.5).lit(light))
        });
    }
}

fn tone(dice: &mut Dice) -> Colour {
    dice.pick(&TONES).varied(dice).mix(GREY, 0.25)
}
