//! What charts are drawn for.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use eps_eval::report::chart::Sheet;

/// Flag of commands that draw charts.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct PaperArgs {
    /// Draw charts for a paper: as wide as one of two columns (3.3 inches) or as both (6.9), type of 8 points, no
    /// title, lines that stay apart in grey
    #[arg(long, value_name = "COLUMNS", num_args = 0..=1, default_missing_value = "single", value_parser = columns())]
    paper: Option<Sheet>,
}

impl PaperArgs {
    pub(crate) fn sheet(self) -> Sheet {
        self.paper.unwrap_or_default()
    }
}

fn columns() -> impl clap::builder::TypedValueParser<Value = Sheet> {
    PossibleValuesParser::new(["single", "double"]).map(|columns| match &*columns {
        "double" => Sheet::DoubleColumn,
        _ => Sheet::SingleColumn,
    })
}
