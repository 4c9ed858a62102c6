//! Layers that backbones are made of, and how a pass through them is made.

use crate::ops::{self, Activation, ChannelParameters, Geometry, Normalising, Precision};
use burn::module::{Module, Param};
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How one pass through the network is made.
pub struct Pass {
    /// Whether normalisations use and update the statistics of the batch.
    learn_norms: bool,
    /// Draws of channel dropout; `None` switches it off.
    dropout: Option<ChaCha8Rng>,
    /// What the backbone's convolutions compute in; all else is `f32`.
    pub precision: Precision,
}

impl Pass {
    /// Stored statistics, no dropout.
    pub fn inference() -> Self {
        Self { learn_norms: false, dropout: None, precision: Precision::F32 }
    }

    /// A training pass; channels are dropped by the draws of `dropout`.
    pub fn training(learn_norms: bool, dropout: ChaCha8Rng) -> Self {
        Self { learn_norms, dropout: Some(dropout), precision: Precision::F32 }
    }

    /// A training pass without dropout.
    pub fn training_without_dropout(learn_norms: bool) -> Self {
        Self { learn_norms, dropout: None, precision: Precision::F32 }
    }

    /// The same pass with convolutions in `precision`.
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Drops single values with probability `p`; the others grow by `1 / (1 - p)`.
    pub fn drop_values(&mut self, input: Tensor<4>, p: f64) -> Tensor<4> {
        let shape = input.dims();
        self.drop(input, shape, p)
    }

    /// Drops whole channels of each sample with probability `p`; the others grow by `1 / (1 - p)`.
    pub fn drop_channels(&mut self, input: Tensor<4>, p: f64) -> Tensor<4> {
        let [batch, channels, _, _] = input.dims();
        self.drop(input, [batch, channels, 1, 1], p)
    }

    /// One draw for each place of `shape`, which the input is spread over.
    fn drop(&mut self, input: Tensor<4>, shape: [usize; 4], p: f64) -> Tensor<4> {
        let Some(generator) = &mut self.dropout else { return input };
        let kept = (1.0 / (1.0 - p)) as f32;
        // Drawn on the CPU, so that a seed drops the same on every device.
        let mask: Vec<f32> = (0..shape.iter().product())
            .map(|_| if generator.random::<f64>() < p { 0.0 } else { kept })
            .collect();
        let mask = Tensor::<4>::from_data(TensorData::new(mask, shape), &input.device());
        input * mask
    }
}

/// Where first weights come from: a generator for each tensor, by its name.
#[derive(Clone, Copy, Debug)]
pub struct Initialisation {
    pub seed: u64,
}

impl Initialisation {
    fn generator(self, name: &str) -> ChaCha8Rng {
        // FNV-1a of the name. With a generator for each tensor, first weights do not depend on the order
        // in which layers are built: networks with other classifiers have the same backbone.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        ChaCha8Rng::seed_from_u64(hash ^ self.seed)
    }

    /// Uniform values in `-bound..bound`.
    fn uniform(self, name: &str, count: usize, bound: f32) -> Vec<f32> {
        let mut generator = self.generator(name);
        (0..count).map(|_| (2.0 * unit(&mut generator) - 1.0) * bound).collect()
    }

    /// Normal values around 0.
    fn normal(self, name: &str, count: usize, deviation: f32) -> Vec<f32> {
        let mut generator = self.generator(name);
        (0..count).map(|_| normal_value(&mut generator, deviation)).collect()
    }
}

fn unit(generator: &mut impl Rng) -> f32 {
    generator.random::<f32>()
}

/// By Box and Muller's transform.
fn normal_value(generator: &mut impl Rng, deviation: f32) -> f32 {
    // Not 0, whose logarithm is infinite.
    let radius = (-2.0 * (1.0 - generator.random::<f64>()).ln()).sqrt();
    let angle = std::f64::consts::TAU * generator.random::<f64>();
    (f64::from(deviation) * radius * angle.cos()) as f32
}

/// How large first weights are.
#[derive(Clone, Copy, Debug)]
pub enum Gain {
    /// Uniform with the variance that keeps a ReLU network's activations: `2 / fan_in`.
    He,
    /// Uniform in `±sqrt(6 / (fan_in + fan_out))`, as the reference's classifier.
    Xavier,
    /// Normal with this standard deviation, as DeepLab's last layers.
    Normal(f32),
}

