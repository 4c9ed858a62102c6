//! The network inside a training program's checkpoint.

use burn::store::burn_pack::Tensor;
use std::collections::BTreeSet;

/// What training programs call the state dict of a network in a checkpoint, and what data-parallel
/// training puts before its names; the network that was trained comes before averages of it.
const NETWORKS: [&str; 17] = [
    "state_dict",
    "model_state_dict",
    "model_state",
    "model_dict",
    "model",
    "network",
    "net",
    "net_state_dict",
    "weights",
    "params",
    "module",
    "teacher",
    "student",
    "ema",
    "ema_state_dict",
    "model_ema",
    "params_ema",
];

/// Beginnings of what else stands in a checkpoint: the state of what trained the network.
const TRAINING: [&str; 13] = [
    "optim",
    "sched",
    "lr_",
    "scaler",
    "amp",
    "epoch",
    "iter",
    "step",
    "args",
    "best",
    "rng",
    "loops",
    "callbacks",
];

/// The tensors of the network in a checkpoint without the wrappers' names, and the names of all others.
///
/// A wrapper is taken off where everything beside it is another wrapper or the state of training: a
/// network with a part called `model` and another called `head` stays whole.
pub(super) fn unwrapped(mut tensors: Vec<Tensor>) -> (Vec<Tensor>, Vec<String>) {
    let mut others = Vec::new();
    // Wrappers may be nested; each round takes a part off the names that are left, so there is an end.
    while let Some(wrapper) = wrapper(&tensors) {
        let mut inner = Vec::new();
        for mut tensor in tensors {
            match tensor.name.split_once('.') {
                Some((first, rest)) if first == wrapper => {
                    tensor.name = rest.to_owned();
                    inner.push(tensor);
                }
                _ => others.push(tensor.name),
            }
        }
        tensors = inner;
    }
    (tensors, others)
}

/// The wrapper that all tensors of the network are in.
fn wrapper(tensors: &[Tensor]) -> Option<&'static str> {
    let mut groups = tensors.iter().map(|tensor| tensor.name.split('.').next().unwrap_or_default());
    if !groups.all(is_known) {
        return None;
    }
    let nested: BTreeSet<&str> = tensors
        .iter()
        .filter_map(|tensor| tensor.name.split_once('.'))
        .filter(|(_, rest)| !rest.is_empty())
        .map(|(group, _)| group)
        .collect();
    NETWORKS.into_iter().find(|wrapper| nested.contains(wrapper))
}

fn is_known(group: &str) -> bool {
    NETWORKS.contains(&group) || TRAINING.iter().any(|start| group.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Bytes, DType};

    /// Names of the network, and of the rest, among tensors with these names.
    fn names(names: &[&str]) -> (Vec<String>, Vec<String>) {
        let tensor = |name: &&str| {
            let bytes = || Ok(Bytes::from_bytes_vec(vec![0; 4]));
            Tensor::deferred((*name).into(), DType::F32, vec![1], None, 4, bytes)
        };
        let (tensors, others) = unwrapped(names.iter().map(tensor).collect());
        (tensors.into_iter().map(|tensor| tensor.name).collect(), others)
    }

    #[test]
    fn every_wrapper_is_taken_off_and_the_rest_is_named() {
        for wrapper in NETWORKS {
            let tensor = format!("{wrapper}.conv1a.weight");
            let found = names(&[&tensor, "optimizer.state.0.momentum_buffer", "epoch"]);
            let others = vec!["optimizer.state.0.momentum_buffer".into(), "epoch".to_owned()];
            assert_eq!(found, (vec!["conv1a.weight".into()], others), "{wrapper}");
        }
    }

    #[test]
    fn wrappers_in_wrappers_are_taken_off_and_the_trained_network_comes_first() {
        let found = names(&["ema.fc8.weight", "model.module.fc8.weight"]);
        assert_eq!(found, (vec!["fc8.weight".into()], vec!["ema.fc8.weight".into()]));
    }

    #[test]
    fn a_network_whose_parts_are_called_like_wrappers_stays_whole() {
        let parts = ["model.conv.weight", "head.weight"];
        assert_eq!(names(&parts), (parts.map(String::from).to_vec(), vec![]));
        assert_eq!(names(&["weight"]), (vec!["weight".into()], vec![]));
        assert_eq!(names(&["weights"]), (vec!["weights".into()], vec![]));
    }
}
