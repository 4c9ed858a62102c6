//! A network in an ONNX file.

use crate::input::normalised;
use crate::map::{self, DeepMap};
use crate::model::SaliencyModel;
use eps_data::codec::read_bytes;
use eps_data::{DataError, RgbImage, SaliencyMap, Size, sha256};
use rten::{Dimension, LoadError, LoadErrorKind, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A network that makes saliency maps, loaded from an ONNX file.
pub struct SaliencyNetwork {
    path: PathBuf,
    sha256: String,
    model: SaliencyModel,
    graph: rten::Model,
    input: NodeId,
    output: NodeId,
    threads: Arc<ThreadPool>,
}

/// A map as the network gave it, in fractions.
struct Raw {
    size: Size,
    fractions: Vec<f32>,
}

impl SaliencyNetwork {
    /// Loads a network that is as `model` says, and tries it on a grey picture, so that whatever is
    /// wrong with it is known before the first photograph. It computes on so many threads.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no ONNX network, needs an operator that the engine lacks, or has
    /// other inputs or outputs.
    pub fn load(path: &Path, model: SaliencyModel, threads: usize) -> Result<Self, DataError> {
        let bytes = read_bytes(path)?;
        let sha256 = sha256(&bytes);
        let mut options = ModelOptions::with_all_ops();
        let graph = options.prepack_weights(true).load(bytes);
        let graph = graph.map_err(|error| not_loaded(path, &error))?;
        let input = sole_input(&graph, &model).map_err(|found| {
            let side = model.size;
            refuse(path, found, format!("one input of 1x3x{side}x{side}"))
        })?;
        let outputs = graph.output_ids();
        let output = *outputs.get(model.output).ok_or_else(|| {
            let expected = format!("output {} of the model, counted from 0", model.output);
            refuse(path, format!("{} outputs", outputs.len()), expected)
        })?;
        let threads = Arc::new(ThreadPool::with_num_threads(threads));
        let network = Self { path: path.into(), sha256, model, graph, input, output, threads };
        network.raw(&RgbImage::from_pixel(1, 1, [128; 3].into()))?;
        Ok(network)
    }

    /// SHA-256 of the file, hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// How the network takes photographs.
    pub fn model(&self) -> &SaliencyModel {
        &self.model
    }

    /// The map of a photograph, at its size.
    ///
    /// # Errors
    ///
    /// If the network cannot compute it, or its values are not finite.
    pub fn map(&self, picture: &RgbImage) -> Result<SaliencyMap, DataError> {
        let Raw { size, fractions } = self.raw(picture)?;
        Ok(map::grey(&fractions, size, size_of(picture)))
    }

    /// The map of a photograph in 65,536 levels, at its size.
    ///
    /// # Errors
    ///
    /// As [`map`](Self::map).
    pub fn deep_map(&self, picture: &RgbImage) -> Result<DeepMap, DataError> {
        let Raw { size, fractions } = self.raw(picture)?;
        Ok(map::deep(&fractions, size, size_of(picture)))
    }

    fn raw(&self, picture: &RgbImage) -> Result<Raw, DataError> {
        let side = self.model.size;
        let values = normalised(&self.model, picture);
        let input = NdTensorView::from_data([1, 3, side, side], &values[..]);
        let options = RunOptions::default().with_thread_pool(Some(self.threads.clone()));
        let output =
            self.graph.run(vec![(self.input, input.into())], &[self.output], Some(options));
        let failed = |error: &dyn std::error::Error| {
            refuse(&self.path, one_line(error), "a network that takes a picture".into())
        };
        let output = output.map_err(|error| failed(&error))?.pop();
        let Some(output) = output else {
            return Err(refuse(&self.path, "no output".into(), "a map".into()));
        };
        let shape = output.shape();
        let (&[1, channels, height, width], true) = (&shape[..], output.len() > 0) else {
            let found = format!("an output of {}", times(&shape));
            return Err(refuse(&self.path, found, format!("a map such as 1x1x{side}x{side}")));
        };
        debug_assert!(channels > 0);
        let output: NdTensor<f32, 4> = output.try_into().map_err(|error| failed(&error))?;
        let values: Vec<f32> = output.slice((0, 0)).iter().copied().collect();
        if !values.iter().all(|value| value.is_finite()) {
            let found = "values that are not finite".into();
            return Err(refuse(&self.path, found, "numbers".into()));
        }
        let fractions = map::fractions(&self.model, values);
        Ok(Raw { size: Size::new(width, height), fractions })
    }
}

fn size_of(picture: &RgbImage) -> Size {
    Size::new(picture.width() as usize, picture.height() as usize)
}

fn refuse(path: &Path, found: String, expected: String) -> DataError {
    DataError::Content { path: path.into(), found, expected }
}

/// The input of a network that takes one picture of the model's size; otherwise what it has.
fn sole_input(graph: &rten::Model, model: &SaliencyModel) -> Result<NodeId, String> {
    let &[input] = graph.input_ids() else {
        return Err(format!("{} inputs", graph.input_ids().len()));
    };
    let Some(shape) = graph.input_shape(0) else { return Ok(input) };
    let expected = [1, 3, model.size, model.size];
    let fits = |(found, expected): (&Dimension, usize)| match found {
        Dimension::Fixed(found) => *found == expected,
        Dimension::Symbolic(_) => true,
    };
    if shape.len() == expected.len() && shape.iter().zip(expected).all(fits) {
        return Ok(input);
    }
    let found: Vec<String> = shape.iter().map(name_of).collect();
    Err(format!("an input of {}", found.join("x")))
}

fn name_of(dimension: &Dimension) -> String {
    match dimension {
        Dimension::Fixed(size) => size.to_string(),
        Dimension::Symbolic(_) => "?".into(),
    }
}

fn times(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    if sizes.is_empty() { "one number".into() } else { sizes.join("x") }
}

fn not_loaded(path: &Path, error: &LoadError) -> DataError {
    match error.kind() {
        LoadErrorKind::UnknownFileType
        | LoadErrorKind::FormatNotEnabled
        | LoadErrorKind::ParseError => {
            refuse(path, "no ONNX network".into(), "one such as u2netp.onnx, whole".into())
        }
        LoadErrorKind::ExternalDataError => {
            refuse(path, "weights in another file".into(), "a network in one file".into())
        }
        _ => refuse(path, one_line(error), "operators that the engine has".into()),
    }
}

/// An error of the engine on one line.
fn one_line(error: &dyn std::error::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
