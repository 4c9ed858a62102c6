//! Width and height of an image or a map.

use std::fmt;

/// Width and height in pixels; printed as `500×375`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Size {
    pub width: usize,
    pub height: usize,
}

impl Size {
    pub const fn new(width: usize, height: usize) -> Self {
        Self { width, height }
    }

    /// Number of pixels.
    pub const fn pixels(self) -> usize {
        self.width * self.height
    }

    /// This size with its longer side at `side` and the other in proportion.
    ///
    /// The shorter side is rounded half to even, as Python's `round` does, and is at least one pixel.
    pub fn with_longer_side(self, side: usize) -> Self {
        let Self { width, height } = self;
        // The longer side is exact; a product of it with a rounded ratio might not be.
        if width < height {
            Self::new(rounded(width as f64 * side as f64 / height as f64), side)
        } else {
            Self::new(side, rounded(height as f64 * side as f64 / width as f64))
        }
    }

    /// Both sides times `scale`, rounded half to even, at least one pixel.
    pub fn scaled(self, scale: f64) -> Self {
        Self::new(rounded(self.width as f64 * scale), rounded(self.height as f64 * scale))
    }
}

/// Half to even, and at least one pixel.
fn rounded(side: f64) -> usize {
    (side.round_ties_even() as usize).max(1)
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}×{}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_side_is_met_and_the_other_rounded_half_to_even() {
        // (width, height, side) to (width, height): the method's vectors 16.1.
        let cases = [
            ((500, 375, 437), (437, 328)),
            ((500, 375, 442), (442, 332)),
            ((500, 375, 446), (446, 334)),
            ((500, 333, 256), (256, 170)),
            ((375, 500, 300), (225, 300)),
        ];
        for ((width, height, side), (w, h)) in cases {
            assert_eq!(Size::new(width, height).with_longer_side(side), Size::new(w, h));
        }
    }

    #[test]
    fn scaling_rounds_half_to_even() {
        assert_eq!(Size::new(500, 375).scaled(1.5), Size::new(750, 562));
        assert_eq!(Size::new(500, 375).scaled(0.5), Size::new(250, 188));
    }

    #[test]
    fn a_thin_image_keeps_one_pixel() {
        assert_eq!(Size::new(1000, 1).with_longer_side(100), Size::new(100, 1));
    }
}
