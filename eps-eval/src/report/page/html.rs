//! The page as one HTML document: style, charts and pictures are inside it.

use super::{
    Method, PictureRow, Report, Section,
    document::{VIEWER, document, facts, figures, section},
    element::{Cell, escape, row},
    picture::data_address,
    tables,
};
use crate::EvalError;
use crate::report::chart::Figure;

const HOW_TO_READ: &str = include_str!("how_to_read.html");

/// What bold means where there is more than one method.
fn bold(report: &Report) -> &'static str {
    match report.methods.len() {
        0 | 1 => "",
        _ if report.methods.iter().any(Method::is_of_masks) => {
            " The best of each row is bold, within each of its parts."
        }
        _ => {
            " The best of each row is bold, among numbers whose thresholds were chosen in the same way."
        }
    }
}

/// Below this width a picture is enlarged without smoothing, so that its pixels stay visible.
const SMALL: u32 = 200;

/// The whole document.
pub(super) fn html(report: &Report, charts: &[Figure]) -> Result<String, EvalError> {
    let sections = [
        summary(report),
        section("Results", &(counted(report) + &tables::headline(&report.methods))),
        section(
            "Charts",
            &(figures(charts) + &tables::pixel_counts(&report.matrices(), &report.classes())),
        ),
        section("Every class", &tables::per_class(&report.methods)),
        section("Pictures", &pictures(report)?),
        report.sections.iter().map(further).collect::<Result<String, _>>()?,
        section("How to read this", HOW_TO_READ),
        section("How it was made", &facts(&report.facts)),
    ];
    Ok(document(&report.title, &sections.concat(), ""))
}

fn summary(report: &Report) -> String {
    let texts = report.summary.iter();
    texts.map(|text| format!("<p class=\"summary\">{}</p>\n", escape(text))).collect()
}

/// What the numbers were counted on.
fn counted(report: &Report) -> String {
    let Some(method) = report.methods.first() else { return String::new() };
    let list = &method.fixed.list;
    let images = if list.images == 1 { "image" } else { "images" };
    format!(
        "<p>Counted over all pixels of {} {images} of the list “{}” together, under the protocol \
         “{}”.{}</p>\n",
        list.images,
        escape(&list.name),
        method.fixed.protocol,
        bold(report)
    )
}

/// A table of pictures, one row an image.
fn pictures(report: &Report) -> Result<String, EvalError> {
    if report.pictures.is_empty() {
        return Ok(String::new());
    }
    let table = picture_table(&report.picture_header, &report.pictures)?;
    Ok(format!("{}{VIEWER}{table}", paragraph(&report.picture_caption)))
}

/// Pictures under a heading of their own.
fn further(part: &Section) -> Result<String, EvalError> {
    let table = picture_table(&part.picture_header, &part.pictures)?;
    Ok(section(&escape(&part.heading), &(paragraph(&part.caption) + &table)))
}

fn paragraph(text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!("<p>{}</p>\n", escape(text)),
    }
}

fn picture_table(header: &[String], pictures: &[PictureRow]) -> Result<String, EvalError> {
    let rows = pictures.iter().map(|row| picture_row(row, header));
    let rows = rows.collect::<Result<String, _>>()?;
    let header: Vec<Cell> = header.iter().map(Cell::head).collect();
    let header = row("", &header);
    let table = format!("<table class=\"pictures\">\n{header}{rows}</table>");
    Ok(format!("<div class=\"wide\">{table}</div>\n"))
}

fn picture_row(row: &PictureRow, header: &[String]) -> Result<String, EvalError> {
    let mut cells = String::new();
    for (index, picture) in row.cells.iter().enumerate() {
        let what = header.get(index).map_or("picture", String::as_str);
        let text = escape(&format!("{what}, {}", row.id));
        let class = if picture.width() < SMALL { " class=\"small\"" } else { "" };
        let address = data_address(picture)?;
        cells += &format!("<td><img{class} src=\"{address}\" alt=\"{text}\"></td>");
    }
    // The id is below all pictures, and below the heads of those that the row lacks.
    let columns = row.cells.len().max(header.len()).max(1);
    let id = escape(&row.id);
    Ok(format!("<tr>{cells}</tr>\n<tr><td class=\"id\" colspan=\"{columns}\">{id}</td></tr>\n"))
}
