//! Rendered scenes whose object classes come with a background of their own.
//!
//! "Railroad is not a train": a train is nearly always on a railroad, and a railroad is rarely seen
//! without a train, so image labels alone cannot tell one from the other; a saliency map can. Each
//! [`SceneClass`] has such *stuff*, which fills a large part of the picture and touches the
//! object. Labels name objects only; [`Scene::stuff`] says where the stuff is, so that confusing
//! them with the objects can be measured.
//!
//! A scene is planned, then painted from back to front on a canvas that keeps an owner for each
//! sample: ground that belongs to no class, stuff, objects. Masks are counted from the owners,
//! never from colours. Lengths are in picture widths, so a scene looks the same at every size. Each
//! scene draws from a generator of its own, with no arithmetic that differs between machines.

mod area;
mod canvas;
mod colour;
mod dice;
mod ground;
mod objects;
mod pen;
mod plan;
mod saliency;
mod scene;
mod scene_class;
mod shape;
mod stuff;
mod texture;
mod voc_folder;

pub use scene::{SCENE_SIZE, Scene, render};
pub use scene_class::{SCENE_CLASSES, SceneClass, class_names};
pub use voc_folder::{STUFF_FOLDER, scene_id, write_voc_folder};
