//! A cow from the side, looking up or grazing.

use crate::scenes::{
    colour::{BLACK, BROWN, CREAM, Colour, GREY, ORANGE, PINK, WHITE},
    dice::Dice,
    pen::Pen,
};

/// Paints a cow whose hooves stand on y = 0.
pub(in crate::scenes) fn cow(pen: &mut Pen<'_>, dice: &mut Dice) {
    let coat = dice.pick(&[WHITE, WHITE, CREAM, BROWN, ORANGE, GREY]).varied(dice);
    let patches = dice.pick(&[BLACK, BLACK, BROWN, WHITE]).varied(dice);
    pen.line((-0.4, -0.5), (-0.46, -0.24), 0.03, coat.lit(0.8));
    pen.disc((-0.465, -0.21), 0.03, BLACK);
    for x in [-0.3, 0.17] {
        leg(pen, x, coat.lit(0.75));
    }
    pen.ellipse((-0.14, -0.24), (0.07, 0.05), PINK);
    pen.ellipse((-0.06, -0.42), (0.37, 0.18), coat);
    pen.rectangle((-0.38, -0.56), (0.22, -0.38), coat);
    for x in [-0.21, 0.24] {
        leg(pen, x, coat);
    }
    for x in [-0.26, -0.04, 0.16] {
        let centre = (x + dice.between(-0.06, 0.06), -dice.between(0.38, 0.5));
        pen.ellipse(centre, (dice.between(0.06, 0.12), dice.between(0.05, 0.09)), patches);
    }
    let grazing = dice.chance(0.35);
    head(pen, if grazing { (0.42, -0.14) } else { (0.39, -0.6) }, coat, patches);
}

fn leg(pen: &mut Pen<'_>, x: f32, colour: Colour) {
    pen.line((x, -0.36), (x, -0.04), 0.085, colour);
    pen.rectangle((x - 0.045, -0.05), (x + 0.045, 0.0), BLACK);
}

fn head(pen: &mut Pen<'_>, (x, y): (f32, f32), coat: Colour, patches: Colour) {
    pen.line((0.22, -0.46), (x - 0.02, y), 0.17, coat);
    for dx in [-0.05, 0.05] {
        pen.line((x + dx, y - 0.06), (x + dx * 1.8, y - 0.15), 0.03, CREAM);
    }
    pen.ellipse((x - 0.1, y - 0.04), (0.07, 0.03), coat.lit(0.7));
    pen.ellipse((x, y), (0.1, 0.09), patches);
    pen.ellipse((x + 0.05, y + 0.01), (0.08, 0.07), coat);
    pen.ellipse((x + 0.09, y + 0.05), (0.065, 0.05), PINK);
    pen.disc((x + 0.03, y - 0.025), 0.02, BLACK);
}
