//! The picture that a field lies on.

use crate::{CrfError, MAX_PIXELS};

/// An 8-bit picture of three channels, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    width: usize,
    height: usize,
    colours: &'a [[u8; 3]],
}

impl<'a> Picture<'a> {
    /// `channels` is `[height, width, 3]`.
    ///
    /// # Errors
    ///
    /// [`CrfError::Pixels`] if there is no pixel or more than [`MAX_PIXELS`], [`CrfError::Length`] if
    /// `channels` has not three values a pixel.
    pub fn new(width: usize, height: usize, channels: &'a [u8]) -> Result<Self, CrfError> {
        let pixels = width.saturating_mul(height);
        if !(1..=MAX_PIXELS).contains(&pixels) {
            return Err(CrfError::Pixels { found: pixels });
        }
        let (found, expected) = (channels.len(), pixels * 3);
        if found != expected {
            return Err(CrfError::Length { what: "the picture", found, expected });
        }
        let (colours, _) = channels.as_chunks();
        Ok(Self { width, height, colours })
    }

    /// Number of pixels.
    pub fn pixels(&self) -> usize {
        self.colours.len()
    }

    /// Place and colour of every pixel, row by row.
    pub(crate) fn points(&self) -> impl Iterator<Item = ([f32; 2], [u8; 3])> + Clone + '_ {
        let places = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        places.zip(self.colours).map(|((x, y), &colour)| ([x as f32, y as f32], colour))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_go_row_by_row() {
        let channels: Vec<u8> = (0..18).collect();
        let picture = Picture::new(3, 2, &channels).unwrap();
        let points: Vec<_> = picture.points().collect();
        assert_eq!(points[0], ([0.0, 0.0], [0, 1, 2]));
        assert_eq!(points[2], ([2.0, 0.0], [6, 7, 8]));
        assert_eq!(points[3], ([0.0, 1.0], [9, 10, 11]));
        assert_eq!(points.len(), picture.pixels());
    }

    #[test]
    fn pictures_without_pixels_and_with_missing_values_are_refused() {
        assert_eq!(Picture::new(0, 5, &[]).unwrap_err(), CrfError::Pixels { found: 0 });
        assert!(matches!(Picture::new(usize::MAX, 2, &[]), Err(CrfError::Pixels { .. })));
        let error = Picture::new(2, 2, &[0; 11]).unwrap_err().to_string();
        assert_eq!(error, "11 values of the picture, expected 12");
    }
}
