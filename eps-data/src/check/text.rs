//! What an examination found, as `eps data check` prints it.

use super::{Finding, Kind, Report, Severity};
use crate::counted;
use std::collections::BTreeMap;

impl Report {
    /// Findings, faults first, at most `limit` of each kind unless that is 0; then what was looked at.
    pub fn text(&self, limit: usize) -> String {
        let findings = [(Severity::Fault, "fault"), (Severity::Note, "note")]
            .into_iter()
            .flat_map(|(severity, word)| findings(self.of(severity), word, limit));
        let mut lines: Vec<String> = findings.collect();
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(summary(self));
        lines.join("\n") + "\n"
    }
}

/// The findings of a severity, kind by kind, with each remedy once.
fn findings<'a>(found: impl Iterator<Item = &'a Finding>, word: &str, limit: usize) -> Vec<String> {
    let mut kinds: BTreeMap<Kind, Vec<&Finding>> = BTreeMap::new();
    found.for_each(|finding| kinds.entry(finding.kind).or_default().push(finding));
    let mut lines = Vec::new();
    for findings in kinds.values() {
        let shown = if limit == 0 { findings.len() } else { limit.min(findings.len()) };
        for alike in by_remedy(&findings[..shown]) {
            lines.extend(alike.iter().map(|finding| format!("{word}: {finding}")));
            let remedy = &alike[0].remedy;
            lines.extend((!remedy.is_empty()).then(|| format!("  fix: {remedy}")));
        }
        if findings.len() > shown {
            let more = findings.len() - shown;
            lines.push(format!("  and {more} more of this kind: --limit 0 shows them"));
        }
    }
    lines
}

/// Findings that are put right alike, in the order of their first ones.
fn by_remedy<'a>(findings: &[&'a Finding]) -> Vec<Vec<&'a Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|group| group[0].remedy == finding.remedy) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn summary(report: &Report) -> Vec<String> {
    let Report { list, images, classes, photographs, masks, saliency, run_bytes, .. } = report;
    let mut lines = vec![
        format!(
            "{images} images of `{list}`, {classes} classes; {photographs} photographs decoded"
        ),
        format!(
            "masks: {} palette, {} grey; 255 (ignore) in {}",
            masks.palette, masks.grey, masks.with_ignored
        ),
        format!("saliency maps: {}, of them {} binary", saliency.maps, saliency.binary),
    ];
    if let Some(iou) = saliency.iou {
        let iou = 100.0 * iou;
        lines.push(format!("saliency and masks: IoU {iou:.1} % over the pixels of all images"));
    }
    if !report.worst.is_empty() {
        let worst = report
            .worst
            .iter()
            .map(|overlap| format!("  {:>5.1} %  {}", 100.0 * overlap.iou, overlap.id));
        lines.push("they overlap least in:".into());
        lines.extend(worst);
    }
    let needed = *run_bytes as f64 / 1e9;
    lines.push(format!("a run of ResNet38d writes up to {needed:.1} GB"));
    lines.push(format!("{}, {}", some(report.faults, "fault"), some(report.notes, "note")));
    lines
}

/// A number of things, or that there is none.
fn some(count: usize, thing: &str) -> String {
    if count == 0 { format!("no {thing}") } else { counted(count, thing) }
}
