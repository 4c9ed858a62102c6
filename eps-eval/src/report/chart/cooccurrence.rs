//! Which classes come together.

use super::{Chart, heat_map::HeatMap};
use eps_data::Size;
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
};

/// A heat map of P(column | row); what does not exist is grey.
#[derive(Clone, Copy, Debug)]
pub struct CooccurrenceChart<'a> {
    pub names: &'a [&'a str],
    /// `conditional[row][column]`, in `0..=1`.
    pub conditional: &'a [Vec<Option<f64>>],
}

impl Chart for CooccurrenceChart<'_> {
    fn size(&self) -> Size {
        self.heat_map().size()
    }

    fn draw<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        self.heat_map().draw(area)
    }
}

impl CooccurrenceChart<'_> {
    fn heat_map(&self) -> HeatMap<'_> {
        HeatMap {
            title: "Class co-occurrence",
            note: "P(column | row) [%]: of the images with the class of the row, those with that of the column",
            names: self.names,
            cells: self.conditional,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Sheet, svg};

    #[test]
    fn cells_are_numbered_while_there_is_room() {
        let names = ["boat", "cow"];
        let conditional = [vec![Some(1.0), Some(0.25)], vec![None, None]];
        let chart = CooccurrenceChart { names: &names, conditional: &conditional };
        let document = svg(&chart, Sheet::Screen).unwrap();
        for text in ["boat", "cow", "100", "25"] {
            assert!(document.contains(&format!(">\n{text}\n<")), "no `{text}` in {document}");
        }
        let many = vec!["class"; 80];
        let rows = vec![vec![Some(0.25); 80]; 80];
        let chart = CooccurrenceChart { names: &many, conditional: &rows };
        assert!(!svg(&chart, Sheet::Screen).unwrap().contains(">\n25\n<"));
    }
}
