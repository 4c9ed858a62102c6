//! Turning the hue of colours, as Pillow does between RGB bytes and hue, saturation and value bytes.

// With `M` the largest and `m` the smallest channel, and `below(c) = (M - c) / (M - m)`:
//
//   saturation = (M - m) / M,  value = M,  hue = sixth / 6
//   sixth = below(blue) - below(green)          red is largest
//           2 + below(red) - below(blue)        green is
//           4 + below(green) - below(red)       blue is
//
// and back, with `f` the part of the sector that the hue has gone: `low = value (1 - saturation)`,
// `falling = value (1 - saturation f)`, `rising = value (1 - saturation (1 - f))`. Source: Pillow's
// `rgb2hsv_row` and `hsv2rgb` (libImaging/Convert.c).

use super::byte::{rounded, truncated};

/// Colours whose hues are turned at once.
pub(super) const BLOCK: usize = 16;

/// Red, green and blue of some colours.
pub(super) type Block<'a> = [&'a mut [u8; BLOCK]; 3];

/// Turns the hues of some colours by `steps` of 256 around their circle.
#[inline(always)]
pub(super) fn turn([reds, greens, blues]: Block<'_>, steps: u8) {
    for ((red, green), blue) in reds.iter_mut().zip(greens).zip(blues) {
        let [hue, saturation, value] = from_rgb([*red, *green, *blue]);
        [*red, *green, *blue] = to_rgb([hue.wrapping_add(steps), saturation, value]);
    }
}

/// Hue, saturation and value of a colour, each truncated to a byte.
///
/// Pillow mixes single and double precision; single alone gives the same bytes, which the tests show for
/// all colours. Nothing branches, so that colours can be converted side by side; grey divides by 0, and
/// what is not a number becomes 0 as a byte, which is what hue and saturation of grey are.
#[inline(always)]
fn from_rgb([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let largest = red.max(green).max(blue);
    let range = f32::from(largest - red.min(green).min(blue));
    let below = |channel: u8| f32::from(largest - channel) / range;
    let (red_below, green_below, blue_below) = (below(red), below(green), below(blue));
    // 2 + red − blue and 4 + green − red, rounded once: one of the two is 1, or both are below it.
    let is_green = if blue_below == 1.0 { 1.0 + red_below } else { 3.0 - blue_below };
    let is_blue = if red_below == 1.0 { 3.0 + green_below } else { 5.0 - red_below };
    let sixth = if green == largest { is_green } else { is_blue };
    let sixth = if red == largest { blue_below - green_below } else { sixth };
    let turns = sixth / 6.0;
    let hue = if turns < 0.0 { 1.0 + turns } else { turns };
    let saturation = range / f32::from(largest);
    [truncated(hue * 255.0), truncated(saturation * 255.0), largest]
}

/// The colour of a hue, saturation and value.
#[inline(always)]
fn to_rgb([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
    // A sector of the circle is 42.5 hues; `begun` are 255ths of the one that the hue is in.
    let sixths = 6 * u32::from(hue);
    // A division by 255: 257 / 65536 is a little less than a 255th, which the 257 added make up for.
    let sector = (257 * sixths + 257) >> 16;
    let begun = sixths - 255 * sector;
    let fraction = begun as f32 / 255.0;
    let saturation = f32::from(saturation) / 255.0;
    let scaled = |factor: f32| rounded(f32::from(value) * factor);
    let low = scaled(1.0 - saturation);
    let falling = scaled(1.0 - saturation * fraction);
    let rising = scaled(1.0 - saturation * (1.0 - fraction));
    let pick = |choices: [u8; 6]| {
        let first = if sector == 1 { choices[1] } else { choices[0] };
        let first = if sector == 2 { choices[2] } else { first };
        let last = if sector == 3 { choices[3] } else { first };
        let last = if sector == 4 { choices[4] } else { last };
        if sector == 5 { choices[5] } else { last }
    };
    // The channels of each sector, of which `pick` selects without a branch.
    [
        pick([value, falling, low, low, rising, value]),
        pick([rising, value, value, falling, low, low]),
        pick([low, low, rising, value, value, falling]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pillow's `rgb2hsv_row`, as its documentation and the method's section 3 give it.
    fn plain_from_rgb([red, green, blue]: [u8; 3]) -> [u8; 3] {
        let largest = red.max(green).max(blue);
        let smallest = red.min(green).min(blue);
        if largest == smallest {
            return [0, 0, largest];
        }
        let range = f32::from(largest - smallest);
        let [r, g, b] = [red, green, blue].map(|channel| f32::from(largest - channel) / range);
        let sixth = if red == largest {
            b - g
        } else if green == largest {
            (2.0 + f64::from(r) - f64::from(b)) as f32
        } else {
            (4.0 + f64::from(g) - f64::from(r)) as f32
        };
        let hue = ((f64::from(sixth) / 6.0 + 1.0) % 1.0) as f32;
        let saturation = range / f32::from(largest);
        [(f64::from(hue) * 255.0) as u8, (f64::from(saturation) * 255.0) as u8, largest]
    }

    /// Pillow's `hsv2rgb`, branches, floor and round included.
    fn plain_to_rgb([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
        if saturation == 0 {
            return [value; 3];
        }
        let sixth = f64::from(hue) * 6.0 / 255.0;
        let fraction = f64::from((sixth - sixth.floor()) as f32);
        let saturation = f64::from(f32::from(saturation) / 255.0);
        let scaled = |factor: f64| (f64::from(value) * factor).round() as u8;
        let low = scaled(1.0 - saturation);
        let falling = scaled(1.0 - saturation * fraction);
        let rising = scaled(1.0 - saturation * (1.0 - fraction));
        match sixth as u8 % 6 {
            0 => [value, rising, low],
            1 => [falling, value, low],
            2 => [low, value, rising],
            3 => [low, falling, value],
            4 => [rising, low, value],
            _ => [value, low, falling],
        }
    }

    fn all_triples() -> impl Iterator<Item = [u8; 3]> {
        (0..1_u32 << 24).map(|number| {
            let [first, second, third, _] = number.to_le_bytes();
            [first, second, third]
        })
    }

    #[test]
    fn every_colour_has_the_hue_that_pillow_gives_it() {
        for colour in all_triples() {
            assert_eq!(from_rgb(colour), plain_from_rgb(colour), "{colour:?}");
        }
    }

    #[test]
    fn every_hue_saturation_and_value_has_the_colour_that_pillow_gives_it() {
        for triple in all_triples() {
            assert_eq!(to_rgb(triple), plain_to_rgb(triple), "{triple:?}");
        }
    }

    #[test]
    fn colours_are_turned_each_for_itself() {
        let colour = |at: usize| [at as u8 * 15, 255 - at as u8 * 7, at as u8 * at as u8];
        let [mut reds, mut greens, mut blues] =
            [0, 1, 2].map(|channel| std::array::from_fn(|at| colour(at)[channel]));
        turn([&mut reds, &mut greens, &mut blues], 20);
        for at in 0..BLOCK {
            let [hue, saturation, value] = plain_from_rgb(colour(at));
            let expected = plain_to_rgb([hue.wrapping_add(20), saturation, value]);
            assert_eq!([reds[at], greens[at], blues[at]], expected, "{at}");
        }
    }
}
