//! COCO's instances files: which objects are in an image, where they are, and the mask they make.
//!
//! The categories of a file become classes 1, 2, .. in the order of their ids, so that the 80 of
//! COCO, whose ids have gaps up to 90, are 1 to 80. A first category that is background is class 0.

mod categories;
mod drawing;
mod file;
mod images;
mod parse;
mod region;

pub use drawing::{Crowd, Drawing, Order, Overlap};
pub use file::{Annotation, CocoImage, Instances};
pub use images::{ImageClasses, InstancesFile};
pub use parse::CocoId;

#[cfg(test)]
mod golden;
