//! The statistics of a data set as a page: tables, charts, JSON.

mod summary;

pub use summary::{ClassSummary, SideRange, SizeImages, StatisticsSummary};

use crate::report::{
    chart::{ClassBarsChart, CooccurrenceChart, Figure, Quantity, Sheet},
    export::{self, percent},
};
use crate::{EvalError, ListId};
use eps_data::{ClassNames, codec::write_atomically, statistics::Statistics};
use std::path::Path;

/// Sizes in the table of the page; the CSV file has all.
const SIZES: usize = 10;

/// A page about a data set.
#[derive(Clone, Debug)]
pub struct StatisticsPage {
    pub summary: StatisticsSummary,
}

impl StatisticsPage {
    /// Of what was counted on a list.
    pub fn new(list: ListId, counted: &Statistics, names: &ClassNames) -> Self {
        Self { summary: StatisticsSummary::new(list, counted, names) }
    }

    /// Writes `statistics.md`, `statistics.json`, `classes.csv`, `cooccurrence.csv`,
    /// `conditional.csv`, `labels.csv`, `sizes.csv`, and charts as `charts/<name>.svg`, `.png`
    /// and `.pdf`.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(&self, folder: &Path, sheet: Sheet) -> Result<(), EvalError> {
        let summary = &self.summary;
        let write = |name: &str, text: &[u8]| {
            write_atomically(&folder.join(name), |file| file.write_all(text))
        };
        let tables = [
            ("classes.csv", summary.class_table()),
            ("cooccurrence.csv", summary.count_table()),
            ("conditional.csv", summary.conditional_table()),
            ("labels.csv", summary.label_table()),
            ("sizes.csv", summary.size_table(usize::MAX)),
        ];
        for (name, table) in tables {
            write(name, table.csv()?.as_bytes())?;
        }
        self.figures(sheet)?.iter().try_for_each(|figure| figure.write(folder))?;
        write("statistics.json", export::json(summary).as_bytes())?;
        write("statistics.md", self.markdown(true)?.as_bytes())?;
        Ok(())
    }

    /// The page as Markdown, with or without its charts, which are named as [`write`](Self::write)
    /// names them.
    pub fn markdown(&self, with_charts: bool) -> Result<String, EvalError> {
        let summary = &self.summary;
        let mut page = format!("# Statistics of `{}`\n\n{}\n", summary.list.name, self.sentences());
        let sections = [
            ("Classes", summary.class_table()),
            ("Labels of an image", summary.label_table()),
            ("Images with both classes", summary.count_table()),
            ("P(column | row)", summary.conditional_table()),
            ("Sizes", summary.size_table(SIZES)),
        ];
        for (title, table) in sections {
            page += &format!("\n## {title}\n\n{}", table.markdown()?);
        }
        if with_charts {
            page += "\n## Charts\n";
            for Figure { name, caption, .. } in self.figures(Sheet::Screen)? {
                page += &format!("\n![{caption}](charts/{name}.svg)\n\n*{caption}*\n");
            }
        }
        Ok(page)
    }

    /// The totals in words.
    fn sentences(&self) -> String {
        let StatisticsSummary { list, masks, saliency_maps, .. } = &self.summary;
        let mut sentences = vec![format!(
            "{} images with {} labels on average, {} object classes.",
            list.images,
            self.summary.mean_labels.map_or_else(|| "–".into(), |mean| format!("{mean:.2}")),
            self.summary.classes.len()
        )];
        if let (Some(widths), Some(heights)) = (self.summary.widths, self.summary.heights) {
            sentences.push(format!(
                "{} to {} pixels wide (median {}), {} to {} high (median {}).",
                widths.smallest,
                widths.largest,
                widths.median,
                heights.smallest,
                heights.largest,
                heights.median
            ));
        }
        if *masks > 0 {
            sentences.push(format!(
                "Objects cover {} % of the pixels of {masks} masks; 255 (ignore) is in {}.",
                percent(self.summary.foreground),
                self.summary.masks_with_ignored
            ));
        }
        if *saliency_maps > 0 {
            sentences.push(format!(
                "{} % of the pixels of {saliency_maps} saliency maps are salient (128 or more).",
                percent(self.summary.saliency_coverage)
            ));
        }
        sentences.join("\n")
    }

    fn figures(&self, sheet: Sheet) -> Result<Vec<Figure>, EvalError> {
        let summary = &self.summary;
        let names: Vec<&str> = summary.classes.iter().map(|class| class.name.as_str()).collect();
        let values = |value: fn(&ClassSummary) -> Option<f64>| -> Vec<Option<f64>> {
            summary.classes.iter().map(value).collect()
        };
        let bars = |title, axis, quantity, values| ClassBarsChart {
            title,
            axis,
            quantity,
            names: &names,
            values,
        };
        let images = values(|class| Some(class.images as f64));
        let frequency = bars("Images of each class", "images", Quantity::Count, images);
        let cooccurrence = CooccurrenceChart { names: &names, conditional: &summary.conditional };
        let mut figures = vec![
            Figure::new("images", "Images labelled with each class.", &frequency, sheet)?,
            Figure::new("cooccurrence", COOCCURRENCE, &cooccurrence, sheet)?,
        ];
        if summary.masks > 0 {
            let shares = values(|class| class.share_where_present);
            let title = "Share of the pixels where a class is present";
            let chart = bars(title, "pixels [%]", Quantity::Fraction, shares);
            figures.push(Figure::new("pixels", PIXELS, &chart, sheet)?);
        }
        if summary.saliency_maps > 0 && summary.masks > 0 {
            let shares = values(|class| class.salient);
            let title = "Share of the pixels of a class that are salient";
            let chart = bars(title, "salient pixels [%]", Quantity::Fraction, shares);
            figures.push(Figure::new("saliency", SALIENCY, &chart, sheet)?);
        } else if summary.saliency_maps > 0 {
            let shares = values(|class| class.coverage);
            let title = "Share of the images of a class that is salient";
            let chart = bars(title, "salient pixels [%]", Quantity::Fraction, shares);
            figures.push(Figure::new("saliency", COVERAGE, &chart, sheet)?);
        }
        Ok(figures)
    }
}