/// Of uniform values with a variance of `2 / fans`.
fn uniform_bound(fans: usize) -> f32 {
    // Uniform values in -b..b have a variance of b² / 3.
    (6.0 / fans as f32).sqrt()
}

/// A convolution without bias.
#[derive(Module, Debug)]
pub struct Convolution {
    pub weight: Param<Tensor<4>>,
    stride: usize,
    padding: usize,
    dilation: usize,
    groups: usize,
}

impl Convolution {
    /// `shape` is `[out, in / groups, kernel, kernel]`.
    pub fn new(
        name: &str,
        shape: [usize; 4],
        geometry: Geometry,
        gain: Gain,
        initialisation: Initialisation,
        device: &Device,
    ) -> Self {
        let taps = shape[2] * shape[3];
        let count = shape.iter().product();
        let values = match gain {
            Gain::He => initialisation.uniform(name, count, uniform_bound(shape[1] * taps)),
            Gain::Xavier => {
                let fans = (shape[0] + shape[1]) * taps;
                initialisation.uniform(name, count, uniform_bound(fans))
            }
            Gain::Normal(deviation) => initialisation.normal(name, count, deviation),
        };
        let weight = Tensor::from_data(TensorData::new(values, shape), device);
        let Geometry { stride, padding, dilation, groups } = geometry;
        Self { weight: Param::from_tensor(weight), stride, padding, dilation, groups }
    }

    pub fn forward(&self, input: Tensor<4>, precision: Precision) -> Tensor<4> {
        let Self { stride, padding, dilation, groups, .. } = *self;
        let geometry = Geometry { stride, padding, dilation, groups };
        ops::convolution_in(precision, input, self.weight.val(), geometry)
    }
}

/// A convolution with a bias, which begins at 0, and the activation that follows it.
#[derive(Module, Debug)]
pub struct BiasedConvolution {
    conv: Convolution,
    bias: Param<Tensor<1>>,
}

impl BiasedConvolution {
    /// As [`Convolution::new`].
    pub fn new(
        name: &str,
        shape: [usize; 4],
        geometry: Geometry,
        gain: Gain,
        initialisation: Initialisation,
        device: &Device,
    ) -> Self {
        let conv = Convolution::new(name, shape, geometry, gain, initialisation, device);
        Self { conv, bias: Param::from_tensor(Tensor::zeros([shape[0]], device)) }
    }

    pub fn forward(
        &self,
        input: Tensor<4>,
        activation: Activation,
        precision: Precision,
    ) -> Tensor<4> {
        let output = self.conv.forward(input, precision);
        ops::add_bias(output, self.bias.val(), activation)
    }
}

/// Pattern of the paths of every [`Norm`]'s parameters.
pub(crate) const NORM_PARAMETERS: &str = r"\.(gamma|beta)$";

/// A batch normalisation with the activation that follows it.
#[derive(Module, Debug)]
pub struct Norm {
    pub norm: BatchNorm,
}

impl Norm {
    pub fn new(channels: usize, epsilon: f64, device: &Device) -> Self {
        Self { norm: BatchNormConfig::new(channels).with_epsilon(epsilon).init(device) }
    }

    pub fn forward(&self, input: Tensor<4>, activation: Activation, pass: &Pass) -> Tensor<4> {
        let (mean, variance) = if pass.learn_norms {
            let (mean, variance) = ops::moments(&input);
            self.update(&mean, &variance);
            (mean, variance)
        } else {
            let device = input.device();
            let stored = [&self.norm.running_mean, &self.norm.running_var];
            let [mean, variance] = stored.map(|state| state.value_sync().to_device(&device));
            (mean, variance)
        };
        let channels = ChannelParameters {
            gamma: self.norm.gamma.val(),
            beta: self.norm.beta.val(),
            mean,
            variance,
        };
        let epsilon = self.norm.epsilon;
        // Gradients flow through the statistics only where the batch made them.
        let normalising = Normalising { epsilon, activation, from_batch: pass.learn_norms };
        ops::normalise(input, channels, normalising)
    }

    /// Moves the stored statistics towards those of a batch.
    fn update(&self, mean: &Tensor<1>, variance: &Tensor<1>) {
        let momentum = self.norm.momentum;
        let device = mean.device();
        for (state, batch) in [(&self.norm.running_mean, mean), (&self.norm.running_var, variance)]
        {
            let stored = state.value_sync().to_device(&device) * (1.0 - momentum);
            state.update((stored + batch.clone() * momentum).detach());
            // burn sets an update aside until the value is asked for, and a record would miss it.
            state.value_sync();
        }
    }
}
