//! Measured tables of the pages against the reports that they are taken from.

use super::page::Page;
use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// Pages with measured tables, and the section that they begin with.
const MEASURED: [(&str, &str); 2] =
    [("docs/performance.md", "# "), ("docs/crf.md", "## Agreement")];

/// What the scripts printed.
const REPORTS: &str = "../reports/performance";

#[test]
fn every_measured_row_of_the_documentation_is_one_of_a_report() {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join(REPORTS);
    let files = fs::read_dir(&reports).expect("the reports of measurements");
    let texts: Vec<String> = files
        .map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("a report"))
        .collect();
    let reported: HashSet<&str> = texts.iter().flat_map(|text| text.lines()).collect();
    let pages = Page::all();
    for (name, section) in MEASURED {
        let page = pages.iter().find(|page| page.name == name).expect("a page");
        let rows = page.rows_from(section);
        assert!(rows.len() > 4, "{name} has {} rows", rows.len());
        for row in rows {
            assert!(reported.contains(row), "{name}: no report has the row\n{row}");
        }
    }
}