const COOCCURRENCE: &str = "P(column | row): of the images with the class of the row, the share \
    that has the class of the column too.";
const PIXELS: &str = "Share of the counted pixels that are the class, in the masks that have it, \
    pooled over images.";
const SALIENCY: &str = "Share of the pixels of each class with a saliency of 128 or more, pooled \
    over images.";
const COVERAGE: &str = "Share of the pixels with a saliency of 128 or more in the images labelled \
    with each class, pooled.";

#[cfg(test)]
mod tests {
    use super::*;
    use eps_data::statistics::{LabelCounts, PixelCounts, SaliencyCounts, SizeCounts};
    use eps_data::{LabelMap, SaliencyMap, Size};

    /// Two images of 2×1 pixels: a boat on water that is half salient, and a cow with a boat.
    fn page() -> StatisticsPage {
        let names = ClassNames::of_objects(["boat", "cow"]);
        let size = Size::new(2, 1);
        let mut counted = Statistics {
            labels: LabelCounts::new(3),
            sizes: SizeCounts::default(),
            pixels: PixelCounts::new(3),
            saliency: SaliencyCounts::new(3),
        };
        for (labels, mask, values) in [(&[1][..], [1, 0], [200, 0]), (&[1, 2], [2, 1], [0, 255])] {
            let labels = labels.iter().copied().collect();
            let map = SaliencyMap::new(size, values.to_vec());
            counted.labels.add(labels);
            counted.sizes.add(size);
            counted.pixels.add(&LabelMap::new(size, mask.to_vec()), Some(&map));
            counted.saliency.add(&map, labels);
        }
        let list = ListId { name: "train".into(), images: 2, sha256: "ab".into() };
        StatisticsPage::new(list, &counted, &names)
    }

    #[test]
    fn tables_hold_what_was_counted_by_hand() {
        let summary = page().summary;
        let expected = "\
class,images,of images,masks,pixels,of pixels,where present,salient of class,salient of images
boat,2,1.0,2,2,0.5,0.5,1.0,0.5
cow,1,0.5,1,1,0.25,0.5,0.0,0.5
";
        assert_eq!(summary.class_table().csv().unwrap(), expected);
        let expected = "given,boat,cow\nboat,1.0,0.5\ncow,1.0,1.0\n";
        assert_eq!(summary.conditional_table().csv().unwrap(), expected);
        assert_eq!(summary.count_table().csv().unwrap(), "class,boat,cow\nboat,2,1\ncow,1,1\n");
        assert_eq!(summary.label_table().csv().unwrap(), "labels,images\n0,0\n1,1\n2,1\n");
        assert_eq!(summary.size_table(9).csv().unwrap(), "width,height,images\n2,1,2\n");
    }

    #[test]
    fn a_folder_gets_every_view() {
        let folder = tempfile::tempdir().unwrap();
        page().write(folder.path(), Sheet::Screen).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let page = read("statistics.md");
        assert!(page.contains("| boat | 2 | 100.0 | 2 | 2 | 50.0 |"), "{page}");
        assert!(page.contains("Objects cover 75.0 % of the pixels of 2 masks"), "{page}");
        for name in ["images", "cooccurrence", "pixels", "saliency"] {
            assert!(page.contains(&format!("(charts/{name}.svg)")), "{name}");
            assert!(read(&format!("charts/{name}.svg")).contains("boat"), "{name}");
            assert!(folder.path().join(format!("charts/{name}.png")).is_file(), "{name}");
        }
        let json: serde_json::Value = serde_json::from_str(&read("statistics.json")).unwrap();
        assert_eq!(json["conditional"][0][1], 0.5);
        assert_eq!(json["classes"][1]["salient"], 0.0);
    }
}
