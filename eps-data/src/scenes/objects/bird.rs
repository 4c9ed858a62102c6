//! A small bird that perches.

use crate::scenes::{
    colour::{BLACK, BODY_COLOURS, BROWN, ORANGE, WHITE, YELLOW},
    dice::Dice,
    pen::Pen,
};

/// Paints a bird whose feet stand on y = 0.
pub(in crate::scenes) fn bird(pen: &mut Pen<'_>, dice: &mut Dice) {
    let coat = dice.pick(&BODY_COLOURS).varied(dice);
    let breast = dice.pick(&[WHITE, YELLOW, ORANGE]).varied(dice);
    let wing = if dice.chance(0.6) { coat.lit(0.6) } else { dice.pick(&[BLACK, BROWN]) };
    let beak = dice.pick(&[ORANGE, YELLOW, BLACK]);
    let tail = dice.between(-0.28, -0.06);
    for x in [-0.03, 0.07] {
        pen.line((x, -0.16), (x + 0.03, 0.0), 0.03, BROWN);
    }
    pen.polygon(&[(-0.12, -0.4), (-0.52, tail - 0.1), (-0.5, tail + 0.02), (-0.1, -0.2)], wing);
    pen.ellipse((0.0, -0.34), (0.28, 0.21), coat);
    pen.ellipse((0.11, -0.28), (0.18, 0.14), breast);
    pen.disc((0.23, -0.56), 0.17, coat);
    pen.polygon(&[(0.36, -0.63), (0.54, -0.53), (0.36, -0.49)], beak);
    pen.ellipse((-0.08, -0.37), (0.2, 0.12), wing);
    pen.polygon(&[(-0.02, -0.44), (-0.36, -0.24), (-0.06, -0.27)], wing.lit(0.85));
    pen.disc((0.27, -0.6), 0.05, WHITE);
    pen.disc((0.28, -0.6), 0.032, BLACK);
    if dice.chance(0.4) {
        pen.polygon(&[(0.1, -0.68), (0.12, -0.86), (0.28, -0.72)], wing);
    }
}
