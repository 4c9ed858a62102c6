//! A railroad: ballast with tracks, one under each train.

use crate::scenes::{
    canvas::Canvas,
    colour::{BROWN, Colour, STEEL, rgb},
    dice::Dice,
    plan::Part,
    shape::Point,
    texture::{Noise, dashed},
};

const BALLAST: [Colour; 4] = [rgb(0xa2_96_8a), rgb(0x8c_88_88), rgb(0xa8_88_74), rgb(0x80_76_70)];

/// Paints a railroad over the part's area.
pub(in crate::scenes) fn railroad(canvas: &mut Canvas, part: &Part, dice: &mut Dice) {
    let ballast = dice.pick(&BALLAST).varied(dice);
    let (wood, steel) = (BROWN.lit(0.7).varied(dice), STEEL.varied(dice));
    let (pebbles, patches) = (Noise::new(dice), Noise::new(dice));
    let tracks = tracks(part, dice);
    part.fill_area(canvas, |p| {
        let on_track = tracks.iter().find_map(|&track| track_colour(p, track, wood, steel));
        let light = 0.55 + 0.6 * pebbles.at(p, 75.0) + 0.3 * patches.at(p, 24.0);
        on_track.unwrap_or_else(|| ballast.lit(light))
    });
}

/// Heights of the tracks: where trains stand, and others where there is room.
fn tracks(part: &Part, dice: &mut Dice) -> Vec<f32> {
    let mut tracks: Vec<_> = part.spots.iter().map(|spot| spot.y).collect();
    let mut y = part.area.top + dice.between(0.05, 0.1);
    while y < part.area.bottom {
        if tracks.iter().all(|track| (track - y).abs() > 0.15) {
            tracks.push(y);
        }
        y += 0.05;
    }
    tracks
}

/// Rails over sleepers; nothing between the sleepers, where the ballast shows.
fn track_colour(p: Point, track: f32, wood: Colour, steel: Colour) -> Option<Colour> {
    let below = p.y - track;
    if [-0.014, 0.03].iter().any(|rail: &f32| (below - rail).abs() < 0.007) {
        return Some(steel);
    }
    let sleeper = (-0.03..0.052).contains(&below) && dashed(p.x + 0.5 * below, 0.058, 0.42);
    sleeper.then_some(wood)
}
