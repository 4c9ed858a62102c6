//! Figures of the object classes, each painted by one function.

mod aeroplane;
mod bird;
mod boat;
mod car;
mod cow;
mod train;

pub(super) use aeroplane::aeroplane;
pub(super) use bird::bird;
pub(super) use boat::boat;
pub(super) use car::car;
pub(super) use cow::cow;
pub(super) use train::train;
