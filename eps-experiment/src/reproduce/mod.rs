//! Your scores for the rows of a published table, what they hold under, and the files that show them.

mod attempts;
mod results;
mod source;
mod table_comparison;
mod table_list;

pub use attempts::Statement;
pub use results::ReproductionFiles;
pub use source::AttemptSource;
pub use table_comparison::TableComparison;
pub use table_list::{published_table, table_list};
