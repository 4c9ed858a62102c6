//! The picture while it is painted, and whose each sample of it is.

use super::{
    colour::Colour,
    shape::{Point, Shape},
    texture::Noise,
};
use crate::{ClassId, Size};
use image::{Rgb, RgbImage};

/// Samples along each side of a pixel; odd, so that two owners never have half each.
const SAMPLES: usize = 3;

/// Strength of the camera's noise in the finished image.
const CAMERA_NOISE: f32 = 0.025;

/// What a sample or pixel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Ground that belongs to no class.
    Ground,
    /// The stuff that goes with a class.
    Stuff(ClassId),
    /// An object of a class; `figure` counts the objects of the scene.
    Object { class: ClassId, figure: usize },
}

/// A picture in samples: a colour and an owner for each, several to a pixel.
pub(super) struct Canvas {
    size: Size,
    colours: Vec<Colour>,
    owners: Vec<Owner>,
}

impl Canvas {
    pub(super) fn new(size: Size) -> Self {
        let samples = size.pixels() * SAMPLES * SAMPLES;
        Self {
            size,
            colours: vec![super::colour::GREY; samples],
            owners: vec![Owner::Ground; samples],
        }
    }

    /// Height in picture widths.
    pub(super) fn height(&self) -> f32 {
        self.size.height as f32 / self.size.width as f32
    }

    /// Paints every sample for which `colour` has one.
    pub(super) fn cover(&mut self, owner: Owner, colour: impl Fn(Point) -> Option<Colour>) {
        let whole = (Point::new(0.0, 0.0), Point::new(1.0, self.height()));
        self.each_sample(whole, |p, sample_colour, sample_owner| {
            if let Some(colour) = colour(p) {
                (*sample_colour, *sample_owner) = (colour, owner);
            }
        });
    }

    /// Paints the inside of `shape`.
    pub(super) fn paint(&mut self, owner: Owner, shape: &Shape, colour: impl Fn(Point) -> Colour) {
        self.each_sample(shape.bounds(), |p, sample_colour, sample_owner| {
            if shape.contains(p) {
                (*sample_colour, *sample_owner) = (colour(p), owner);
            }
        });
    }

    /// Dims what is inside `shape` without taking it from its owner, as a shadow does.
    pub(super) fn dim(&mut self, shape: &Shape, factor: f32) {
        self.each_sample(shape.bounds(), |p, colour, _| {
            if shape.contains(p) {
                *colour = colour.lit(factor);
            }
        });
    }

    fn each_sample(
        &mut self,
        (from, to): (Point, Point),
        mut visit: impl FnMut(Point, &mut Colour, &mut Owner),
    ) {
        let (width, height) = (self.size.width * SAMPLES, self.size.height * SAMPLES);
        let scale = width as f32;
        // A cast to usize saturates: what lies left of or above the picture starts at its edge.
        let rows = (from.y * scale) as usize..((to.y * scale).ceil() as usize).min(height);
        let columns = (from.x * scale) as usize..((to.x * scale).ceil() as usize).min(width);
        for row in rows {
            for column in columns.clone() {
                let p = Point::new((column as f32 + 0.5) / scale, (row as f32 + 0.5) / scale);
                let index = row * width + column;
                visit(p, &mut self.colours[index], &mut self.owners[index]);
            }
        }
    }

    /// Places of a pixel's samples.
    fn samples_of(&self, x: usize, y: usize) -> impl Iterator<Item = usize> + Clone + use<> {
        let width = self.size.width * SAMPLES;
        let first = y * SAMPLES * width + x * SAMPLES;
        (0..SAMPLES * SAMPLES).map(move |i| first + i / SAMPLES * width + i % SAMPLES)
    }

    /// The owner of most samples of each pixel, row by row; of two equals the one painted first.
    pub(super) fn owners(&self) -> Vec<Owner> {
        let pixels = (0..self.size.height).flat_map(|y| (0..self.size.width).map(move |x| (x, y)));
        pixels.map(|(x, y)| self.owner_of(x, y)).collect()
    }

    fn owner_of(&self, x: usize, y: usize) -> Owner {
        let samples = self.samples_of(x, y).map(|i| self.owners[i]);
        let mut best = (0, Owner::Ground);
        for owner in samples.clone() {
            let votes = samples.clone().filter(|&other| other == owner).count();
            if votes > best.0 {
                best = (votes, owner);
            }
        }
        best.1
    }

    /// The picture in pixels, each the mean of its samples, in the given light.
    pub(super) fn image(&self, light: Colour, noise: Noise) -> RgbImage {
        RgbImage::from_fn(self.size.width as u32, self.size.height as u32, |x, y| {
            let samples = self.samples_of(x as usize, y as usize);
            let grain = (noise.value(x as i32, y as i32) - 0.5) * CAMERA_NOISE;
            Rgb([0, 1, 2].map(|part| {
                let sum: f32 = samples.clone().map(|i| self.colours[i].0[part]).sum();
                let mean = sum / (SAMPLES * SAMPLES) as f32;
                ((mean * light.0[part] + grain).clamp(0.0, 1.0) * 255.0).round() as u8
            }))
        })
    }
}
