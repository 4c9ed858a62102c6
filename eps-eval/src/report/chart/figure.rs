//! A chart with its name and caption, as pages show it.

use super::{Chart, ChartFiles, Sheet};
use crate::EvalError;
use std::path::{Path, PathBuf};

/// A chart as it is shown and saved.
#[derive(Clone, Debug)]
pub struct Figure {
    /// File name without ending.
    pub name: String,
    pub caption: String,
    pub files: ChartFiles,
}

impl Figure {
    /// Draws a chart for a screen or a paper.
    ///
    /// # Errors
    ///
    /// If it cannot be drawn.
    pub fn new(
        name: impl Into<String>,
        caption: impl Into<String>,
        chart: &impl Chart,
        sheet: Sheet,
    ) -> Result<Self, EvalError> {
        let files = ChartFiles::of(chart, sheet)?;
        Ok(Self { name: name.into(), caption: caption.into(), files })
    }

    /// Writes the chart into the folder `charts` of a report.
    pub fn write(&self, report: &Path) -> Result<(), EvalError> {
        self.files.write(&report.join("charts").join(&self.name))
    }

    /// The files of the chart by their paths in the folder of a report.
    pub fn into_files(self) -> [(PathBuf, Vec<u8>); 3] {
        self.files.named(&PathBuf::from("charts").join(&self.name))
    }
}
