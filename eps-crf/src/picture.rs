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

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn height(&self) -> usize {
        self.height
    }

    /// Colours row by row.
    pub(crate) fn colours(&self) -> &'a [[u8; 3]] {
        self.colours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_row_by_row() {
        let channels: Vec<u8> = (0..18).collect();
        let picture = Picture::new(3, 2, &channels).unwrap();
        assert_eq!((picture.width(), picture.height(), picture.pixels()), (3, 2, 6));
        assert_eq!(picture.colours()[3], [9, 10, 11]);
    }

    #[test]
    fn pictures_without_pixels_and_with_missing_values_are_refused() {
        assert_eq!(Picture::new(0, 5, &[]).unwrap_err(), CrfError::Pixels { found: 0 });
        assert!(matches!(Picture::new(usize::MAX, 2, &[]), Err(CrfError::Pixels { .. })));
        let error = Picture::new(2, 2, &[0; 11]).unwrap_err().to_string();
        assert_eq!(error, "11 values of the picture, expected 12");
    }
}
