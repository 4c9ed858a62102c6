//! What is to know about a sweep besides its numbers.

use eps_data::{ClassNames, Item};
use eps_eval::{BackgroundRule, ClassShift, Edge, SweepSummary, class_shift};
use std::path::Path;

/// Says if the classes of the maps are all one above or below those of the ground truth.
pub(super) fn shift(items: &[Item], cams: &Path, names: &ClassNames) -> Option<String> {
    // Whatever cannot be read was an error of the sweep.
    let shift = class_shift(items, cams, names.len()).ok()??;
    let ClassShift { by, maps, fit, fit_shifted, example } = shift;
    let (place, remedy) = match by {
        1 => (
            "above",
            "if their keys were counted from 1, or have the background as key 0, convert them again with \
             `eps data convert --from-one`",
        ),
        _ => ("below", "their classes must be counted as in the masks, background 0"),
    };
    Some(format!(
        "{}: the classes of the maps are one {place} those of the ground truth, so their scores mean \
         nothing: of {maps} maps looked at, {fit} are of a class of their image as they are, \
         {fit_shifted} if shifted by one (such as {example}); {remedy}",
        cams.display()
    ))
}

/// Says if a better value may lie beyond the first or the last that was swept.
///
/// The parameters that are swept by default reach as far as the other rule's; few that were chosen do not.
pub(super) fn edge(summary: &SweepSummary) -> Option<String> {
    let edge = summary.edge()?;
    let (what, flag) = match summary.rule {
        BackgroundRule::Constant => ("threshold", "--thresholds"),
        BackgroundRule::Power => ("power", "--powers"),
    };
    let (place, beyond) = match edge {
        Edge::First => ("first", "lower"),
        Edge::Last => ("last", "higher"),
    };
    let best = summary.best.parameters[0];
    Some(format!(
        "the best {what}, {best}, is the {place} of those swept: a {beyond} one may be better ({flag})"
    ))
}
