//! A boat: under sail or with a cabin.

use crate::scenes::{
    colour::{BLACK, BLUE, BODY_COLOURS, BROWN, CREAM, Colour, GLASS, RED, TEAL, WHITE, YELLOW},
    dice::Dice,
    pen::Pen,
};

/// Paints a boat that floats with its water line a little below y = 0.
pub(in crate::scenes) fn boat(pen: &mut Pen<'_>, dice: &mut Dice) {
    let hull = dice.pick(&BODY_COLOURS).varied(dice);
    if dice.chance(0.6) {
        sails(pen, dice);
    } else {
        cabin(pen, dice);
    }
    let side = [(-0.5, -0.18), (0.5, -0.22), (0.41, -0.02), (0.34, 0.05), (-0.38, 0.05)];
    pen.polygon(&side, hull);
    pen.polygon(&[(-0.5, -0.18), (0.5, -0.22), (0.485, -0.18), (-0.48, -0.14)], WHITE);
    pen.polygon(&[(-0.42, -0.02), (0.41, -0.02), (0.34, 0.05), (-0.38, 0.05)], hull.lit(0.55));
}

fn sails(pen: &mut Pen<'_>, dice: &mut Dice) {
    let top = -dice.between(0.75, 0.95);
    let (main, fore) = (sail_colour(dice), sail_colour(dice));
    pen.line((0.02, -0.18), (0.02, top - 0.04), 0.03, BROWN);
    pen.polygon(&[(-0.01, -0.25), (-0.01, top), (-0.16, -0.52), (-0.4, -0.25)], main);
    pen.polygon(&[(0.05, -0.25), (0.05, top + 0.08), (0.41, -0.26)], fore);
    if dice.chance(0.5) {
        pen.polygon(&[(-0.01, top * 0.6), (-0.145, -0.5), (-0.23, -0.41), (-0.01, -0.44)], BLUE);
    }
}

fn sail_colour(dice: &mut Dice) -> Colour {
    dice.pick(&[WHITE, CREAM, WHITE, RED, YELLOW, TEAL]).varied(dice)
}

fn cabin(pen: &mut Pen<'_>, dice: &mut Dice) {
    let wall: Colour = dice.pick(&[WHITE, CREAM, YELLOW, BROWN]).varied(dice);
    let funnel = dice.pick(&BODY_COLOURS).varied(dice);
    let top = -dice.between(0.42, 0.52);
    pen.line((0.2, top), (0.2, top - 0.2), 0.02, BLACK);
    pen.rectangle((-0.2, top - 0.16), (-0.06, top + 0.05), funnel);
    pen.rectangle((-0.2, top - 0.16), (-0.06, top - 0.11), BLACK);
    pen.polygon(&[(-0.34, -0.16), (-0.3, top), (0.22, top), (0.34, -0.18)], wall);
    pen.rectangle((-0.34, top - 0.035), (0.26, top), BROWN);
    for x in [-0.25, -0.1, 0.05] {
        pen.rectangle((x, top + 0.06), (x + 0.1, top + 0.15), GLASS);
    }
}
