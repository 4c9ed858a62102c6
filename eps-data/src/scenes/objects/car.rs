//! A car from the side: a saloon or an estate.

use crate::scenes::{
    colour::{BLACK, BODY_COLOURS, GLASS, RED, STEEL, YELLOW},
    dice::Dice,
    pen::Pen,
};

/// Paints a car whose wheels stand on y = 0.
pub(in crate::scenes) fn car(pen: &mut Pen<'_>, dice: &mut Dice) {
    let body = dice.pick(&BODY_COLOURS).varied(dice);
    let roof = if dice.chance(0.25) { dice.pick(&BODY_COLOURS).varied(dice) } else { body };
    let top = -dice.between(0.44, 0.5);
    let rear = if dice.chance(0.5) { -0.28 } else { -0.43 };
    pen.polygon(&[(rear - 0.07, -0.26), (rear + 0.04, top), (0.1, top), (0.29, -0.26)], roof);
    let tail = [(-0.5, -0.07), (-0.5, -0.24), (-0.44, -0.28), (0.28, -0.28)];
    let front = [(0.45, -0.24), (0.5, -0.18), (0.5, -0.07)];
    pen.polygon(&[&tail[..], &front[..]].concat(), body);
    let glass = top + 0.045;
    pen.polygon(
        &[(rear + 0.02, -0.27), (rear + 0.075, glass), (-0.1, glass), (-0.1, -0.27)],
        GLASS,
    );
    pen.polygon(&[(-0.06, -0.27), (-0.06, glass), (0.075, glass), (0.2, -0.27)], GLASS);
    pen.rectangle((-0.5, -0.11), (0.5, -0.065), body.lit(0.5));
    pen.line((-0.08, -0.25), (-0.08, -0.12), 0.012, body.lit(0.6));
    pen.line((-0.03, -0.22), (0.02, -0.22), 0.018, BLACK);
    pen.ellipse((0.465, -0.19), (0.028, 0.026), YELLOW);
    pen.rectangle((-0.5, -0.22), (-0.465, -0.16), RED);
    for x in [-0.29, 0.29] {
        pen.wheel(x, 0.105, STEEL);
    }
}
