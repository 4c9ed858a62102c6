//! The frame of a page: one HTML document with style and script inside.

use super::element::escape;
use crate::report::chart::Figure;

/// Of every page.
pub(super) const STYLE: &str = include_str!("style.css");
/// One picture over another, and how much of it shows.
pub(super) const VIEWER: &str = include_str!("viewer.html");
/// Sorts tables and lays pictures over each other; the page is whole without it.
const SCRIPT: &str = include_str!("script.js");

/// A document of these sections under its title; `extra` follows the script.
pub(super) fn document(title: &str, sections: &str, extra: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n{sections}</main>\n<script>\n{SCRIPT}</script>\n{extra}</body>\n</html>\n"
    )
}

/// A section under a heading; nothing if there is nothing in it.
pub(super) fn section(heading: &str, content: &str) -> String {
    match content {
        "" => String::new(),
        content => format!("<section>\n<h2>{heading}</h2>\n{content}</section>\n"),
    }
}

/// Charts below each other, numbered.
pub(super) fn figures(figures: &[Figure]) -> String {
    figures.iter().zip(1..).map(figure).collect()
}

fn figure((figure, number): (&Figure, usize)) -> String {
    let caption = escape(&figure.caption);
    // Inside a page the name space is known, and naming it would be the only outside address.
    let svg = figure.files.svg.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
    let label = format!("<svg role=\"img\" aria-label=\"{caption}\"");
    let svg = svg.replacen("<svg", &label, 1);
    format!(
        "<figure>\n<div class=\"chart\">{svg}</div>\n\
         <figcaption><b>Figure {number}.</b> {caption}</figcaption>\n</figure>\n"
    )
}

/// Names and values below each other.
pub(super) fn facts(facts: &[(String, String)]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let lines = facts
        .iter()
        .map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value)));
    format!("<dl>\n{}</dl>\n", lines.collect::<String>())
}
