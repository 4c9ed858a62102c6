//! The part of a picture that stuff fills.

use super::{dice::Dice, shape::Point, texture::Noise};

/// How much edges stray from their lines, in picture widths; upright ones most.
const STRAY: f32 = 0.06;

/// A rectangle with rough edges; an edge on the picture's border is cut by the border alone.
#[derive(Clone, Debug)]
pub(super) struct Area {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) top: f32,
    pub(super) bottom: f32,
    height: f32,
    rough: Noise,
}

impl Area {
    /// `[left, right]` as fractions of the width and `[top, bottom]` of `height`, the picture's.
    pub(super) fn new(x: [f32; 2], y: [f32; 2], height: f32, dice: &mut Dice) -> Self {
        let [top, bottom] = y.map(|edge| edge * height);
        Self { left: x[0], right: x[1], top, bottom, height, rough: Noise::new(dice) }
    }

    pub(super) fn contains(&self, p: Point) -> bool {
        let stray = STRAY * (self.rough.layered(p, 6.0, 6.0) - 0.5);
        let (x, y) = (p.x + 1.5 * stray, p.y + 0.6 * stray);
        (self.left <= 0.0 || x >= self.left)
            && (self.right >= 1.0 || x < self.right)
            && (self.top <= 0.0 || y >= self.top)
            && (self.bottom >= self.height || y < self.bottom)
    }

    /// 0 at the top, 1 at the bottom.
    pub(super) fn depth(&self, p: Point) -> f32 {
        (p.y - self.top) / (self.bottom - self.top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_rough_inside_the_picture_and_straight_at_its_border() {
        let area = Area::new([0.0, 0.5], [0.5, 1.0], 0.8, &mut Dice::of_scene(0, 0));
        assert!(area.contains(Point::new(0.0, 0.8)) && area.contains(Point::new(0.46, 0.43)));
        assert!(!area.contains(Point::new(0.54, 0.6)) && !area.contains(Point::new(0.2, 0.36)));
    }
}
