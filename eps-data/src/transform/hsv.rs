//! Pillow's conversion between RGB bytes and hue, saturation and value bytes.

/// Hue, saturation and value of a colour, each truncated to a byte.
///
/// Single and double precision are mixed as they are in Pillow, so that bytes agree.
pub(super) fn from_rgb([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let largest = red.max(green).max(blue);
    let range = f32::from(largest - red.min(green).min(blue));
    if range == 0.0 {
        return [0, 0, largest];
    }
    let below = |channel: u8| f32::from(largest - channel) / range;
    let (red_below, green_below, blue_below) = (below(red), below(green), below(blue));
    let sixth = if red == largest {
        blue_below - green_below
    } else if green == largest {
        (2.0 + f64::from(red_below) - f64::from(blue_below)) as f32
    } else {
        (4.0 + f64::from(green_below) - f64::from(red_below)) as f32
    };
    let hue = ((f64::from(sixth) / 6.0 + 1.0) % 1.0) as f32;
    let saturation = range / f32::from(largest);
    [(f64::from(hue) * 255.0) as u8, (f64::from(saturation) * 255.0) as u8, largest]
}

/// The colour of a hue, saturation and value.
pub(super) fn to_rgb([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
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
