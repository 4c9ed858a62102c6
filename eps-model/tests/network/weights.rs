//! Networks with the hashed weights that the recorded numbers were made with, and walks over
//! parameters by the reference's names.

use crate::golden::{hash, tensor, to_vec, uniform};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use eps_model::backbone::{layer::Initialisation, resnet38d::Resnet38d};
use eps_model::network::Network;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The reference's name of one of our ResNet38d parameters: of
/// `backbone.Resnet38d.b4.2.bn_branch2a.norm.gamma` it is `b4_2.bn_branch2a.weight`.
fn reference_name(path: &[String]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path {
        match (part.as_str(), part.parse::<usize>()) {
            ("backbone" | "Resnet38d" | "EfficientnetLite0" | "norm" | "0", _) => {}
            ("gamma", _) => parts.push("weight".into()),
            ("beta", _) => parts.push("bias".into()),
            (_, Ok(index)) => parts.last_mut().unwrap().push_str(&format!("_{index}")),
            (name, Err(_)) => parts.push(name.into()),
        }
    }
    parts.join(".")
}

/// The hashed weights of a tensor that the reference calls `name`.
fn weights(name: &str, shape: &[usize]) -> Vec<f32> {
    let count = shape.iter().product();
    let is_norm = name.starts_with("bn") || name.contains(".bn");
    if is_norm && (name.ends_with(".weight") || name.ends_with(".running_var")) {
        return uniform(name, count, 0.5, 1.5);
    }
    if is_norm {
        return scaled(name, count, 0.1);
    }
    let fan_in: usize = shape[1..].iter().product();
    let gain = if name == "fc8.weight" { 20.0 } else { 0.5 };
    scaled(name, count, gain * (6.0 / fan_in as f64).sqrt())
}

fn scaled(name: &str, count: usize, factor: f64) -> Vec<f32> {
    let value = |index| ((2.0 * hash(name, index) - 1.0) * factor) as f32;
    (0..count).into_par_iter().map(value).collect()
}

/// Keeps the path of the parameter at which a walk is.
#[derive(Default)]
struct HashedWeights {
    path: Vec<String>,
}

impl ModuleMapper for HashedWeights {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = reference_name(&self.path);
        parameter.map(|old| {
            let shape: [usize; D] = old.dims();
            tensor(weights(&name, &shape), shape, &old.device())
                .set_require_grad(old.is_require_grad())
        })
    }
}

/// A ResNet38d with the weights that the recorded numbers were made with.
pub(crate) fn with_hashed_weights(network: Network) -> Network {
    network.map(&mut HashedWeights::default())
}

/// A network whose classifier's weights are all 1.
pub(crate) fn with_classifier_of_ones(network: Network) -> Network {
    struct Ones(HashedWeights);
    impl ModuleMapper for Ones {
        fn enter_module(&mut self, name: &str, kind: &str) {
            self.0.enter_module(name, kind);
        }
        fn exit_module(&mut self, name: &str, kind: &str) {
            self.0.exit_module(name, kind);
        }
        fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
            if self.0.path[0] != "fc8" {
                return parameter;
            }
            parameter.map(|old| old.ones_like().set_require_grad(old.is_require_grad()))
        }
    }
    network.map(&mut Ones(HashedWeights::default()))
}

/// The classifier's weights, in their place in the graph.
pub(crate) fn classifier(network: &Network) -> Tensor<4> {
    #[derive(Default)]
    struct Found(Vec<String>, Option<Tensor<4>>);
    impl ModuleVisitor for Found {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.0.push(name.into());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.0.pop();
        }
        fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
            if self.0[0] == "fc8" {
                let shape: [usize; D] = parameter.dims();
                self.1 = Some(parameter.val().reshape([shape[0], shape[1], 1, 1]));
            }
        }
    }
    let mut found = Found::default();
    network.visit(&mut found);
    found.1.unwrap()
}

/// The backbone of [`with_hashed_weights`] alone.
pub(crate) fn hashed_resnet38d(device: &Device) -> Resnet38d {
    Resnet38d::new(1.0, 1.0, Initialisation { seed: 0 }, device).map(&mut HashedWeights::default())
}

#[derive(Default)]
struct Collected {
    path: Vec<String>,
    parameters: BTreeMap<String, Vec<f32>>,
}

impl ModuleVisitor for Collected {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let known = self.parameters.insert(reference_name(&self.path), to_vec(parameter.val()));
        assert!(known.is_none(), "{:?} is there twice", self.path);
    }
}

/// Parameters and statistics of a network by the reference's names.
pub(crate) fn parameters(network: &Network) -> BTreeMap<String, Vec<f32>> {
    let mut collected = Collected::default();
    network.visit(&mut collected);
    collected.parameters
}

/// Lets one test at a time hold a full ResNet38d: training one takes 2 GB.
pub(crate) fn full_network() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_parameter_has_the_references_name() {
    let name = |path: &[&str]| {
        let path: Vec<_> = path.iter().map(|&part| part.to_owned()).collect();
        reference_name(&path)
    };
    let first = ["backbone", "Resnet38d", "b2", "0", "conv_branch1", "weight"];
    assert_eq!(name(&first), "b2.conv_branch1.weight");
    let third = ["backbone", "Resnet38d", "b4", "2", "bn_branch2a", "norm", "gamma"];
    assert_eq!(name(&third), "b4_2.bn_branch2a.weight");
}
