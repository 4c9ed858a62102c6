//! A chart as files: SVG for screens, PNG of twice its size, PDF for print.

use super::{Chart, Sheet, pdf, png, svg};
use crate::EvalError;
use eps_data::codec::write_atomically;
use std::path::{Path, PathBuf};

/// A chart in every form in which it is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartFiles {
    pub svg: String,
    pub png: Vec<u8>,
    pub pdf: Vec<u8>,
}

impl ChartFiles {
    /// Draws a chart for a screen or a paper.
    ///
    /// # Errors
    ///
    /// If it cannot be drawn.
    pub fn of(chart: &impl Chart, sheet: Sheet) -> Result<Self, EvalError> {
        let (svg, png, pdf) = (svg(chart, sheet)?, png(chart, sheet)?, pdf(chart, sheet)?);
        Ok(Self { svg, png, pdf })
    }

    /// Writes `<path>.svg`, `<path>.png` and `<path>.pdf`; one of these endings may be given with the
    /// path, and other dots are part of the name.
    pub fn write(&self, path: &Path) -> Result<(), EvalError> {
        self.write_beside(path, "")
    }

    /// As [`write`](Self::write), with `addition` after the name.
    pub fn write_beside(&self, path: &Path, addition: &str) -> Result<(), EvalError> {
        let files = [self.svg.as_bytes(), &self.png, &self.pdf];
        for (path, bytes) in Self::paths(path, addition).iter().zip(files) {
            write_atomically(path, |file| file.write_all(bytes))?;
        }
        Ok(())
    }

    /// The files by the paths that [`write`](Self::write) gives them.
    pub fn named(self, path: &Path) -> [(PathBuf, Vec<u8>); 3] {
        let [svg, png, pdf] = Self::paths(path, "");
        [(svg, self.svg.into_bytes()), (png, self.png), (pdf, self.pdf)]
    }

    /// The files that are written.
    pub fn paths(path: &Path, addition: &str) -> [PathBuf; 3] {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = ENDINGS.iter().find_map(|ending| name.strip_suffix(&format!(".{ending}")));
        let stem = stem.unwrap_or(&name);
        ENDINGS.map(|ending| path.with_file_name(format!("{stem}{addition}.{ending}")))
    }
}

/// Of the files of a chart.
const ENDINGS: [&str; 3] = ["svg", "png", "pdf"];

#[cfg(test)]
mod tests {
    use super::*;

    const CHART: super::super::TrimapChart<'_> = super::super::TrimapChart { methods: &[] };

    #[test]
    fn a_chart_is_the_same_bytes_each_time() {
        let files = ChartFiles::of(&CHART, Sheet::Screen).expect("a chart");
        assert!(files.pdf.starts_with(b"%PDF-1."));
        assert_eq!(files, ChartFiles::of(&CHART, Sheet::Screen).expect("a chart"));
    }

    #[test]
    fn files_are_named_by_their_kind() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = ChartFiles::of(&CHART, Sheet::Screen).expect("a chart");
        for (given, stem) in [("a/", "a"), ("lambda0.5", "lambda0.5"), ("b.c.pdf", "b.c")] {
            let path = folder.path().join("charts").join(given);
            files.write(&path).expect("written");
            files.write_beside(&path, "-more").expect("written");
            for ending in ["svg", "png", "pdf", "-more.svg"] {
                let dot = if ending.starts_with('-') { "" } else { "." };
                let name = format!("{stem}{dot}{ending}");
                assert!(path.with_file_name(&name).is_file(), "{name}");
            }
        }
    }
}
