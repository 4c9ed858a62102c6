//! The header of a JPEG's frame, and which blocks its components have.

/// A frame that is coded by Huffman tables.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) is_progressive: bool,
    width: usize,
    height: usize,
    pub(super) components: Vec<Component>,
}

/// A channel of a frame.
#[derive(Clone, Debug)]
pub(super) struct Component {
    id: u8,
    /// Blocks beside each other and one above another in each unit of a scan of all components.
    pub(super) across: usize,
    pub(super) down: usize,
}

/// A number of blocks beside each other and one above another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) across: usize,
    pub(super) down: usize,
}

impl Frame {
    /// The frame of a `SOF` segment; `None` if there is none in it.
    pub(super) fn of(segment: &[u8], is_progressive: bool) -> Option<Self> {
        let (&[_, a, b, c, d, count], rest) = segment.split_first_chunk::<6>()?;
        let frame = Self {
            is_progressive,
            width: u16::from_be_bytes([c, d]).into(),
            height: u16::from_be_bytes([a, b]).into(),
            components: rest.chunks(3).map(Component::of).collect::<Option<_>>()?,
        };
        let is_whole = frame.components.len() == usize::from(count);
        let has_pixels = frame.width > 0 && frame.height > 0;
        let is_coloured = (1..=4).contains(&frame.components.len());
        // Scans name their components by these numbers.
        let mut numbered = frame.components.iter().enumerate();
        let are_told_apart =
            numbered.all(|(at, component)| frame.component(component.id) == Some(at));
        (is_whole && has_pixels && is_coloured && are_told_apart).then_some(frame)
    }

    pub(super) fn component(&self, id: u8) -> Option<usize> {
        self.components.iter().position(|component| component.id == id)
    }

    /// Most blocks of a component in a unit, across and down.
    fn most(&self) -> (usize, usize) {
        let across = self.components.iter().map(|component| component.across).max();
        let down = self.components.iter().map(|component| component.down).max();
        (across.unwrap_or(1), down.unwrap_or(1))
    }

    /// Units of a scan of all components.
    pub(super) fn units(&self) -> Grid {
        let (across, down) = self.most();
        Grid { across: self.width.div_ceil(8 * across), down: self.height.div_ceil(8 * down) }
    }

    /// Blocks of a component in a scan of it alone: those that hold pixels.
    pub(super) fn blocks(&self, component: usize) -> Grid {
        let (across, down) = self.most();
        let Component { across: own_across, down: own_down, .. } = self.components[component];
        Grid {
            across: (self.width * own_across).div_ceil(across).div_ceil(8),
            down: (self.height * own_down).div_ceil(down).div_ceil(8),
        }
    }
}

impl Component {
    fn of(bytes: &[u8]) -> Option<Self> {
        let &[id, sampling, _] = bytes else { return None };
        let (across, down) = (usize::from(sampling >> 4), usize::from(sampling & 15));
        let is_allowed = (1..=4).contains(&across) && (1..=4).contains(&down);
        is_allowed.then_some(Self { id, across, down })
    }
}

impl Grid {
    pub(super) fn count(self) -> usize {
        self.across * self.down
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_the_pixels_of_each_component() {
        // 500×375 with colours at half the size: units of 16×16, as jpeginfo's 32×24.
        let segment = [8, 1, 119, 1, 244, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
        let frame = Frame::of(&segment, false).unwrap();
        assert_eq!(frame.units(), Grid { across: 32, down: 24 });
        assert_eq!(frame.blocks(0), Grid { across: 63, down: 47 });
        assert_eq!(frame.blocks(1), Grid { across: 32, down: 24 });
        assert_eq!((frame.component(3), frame.component(4)), (Some(2), None));
    }

    #[test]
    fn a_header_without_pixels_or_with_other_factors_is_none() {
        let segment = [8, 0, 1, 0, 1, 1, 1, 0x11, 0];
        assert!(Frame::of(&segment, false).is_some());
        for (at, value) in [(2, 0), (4, 0), (5, 2), (7, 0x10), (7, 0x51)] {
            let mut segment = segment;
            segment[at] = value;
            assert!(Frame::of(&segment, false).is_none(), "{at}");
        }
        assert!(Frame::of(&segment[..8], false).is_none());
    }
}
