//! Names beside the marks and curves of a chart.

use super::style::px;

/// A place on the area, as it is drawn.
pub(super) type Pixel = (i32, i32);

/// Left, top, right and bottom, as they are drawn.
pub(super) type Corners = [i32; 4];

/// Room that a mark takes around its middle.
pub(super) fn around((x, y): Pixel) -> Corners {
    let radius = px(6);
    [x - radius, y - radius, x + radius, y + radius]
}

/// Names beside marks, none on another or on a mark; those without room are left out.
pub(super) struct Names {
    /// To the left of it and below are the numbers of the axes.
    pub(super) plot: Corners,
    pub(super) taken: Vec<Corners>,
    /// Lines, on which names are only where there is no other room.
    pub(super) lines: Vec<[Pixel; 2]>,
}

impl Names {
    /// Where a name of this width begins, relative to its mark.
    pub(super) fn place(&mut self, mark: Pixel, width: i32) -> Option<Pixel> {
        self.place_beside(&[mark], width).map(|(_, at)| at)
    }

    /// The first of some marks with room beside it that no line crosses, or else with any, and where the name
    /// begins relative to it.
    pub(super) fn place_beside(&mut self, marks: &[Pixel], width: i32) -> Option<(usize, Pixel)> {
        let (gap, half) = (px(8), px(8));
        // Right, left, above, below; the middle of the name's left edge, from the mark.
        let beside = [(gap, 0), (-gap - width, 0), (-width / 2, -px(17)), (-width / 2, px(17))];
        let mut free: Vec<((usize, Pixel), Corners)> = Vec::new();
        for (index, mark) in marks.iter().enumerate() {
            for (dx, dy) in beside {
                let (left, middle) = (mark.0 + dx, mark.1 + dy);
                let corners = [left - px(2), middle - half, left + width + px(2), middle + half];
                if self.is_free(&corners) {
                    free.push(((index, (dx, dy)), corners));
                }
            }
        }
        let clear = free.iter().find(|(_, corners)| self.is_clear(corners));
        let &(place, corners) = clear.or(free.first())?;
        self.taken.push(corners);
        Some(place)
    }

    fn is_free(&self, corners: &Corners) -> bool {
        // The legend is above the plot.
        let is_below_legend = corners[1] >= self.plot[1] - px(8);
        let is_inside =
            corners[0] > self.plot[0] && corners[2] < self.plot[2] && corners[3] < self.plot[3];
        let is_taken = self.taken.iter().any(|other| overlap(corners, other));
        is_inside && is_below_legend && !is_taken
    }

    fn is_clear(&self, corners: &Corners) -> bool {
        !self.lines.iter().any(|line| crosses(line, corners))
    }
}

fn overlap(a: &Corners, b: &Corners) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// Whether a line meets a box, seen at points that are nearer to each other than a name is high.
fn crosses(&[from, to]: &[Pixel; 2], corners: &Corners) -> bool {
    let steps = (from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)) / px(4) as u32).max(1) as i32;
    let [left, top, right, bottom] = *corners;
    (0..=steps).any(|step| {
        let x = from.0 + (to.0 - from.0) * step / steps;
        let y = from.1 + (to.1 - from.1) * step / steps;
        (left..right).contains(&x) && (top..bottom).contains(&y)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_where_nothing_is_or_is_left_out() {
        let mark = (px(100), px(100));
        let width = px(40);
        let (plot, taken) = ([0, 0, px(400), px(400)], vec![around(mark)]);
        let mut names = Names { plot, taken, lines: vec![[mark, (px(300), px(100))]] };
        let mut next = || names.place(mark, width);
        assert_eq!(next(), Some((-px(8) - width, 0)), "the right has a line");
        assert_eq!(next(), Some((-width / 2, -px(17))));
        assert_eq!(next(), Some((-width / 2, px(17))));
        assert_eq!(next(), Some((px(8), 0)), "no other room is left");
        assert_eq!(next(), None);
        let plot = [px(90), 0, px(400), px(105)];
        let mut names = Names { plot, taken: vec![], lines: vec![] };
        assert_eq!(names.place(mark, width), None, "no name is on the numbers of an axis");
    }
}
