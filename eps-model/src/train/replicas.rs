//! Networks of the same weights on several devices, which share the parts of an update.

use super::{Losses, Objective};
use crate::ModelError;
use crate::task::Task;
use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Device;
use eps_data::Sample;
use std::panic;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};

/// The devices of a training beside the first, a thread each for as long as the training lasts.
///
/// Part `p` of an update goes to device `p % devices`. All gradients move to the first device, which adds
/// them in the order of the parts and has the only optimiser: the weights are those that one device
/// would have found, bit by bit where the devices are of one kind.
pub(super) struct Replicas<'scope, N> {
    others: Vec<Replica<'scope, N>>,
}

/// A thread with a device.
struct Replica<'scope, N> {
    work: Sender<Work<N>>,
    found: Receiver<Found>,
    thread: ScopedJoinHandle<'scope, ()>,
}

impl<'scope, N: Module + 'scope> Replica<'scope, N> {
    /// Starts a thread that computes on `device` and hands its gradients to the device `first`.
    fn start<'env: 'scope, T: Task<Network = N> + ?Sized>(
        scope: &'scope Scope<'scope, 'env>,
        objective: &'env Objective<'env, T>,
        device: &'env Device,
        first: &'env Device,
    ) -> Self {
        let (work, orders) = channel::<Work<N>>();
        let (results, found) = channel();
        let thread = scope.spawn(move || {
            for Work { network, parts, update } in orders {
                // For every update again, since only the first device changes its weights.
                let network = network.fork(device);
                for (part, samples) in parts {
                    let result = objective.part(&network, &samples, (update, part), device);
                    let moved = result
                        .map(|(gradients, losses)| (gradients.to_device(first, &network), losses));
                    // Fails when another part did and nobody waits any more.
                    if results.send(moved).is_err() {
                        return;
                    }
                }
            }
        });
        Self { work, found, thread }
    }
}

/// The parts that a device has of one update, with their numbers.
struct Work<N> {
    network: N,
    parts: Vec<(usize, Vec<Sample>)>,
    update: usize,
}

/// Gradients of a part on the first device, and its losses.
type Found = Result<(GradientsParams, Losses), ModelError>;

impl<'scope, N: Module + 'scope> Replicas<'scope, N> {
    /// Starts a thread for each device after the first.
    pub(super) fn start<'env: 'scope, T: Task<Network = N> + ?Sized>(
        scope: &'scope Scope<'scope, 'env>,
        objective: &'env Objective<'env, T>,
        devices: &'env [Device],
    ) -> Self {
        let first = &devices[0];
        let others = devices[1..].iter();
        Self {
            others: others.map(|device| Replica::start(scope, objective, device, first)).collect(),
        }
    }

    /// Gradients of the loss of one update, and its parts.
    pub(super) fn gradients<T: Task<Network = N> + ?Sized>(
        &mut self,
        objective: &Objective<'_, T>,
        network: &N,
        samples: &[Sample],
        update: usize,
        device: &Device,
    ) -> Result<(GradientsParams, Losses), ModelError> {
        let parts: Vec<&[Sample]> = objective.parts(samples).collect();
        let devices = self.others.len() + 1;
        for (index, replica) in self.others.iter().enumerate() {
            let of_replica = (index + 1..parts.len()).step_by(devices);
            let parts = of_replica.map(|part| (part, parts[part].to_vec())).collect();
            // One that has panicked is met below, where its results are waited for.
            let _ = replica.work.send(Work { network: network.clone(), parts, update });
        }
        objective.sum(network, samples, |part, samples| match part % devices {
            0 => objective.part(network, samples, (update, part), device),
            // Parts are asked for in ascending order, and each thread sends its own so.
            other => self.found(other - 1),
        })
    }

    fn found(&mut self, replica: usize) -> Found {
        match self.others[replica].found.recv() {
            Ok(found) => found,
            // The order of the others does not matter any more, since this ends in a panic.
            Err(_) => match self.others.swap_remove(replica).thread.join() {
                Err(panic) => panic::resume_unwind(panic),
                Ok(()) => unreachable!("a thread ends with its orders"),
            },
        }
    }
}
