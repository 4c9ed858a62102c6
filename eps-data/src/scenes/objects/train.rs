//! A train from the side: a railcar or a steam engine.

use crate::scenes::{
    colour::{BLACK, BODY_COLOURS, Colour, GLASS, GREY, RED, STEEL, YELLOW},
    dice::Dice,
    pen::Pen,
};

/// Paints a train whose wheels stand on y = 0.
pub(in crate::scenes) fn train(pen: &mut Pen<'_>, dice: &mut Dice) {
    let body = dice.pick(&BODY_COLOURS).varied(dice);
    let trim = dice.pick(&BODY_COLOURS).varied(dice);
    if dice.chance(0.65) { railcar(pen, dice, body, trim) } else { steam_engine(pen, body, trim) }
}

fn railcar(pen: &mut Pen<'_>, dice: &mut Dice, body: Colour, trim: Colour) {
    let top = -dice.between(0.36, 0.44);
    let nose = dice.between(0.06, 0.16);
    pen.rectangle((-0.47, -0.1), (0.46, -0.04), BLACK);
    for x in [-0.38, -0.26, 0.22, 0.34] {
        pen.wheel(x, 0.05, GREY);
    }
    pen.polygon(&[(-0.48, top), (-0.46, top - 0.035), (0.3, top - 0.035), (0.4, top)], GREY);
    let front = [(0.5 - nose, top), (0.5, -0.18), (0.5, -0.075)];
    pen.polygon(&[&[(-0.5, -0.075), (-0.5, top)], &front[..]].concat(), body);
    pen.rectangle((-0.5, -0.16), (0.495, -0.115), trim);
    let windows = 4 + dice.below(3);
    let pitch = 0.74 / windows as f32;
    for window in 0..windows {
        let left = -0.46 + pitch * window as f32;
        pen.rectangle((left, top + 0.05), (left + pitch * 0.66, -0.2), GLASS);
    }
    let pane = [(0.31, top + 0.05), (0.475 - nose, top + 0.05), (0.46, -0.2), (0.31, -0.2)];
    pen.polygon(&pane, GLASS.lit(1.3));
    pen.disc((0.465, -0.1), 0.022, YELLOW);
}

fn steam_engine(pen: &mut Pen<'_>, body: Colour, trim: Colour) {
    pen.rectangle((-0.5, -0.14), (0.4, -0.08), BLACK);
    pen.polygon(&[(0.17, -0.3), (0.15, -0.5), (0.33, -0.5), (0.29, -0.3)], BLACK);
    pen.ellipse((0.0, -0.34), (0.07, 0.07), YELLOW);
    pen.rectangle((-0.25, -0.36), (0.38, -0.12), body);
    pen.ellipse((0.38, -0.24), (0.07, 0.12), body.lit(0.6));
    for x in [-0.12, 0.06, 0.24] {
        pen.rectangle((x, -0.36), (x + 0.025, -0.12), YELLOW);
    }
    pen.rectangle((-0.5, -0.48), (-0.22, -0.1), trim);
    pen.rectangle((-0.53, -0.53), (-0.19, -0.47), BLACK);
    pen.rectangle((-0.43, -0.42), (-0.29, -0.27), GLASS);
    for x in [-0.38, -0.18, 0.02] {
        pen.wheel(x, 0.09, RED);
    }
    for x in [0.19, 0.32] {
        pen.wheel(x, 0.06, RED);
    }
    pen.line((-0.38, -0.09), (0.02, -0.09), 0.025, STEEL);
    pen.polygon(&[(0.38, -0.13), (0.52, -0.01), (0.38, -0.01)], RED);
}
