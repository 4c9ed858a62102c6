//! Errors of work on several threads.

use rayon::prelude::*;

/// What work on several threads gives, in the order of its items, or the error of the first item that has one.
///
/// Collecting into a `Result` gives the error of the fastest thread, which may be another in every run. For that all
/// items are worked on, also after an error.
///
/// ```
/// use eps_data::in_order;
/// use rayon::prelude::*;
///
/// let halves = |numbers: [u32; 4]| {
///     let halves = numbers.into_par_iter().map(|number| match number % 2 {
///         0 => Ok(number / 2),
///         _ => Err(number),
///     });
///     in_order(halves)
/// };
/// assert_eq!(halves([2, 4, 6, 8]), Ok(vec![1, 2, 3, 4]));
/// assert_eq!(halves([2, 3, 5, 8]), Err(3));
/// ```
pub fn in_order<T: Send, E: Send>(
    work: impl IndexedParallelIterator<Item = Result<T, E>>,
) -> Result<Vec<T>, E> {
    let results: Vec<Result<T, E>> = work.collect();
    results.into_iter().collect()
}
