//! The colours that PASCAL VOC gives to classes.

/// The colour of every class: each bit triple of the index, lowest first, fills the colour from its
/// highest bit down.
pub fn voc_palette() -> [[u8; 3]; 256] {
    std::array::from_fn(colour)
}

fn colour(class: usize) -> [u8; 3] {
    let channel = |first: usize| {
        (0..3).fold(0, |value, level| value | ((class >> (3 * level + first) & 1) << (7 - level)))
    };
    [channel(0), channel(1), channel(2)].map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_the_devkits() {
        let palette = voc_palette();
        let cases = [
            (0, [0, 0, 0]),
            (1, [128, 0, 0]),
            (2, [0, 128, 0]),
            (8, [64, 0, 0]),
            (15, [192, 128, 128]),
            (20, [0, 64, 128]),
            (255, [224, 224, 192]),
        ];
        for (class, colour) in cases {
            assert_eq!(palette[class], colour, "class {class}");
        }
    }
}
