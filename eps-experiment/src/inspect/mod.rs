//! Looks at a data set before a training: its faults, its numbers, its images.

mod byte_count;
mod check;
mod image_page;
mod statistics;

pub use byte_count::parse_bytes;
pub use check::DataSetCheck;
pub use image_page::ImagePage;
pub use statistics::statistics_page;
