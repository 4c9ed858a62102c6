//! Images through a network to files: reading ahead and writing behind while the network runs.

use crate::output::FolderLock;
use crate::run::NamedDevice;
use crate::{End, Session};
use anyhow::{Context as _, Result};
use burn::module::Module;
use burn::tensor::Device;
use eps_data::Item;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

// The threads of one device, and the queue that all devices take batches from:
//
//     queue --> read --[waiting]--> network --[waiting]--> write

/// A stage in which images go through a network.
///
/// Of each device one thread reads, one runs the network, which needs all of the processor or a device, and
/// one writes; few images wait between them, so that memory stays flat.
pub(crate) struct Pipeline<'a> {
    pub(crate) session: &'a Session<'a>,
    /// Of the folder that the results go to or one above it, where another lock does not look after it.
    pub(crate) lock: Option<&'a FolderLock>,
    /// Batches that wait before the network, and after it.
    pub(crate) waiting: usize,
}

/// A network on one of the devices that share a stage.
pub(crate) struct Replica<N> {
    pub(crate) network: N,
    pub(crate) device: Device,
    /// Which one it is, where there are several.
    name: Option<String>,
    made: AtomicUsize,
}

impl<N: Module> Replica<N> {
    /// A network, which is on the first of the devices, on each of them.
    pub(crate) fn on_each(network: N, devices: &[NamedDevice]) -> Vec<Self> {
        let names = crate::run::worker_names(devices);
        let replicas = devices.iter().zip(names).map(|(NamedDevice { device, .. }, name)| Self {
            network: network.clone().to_device(device),
            device: device.clone(),
            name: (devices.len() > 1).then_some(name),
            made: AtomicUsize::new(0),
        });
        replicas.collect()
    }
}

impl Pipeline<'_> {
    /// Begins a stage with the images whose results are not there yet, and says how many are.
    pub(crate) fn begin<'i>(
        &self,
        stage: &str,
        all: &[&'i Item],
        is_done: impl Fn(&Item) -> bool,
    ) -> Vec<&'i Item> {
        let observer = self.session.observer;
        let left: Vec<&Item> = all.iter().copied().filter(|item| !is_done(item)).collect();
        if left.len() < all.len() {
            let there = all.len() - left.len();
            observer.say(&format!("{there} of {} images are there already", all.len()));
        }
        observer.begin(stage, left.len(), 0);
        left
    }

    /// Sends batches through `network`, which has a result for each image, until the observer stops it;
    /// what was finished by then is written. Each replica takes the next batch when it has room for one, so
    /// that a batch and what becomes of it do not depend on how many there are.
    ///
    /// # Errors
    ///
    /// That of the first replica that failed, after which the others take no more batches: the first of the
    /// network's side, of which a file that cannot be read and a folder that is gone are some; else that
    /// of the writer.
    pub(crate) fn run<N: Send + Sync, B: Send, I: Send, R: Send>(
        &self,
        batches: Vec<B>,
        replicas: &[Replica<N>],
        read: impl Fn(B) -> Result<I> + Sync,
        network: impl Fn(&Replica<N>, I) -> Result<Vec<R>> + Sync,
        write: impl Fn(R) -> Result<()> + Sync,
    ) -> Result<End> {
        let queue = Mutex::new(batches.into_iter());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = |replica: &Replica<N>| {
            let ended = self.work(
                &next,
                &read,
                |images| network(replica, images),
                |made| {
                    replica.made.fetch_add(made, Ordering::Relaxed);
                    (0..made).for_each(|_| self.session.observer.step(&|| shares(replicas)));
                },
                &write,
            );
            if ended.is_err() {
                // Nothing is left for the others to take.
                while next().is_some() {}
            }
            match &replica.name {
                Some(name) => ended.with_context(|| format!("device {name}")),
                None => ended,
            }
        };
        let [first, others @ ..] = replicas else { return Ok(End::Done) };
        let ends: Vec<Result<End>> = thread::scope(|scope| {
            let others: Vec<_> =
                others.iter().map(|replica| scope.spawn(|| work(replica))).collect();
            // On this thread, beside the others.
            let first = std::iter::once(work(first));
            let others = others.into_iter().map(|thread| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            first.chain(others).collect()
        });
        let ends: Vec<End> = ends.into_iter().collect::<Result<_>>()?;
        let observer = self.session.observer;
        if ends.contains(&End::Interrupted) {
            observer.say("finished images are kept; run the same command again to resume");
            return Ok(End::Interrupted);
        }
        observer.end();
        Ok(End::Done)
    }

    /// The batches that one replica takes.
    fn work<B: Send, I: Send, R: Send>(
        &self,
        next: &(impl Fn() -> Option<B> + Sync),
        read: &(impl Fn(B) -> Result<I> + Sync),
        network: impl Fn(I) -> Result<Vec<R>>,
        count: impl Fn(usize),
        write: &(impl Fn(R) -> Result<()> + Sync),
    ) -> Result<End> {
        thread::scope(|scope| {
            let (ready, images) = sync_channel(self.waiting);
            let (found, results) = sync_channel::<Vec<R>>(self.waiting);
            scope.spawn(move || {
                // Fails when nobody waits for images any more.
                std::iter::from_fn(next).map(read).try_for_each(|batch| ready.send(batch))
            });
            let writer = scope.spawn(move || results.into_iter().flatten().try_for_each(write));
            let mut end = End::Done;
            for batch in images {
                if self.session.observer.stops() {
                    end = End::Interrupted;
                    break;
                }
                self.lock.map_or(Ok(()), FolderLock::check)?;
                let results = network(batch?)?;
                let made = results.len();
                if found.send(results).is_err() {
                    // The writer has failed, with the error that it returns below.
                    break;
                }
                count(made);
            }
            // Without a sender the writer comes to its end.
            drop(found);
            writer.join().expect("the writer returns its errors")?;
            anyhow::Ok(end)
        })
    }
}

