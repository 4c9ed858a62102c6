//! An aeroplane from the side, with jets or a propeller.

use crate::scenes::{
    colour::{BLACK, BODY_COLOURS, GLASS, GREY, STEEL, WHITE},
    dice::Dice,
    pen::Pen,
};

/// Paints an aeroplane around y = −0.1.
pub(in crate::scenes) fn aeroplane(pen: &mut Pen<'_>, dice: &mut Dice) {
    let main = dice.pick(&[WHITE, WHITE, STEEL]);
    let body = if dice.chance(0.5) { main } else { dice.pick(&BODY_COLOURS) }.varied(dice);
    let tail = dice.pick(&BODY_COLOURS).varied(dice);
    let wing = dice.pick(&[GREY, STEEL, tail]).varied(dice);
    let thick = dice.between(0.09, 0.115);
    pen.polygon(&[(0.02, -0.14), (-0.14, -0.33), (-0.04, -0.33), (0.2, -0.14)], wing.lit(0.75));
    pen.polygon(&[(-0.47, -0.14), (-0.54, -0.4), (-0.42, -0.4), (-0.24, -0.16)], tail);
    let back = [(-0.52, -0.16), (-0.4, -0.1 - thick), (0.3, -0.1 - thick), (0.42, -0.17)];
    let belly = [(0.5, -0.1), (0.44, -0.05), (0.3, -0.1 + thick), (-0.2, -0.1 + thick)];
    pen.polygon(&[&back[..], &belly[..]].concat(), body);
    pen.polygon(&[(-0.44, -0.115), (0.49, -0.115), (0.48, -0.075), (-0.36, -0.075)], tail);
    pen.polygon(&[(-0.44, -0.13), (-0.58, -0.05), (-0.48, -0.05), (-0.28, -0.12)], wing);
    (0..8).for_each(|i| pen.disc((-0.28 + 0.075 * i as f32, -0.15), 0.018, GLASS));
    pen.polygon(&[(0.35, -0.185), (0.405, -0.165), (0.45, -0.13), (0.35, -0.13)], GLASS);
    pen.polygon(&[(0.2, -0.06), (0.02, -0.05), (-0.24, 0.2), (-0.12, 0.2)], wing);
    if dice.chance(0.7) {
        for engine in [(0.06, 0.06), (-0.06, 0.14)] {
            pen.ellipse(engine, (0.085, 0.04), GREY);
        }
    } else {
        pen.line((0.5, -0.28), (0.5, 0.08), 0.03, BLACK);
        pen.disc((0.5, -0.1), 0.03, tail);
    }
}
