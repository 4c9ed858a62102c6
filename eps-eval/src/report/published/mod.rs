//! Published tables of the paper and its field: numbers with their source, and what they hold under.

mod cell;
mod circumstances;
mod field;
mod table;

pub use cell::{PublishedCell, Sureness};
pub use circumstances::{Circumstances, Conditions};
pub use field::{FieldMethod, FieldQuantity, Supervision, field_methods};
pub use table::{Column, PublishedTable, Quantity};