/// How many images each device made, where there are several.
fn shares<N>(replicas: &[Replica<N>]) -> String {
    let shares = replicas.iter().filter_map(|Replica { name, made, .. }| {
        Some(format!("{} {}", name.as_ref()?, made.load(Ordering::Relaxed)))
    });
    shares.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    fn replicas(count: usize) -> Vec<Replica<()>> {
        let replica = |index: usize| Replica {
            network: (),
            device: Device::default(),
            name: (count > 1).then(|| format!("cpu#{}", index + 1)),
            made: AtomicUsize::new(0),
        };
        (0..count).map(replica).collect()
    }

    const PIPELINE: Pipeline<'_> = Pipeline { session: &Session::SILENT, lock: None, waiting: 1 };

    #[test]
    fn every_batch_is_made_once_however_many_devices_share_them() {
        for count in [1, 2, 3] {
            let (replicas, written) = (replicas(count), Mutex::new(Vec::new()));
            let end = PIPELINE.run(
                (0..40).collect(),
                &replicas,
                |batch: u32| Ok(batch),
                |_, batch| Ok(vec![2 * batch, 2 * batch + 1]),
                |image| {
                    written.lock().unwrap().push(image);
                    Ok(())
                },
            );
            assert_eq!(end.unwrap(), End::Done);
            let mut written = written.into_inner().unwrap();
            written.sort_unstable();
            assert_eq!(written, (0..80).collect::<Vec<_>>());
            let made = replicas.iter().map(|replica| replica.made.load(Ordering::Relaxed));
            assert_eq!(made.sum::<usize>(), 80);
        }
    }

    #[test]
    fn a_device_that_fails_is_named_and_ends_the_work_of_the_others() {
        let network = |replica: &Replica<()>, batch: u32| match replica.name.as_deref() {
            Some("cpu#2") => bail!("out of memory"),
            _ => {
                thread::sleep(std::time::Duration::from_millis(2));
                Ok(vec![batch])
            }
        };
        let made = AtomicUsize::new(0);
        let write = |_| {
            made.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        let batches = (0..500).collect();
        let error = PIPELINE.run(batches, &replicas(2), Ok, network, write).unwrap_err();
        assert_eq!(format!("{error:#}"), "device cpu#2: out of memory");
        assert!(made.into_inner() < 500);
    }
}
