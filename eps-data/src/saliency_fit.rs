//! Saliency maps that are not as large as their photographs.

use crate::{
    DataError, SaliencyMap, Size, codec::read_saliency, split::check_size,
    transform::resize_saliency,
};
use std::path::Path;

/// What happens to a saliency map that is not as large as its photograph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaliencyFit {
    /// It is an error: a map of another size is often that of another image.
    #[default]
    Exact,
    /// It is resized to the photograph, as Pillow's bicubic does.
    Resized,
}

impl SaliencyFit {
    /// Reads the map of a photograph of this size.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or the map is of another size and must not be.
    pub fn read(self, path: &Path, size: Size) -> Result<SaliencyMap, DataError> {
        let map = read_saliency(path)?;
        if self == Self::Resized && map.size() != size {
            return resized(path, &map, size);
        }
        check_size("saliency map", path, map.size(), size)?;
        Ok(map)
    }
}

fn resized(path: &Path, map: &SaliencyMap, size: Size) -> Result<SaliencyMap, DataError> {
    if map.size().pixels() == 0 || size.pixels() == 0 {
        let (path, found) = (path.into(), format!("a map of {} for {size}", map.size()));
        return Err(DataError::Content { path, found, expected: "pixels in both".into() });
    }
    Ok(resize_saliency(map, size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::write_saliency;

    #[test]
    fn a_map_of_another_size_is_resized_only_if_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let (small, large) = (Size::new(2, 1), Size::new(5, 1));
        write_saliency(&path, &SaliencyMap::new(small, vec![0, 255])).unwrap();
        assert_eq!(SaliencyFit::Exact.read(&path, small).unwrap().values(), [0, 255]);
        assert_eq!(SaliencyFit::Resized.read(&path, small).unwrap().values(), [0, 255]);
        let message = SaliencyFit::Exact.read(&path, large).unwrap_err().to_string();
        assert!(message.ends_with("a.png: saliency map is 2×1, its image is 5×1"), "{message}");
        let resized = SaliencyFit::Resized.read(&path, large).unwrap();
        assert_eq!((resized.size(), resized.values()), (large, &[0, 17, 128, 238, 255][..]));
    }
}
