//! Your scores for the rows of a published table, what they hold under, and the files that show them.

mod attempts;
mod results;
mod source;

pub use attempts::{Statement, attempts};
pub use results::ReproductionFiles;
pub use source::AttemptSource;
