//! A paired comparison in a terminal.

use super::{is_sure, signed};
use crate::report::{ComparisonReport, export::percent};
use crate::{
    Loss,
    paired::{Difference, Effect, Estimate},
};

/// Mean IoU with its interval, its spread over runs, and the difference from the first method, a
/// line each; then which images make the difference, and where the lost IoU goes.
pub fn comparison_text(report: &ComparisonReport) -> String {
    let comparison = &report.comparison;
    let mut text = format!(
        "images     {}\nintervals  {:.0} %, percentiles of {} paired resamples of the images, seed {}\n\n",
        report.list.images,
        100.0 * comparison.level,
        comparison.resamples,
        comparison.seed,
    );
    let width = comparison.methods.iter().map(|own| own.name.chars().count()).max().unwrap_or(0);
    for method in &comparison.methods {
        text += &format!("{:<width$}  {}\n", method.name, estimate(&method.miou, method.runs));
    }
    for difference in &comparison.differences {
        let Difference { baseline, method, miou, classes, images } = difference;
        text += &format!("\n{method} against {baseline}: {}\n", effect(miou));
        let surer = |sign: f64| {
            let is = |own: &&Effect| is_sure(own) && own.difference.is_some_and(|d| d * sign > 0.0);
            classes.iter().filter(is).count()
        };
        text += &format!(
            "  classes: {} better, {} worse at p < 0.05 (Holm)\n  images:  {} better, {} worse, {} equal\n",
            surer(1.0),
            surer(-1.0),
            images.wins,
            images.losses,
            images.ties
        );
    }
    text += "\nlost mean IoU by cause\n";
    for details in &report.details {
        let mean = &details.anatomy.mean;
        let part = |loss: &Loss| format!("{} {}", loss.title(), percent(Some(mean.of(*loss))));
        let parts: Vec<String> = Loss::ALL.iter().map(part).collect();
        text += &format!("{:<width$}  {}\n", details.name, parts.join(", "));
    }
    text += "\nboundaries: IoU, F\n";
    for details in &report.details {
        let (iou, f) = (percent(details.boundary.mean_iou), percent(details.boundary.mean_f));
        text += &format!("{:<width$}  {iou}, {f}\n", details.name);
    }
    text
}

fn estimate(own: &Estimate, runs: usize) -> String {
    let spread = match own.std {
        Some(std) => format!(" ± {} over {runs} runs", percent(Some(std))),
        None => String::new(),
    };
    format!("{} mIoU{spread}  [{}, {}]", percent(own.value), percent(own.lower), percent(own.upper))
}

fn effect(own: &Effect) -> String {
    let interval = format!("[{}, {}]", signed(own.lower), signed(own.upper));
    format!("{} mIoU {interval}, {}", signed(own.difference), p_value(own.p_holm))
}

fn p_value(p: Option<f64>) -> String {
    p.map_or_else(|| "no p".into(), |p| format!("p = {p:.4}"))
}
