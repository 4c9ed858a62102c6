//! One combination of settings, ready to be trained and scored.

use super::expand::Combination;
use super::key::{Key, THRESHOLD};
use crate::refine::{Background, DEFAULT_ALPHA, DEFAULT_LABEL_THRESHOLD};
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use eps_crf::Preset;
use eps_eval::report::ablation::{Setting, Settings};
use eps_model::recipe::{Method, Recipe};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What a combination changes.
#[derive(Clone, Debug)]
pub struct Base {
    pub recipe: Recipe,
    pub weights: Option<PathBuf>,
}

/// One combination of settings, ready to be trained and scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// As they are shown; what does not apply to the cell is left out, and so is the seed.
    pub settings: Settings,
    pub recipe: Recipe,
    pub saliency: SaliencySource,
    pub weights: Option<PathBuf>,
    pub masks: MaskRule,
}

/// What makes masks of class maps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaskRule {
    /// The recipe's threshold.
    Threshold,
    Crf(Crf),
    /// A cut where the saliency map of the data set is below a level in `0..=1`.
    Cue(f32),
}

/// Where the saliency maps of a training come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SaliencySource {
    /// The plain classifier needs none.
    None,
    /// The data set's own.
    Own,
    Folder(PathBuf),
}

/// A dense CRF over the class maps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crf {
    pub preset: Preset,
    pub background: Background,
}

impl Cell {
    /// The cell of a combination, with the seed of the base unless it sets one.
    ///
    /// # Errors
    ///
    /// If a value is of another type than its setting, or the recipe that it gives makes no sense.
    pub fn new(base: &Base, combination: &Combination) -> Result<Self> {
        Self::resolve(base, combination).with_context(|| {
            let settings = combination.iter();
            let named = settings.map(|(key, value)| format!("{}={value}", key.name()));
            format!("cell {}", named.collect::<Vec<_>>().join(" "))
        })
    }

    fn resolve(base: &Base, combination: &Combination) -> Result<Self> {
        let of_recipe = combination.iter().filter_map(|(key, value)| match key {
            Key::Recipe(_) | Key::Seed => Some((key.name(), value)),
            _ => None,
        });
        let recipe = base.recipe.with_values(of_recipe).map_err(|error| anyhow!(error))?;
        let value =
            |wanted: Key| combination.iter().find(|(key, _)| *key == wanted).map(|pair| &pair.1);
        let crf = crf(value(Key::Crf), value(Key::Alpha), value(Key::Recipe(THRESHOLD.into())))?;
        let masks = match (crf, cue(value(Key::Cue))?) {
            (None, None) => MaskRule::Threshold,
            (Some(crf), None) => MaskRule::Crf(crf),
            (None, Some(level)) => MaskRule::Cue(level),
            (Some(_), Some(_)) => bail!("cue: there is a CRF too, expected one of them to be none"),
        };
        let is_eps = recipe.network.method == Method::Eps;
        let saliency = match value(Key::Saliency) {
            _ if !is_eps => SaliencySource::None,
            Some(value) => SaliencySource::Folder(named_path(&Key::Saliency, value)?.1.into()),
            None => SaliencySource::Own,
        };
        let weights = match value(Key::Weights) {
            Some(value) if value.as_str() == Some("none") => None,
            Some(value) => Some(named_path(&Key::Weights, value)?.1.into()),
            None => base.weights.clone(),
        };
        let mut settings = Settings::new();
        for (key, value) in combination {
            let shown = match key {
                Key::Recipe(name) if name == THRESHOLD && !masks.takes_threshold() => None,
                // As the recipe has it, so that two spellings of a value are one row.
                Key::Recipe(name) => recipe.value(name).as_ref().map(setting),
                Key::Saliency if !is_eps => None,
                Key::Saliency | Key::Weights => Some(Setting::Text(name_of(value))),
                Key::Crf | Key::Cue => Some(setting(value)),
                Key::Alpha => crf.filter(|crf| takes_alpha(*crf)).map(|_| setting(value)),
                Key::Seed => None,
            };
            settings.extend(shown.map(|shown| (key.name().to_owned(), shown)));
        }
        Ok(Self { settings, recipe, saliency, weights, masks })
    }

    /// Whether a setting of the cell says that it has no weights.
    pub fn is_without_weights_by_choice(&self) -> bool {
        self.settings.contains_key(Key::Weights.name()) && self.weights.is_none()
    }

    /// Everything that the training depends on, besides the files.
    pub fn training_text(&self) -> String {
        let mut tables = tables(&self.recipe);
        tables.remove("inference");
        tables.to_string()
    }

    /// Everything that the class maps depend on, besides training and files.
    pub fn maps_text(&self) -> String {
        let mut inference = tables(&self.recipe).remove("inference").expect("every recipe has it");
        inference.as_table_mut().expect("it is a table").remove("threshold");
        inference.to_string()
    }

    /// Everything that the scores depend on, besides maps and files.
    pub fn scoring_text(&self) -> String {
        match self.masks {
            MaskRule::Threshold => format!("threshold-{}", self.recipe.inference.threshold),
            MaskRule::Crf(crf) => crf.to_string(),
            MaskRule::Cue(level) => format!("cue-{level}"),
        }
    }
}

impl MaskRule {
    /// Whether the threshold has a say in the masks.
    fn takes_threshold(self) -> bool {
        match self {
            Self::Threshold => true,
            Self::Crf(crf) => !takes_alpha(crf),
            Self::Cue(_) => false,
        }
    }
}

impl std::fmt::Display for Crf {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "crf-{}-{}", self.preset, self.background)
    }
}

fn tables(recipe: &Recipe) -> Table {
    recipe.to_toml().parse().expect("a recipe is written as TOML")
}

fn takes_alpha(crf: Crf) -> bool {
    crf.preset.label_confidence().is_none()
}

/// The level at which the maps of a cell are cut; `none` is none.
fn cue(value: Option<&Value>) -> Result<Option<f32>> {
    let Some(value) = value.filter(|value| value.as_str() != Some("none")) else { return Ok(None) };
    match number(value) {
        Some(level) if (0.0..=1.0).contains(&level) => Ok(Some(level as f32)),
        _ => bail!("cue: {value}, expected a level in 0..=1, or none"),
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|integer| integer as f64))
}

/// The CRF of a cell; `none` is none.
fn crf(
    crf: Option<&Value>,
    alpha: Option<&Value>,
    threshold: Option<&Value>,
) -> Result<Option<Crf>> {
    let name = match crf {
        None if alpha.is_some() => bail!("alpha: there is no CRF, expected crf=PRESET too"),
        None => return Ok(None),
        Some(value) => value.as_str().context("crf: expected the name of a preset, or none")?,
    };
    if name == "none" {
        return Ok(None);
    }
    let preset = name.parse::<Preset>().map_err(|error| anyhow!("crf: {error}, or none"))?;
    // A preset with a confidence starts from labels, which a threshold makes; the others start from
    // scores, of which the exponent makes that of the background.
    let background = if preset.label_confidence().is_some() {
        let threshold = threshold.and_then(number).map(|threshold| threshold as f32);
        Background::Threshold(threshold.unwrap_or(DEFAULT_LABEL_THRESHOLD))
    } else {
        let alpha = alpha.map(|value| number(value).context("alpha: expected a number above 0"));
        let alpha = alpha.transpose()?.map_or(DEFAULT_ALPHA, |alpha| alpha as f32);
        ensure!(alpha > 0.0 && alpha.is_finite(), "alpha: {alpha}, expected a number above 0");
        Background::Alpha(alpha)
    };
    Ok(Some(Crf { preset, background }))
}

/// Name and path of a value `NAME:PATH`.
fn named_path<'a>(key: &Key, value: &'a Value) -> Result<(&'a str, &'a Path)> {
    let split = value.as_str().and_then(|text| text.split_once(':'));
    match split {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => Ok((name, Path::new(path))),
        _ => bail!("{}: {value}, expected NAME:PATH", key.name()),
    }
}

/// The name of a value `NAME:PATH`, or the value itself.
fn name_of(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.split_once(':').map_or(text, |(name, _)| name).to_owned()
}

/// A value as tables show it.
pub(super) fn setting(value: &Value) -> Setting {
    match value {
        Value::Boolean(flag) => Setting::Flag(*flag),
        Value::Integer(number) => Setting::Number(*number as f64),
        Value::Float(number) => Setting::Number(*number),
        Value::String(text) => Setting::Text(text.clone()),
        other => Setting::Text(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ablation::axis::Axis;
    use crate::ablation::expand::grid;

    fn base() -> Base {
        let recipe = Recipe::parse(include_str!("../../../recipes/laptop-eps.toml")).unwrap();
        Base { recipe, weights: Some("w.pth".into()) }
    }

    fn cells(axes: &[&str]) -> Vec<Cell> {
        let axes: Vec<Axis> = axes.iter().map(|text| Axis::parse(text).unwrap()).collect();
        grid(&axes)
            .unwrap()
            .iter()
            .map(|combination| Cell::new(&base(), combination).unwrap())
            .collect()
    }

    fn refused(axes: &[&str]) -> String {
        let axes: Vec<Axis> = axes.iter().map(|text| Axis::parse(text).unwrap()).collect();
        let combination = grid(&axes).unwrap().remove(0);
        format!("{:#}", Cell::new(&base(), &combination).unwrap_err())
    }

    #[test]
    fn a_cell_trains_with_its_settings() {
        let cell = &cells(&["lambda=0.25", "seed=9", "saliency=zero:z", "weights=none"])[0];
        assert_eq!(cell.recipe.saliency.as_ref().unwrap().lambda, 0.25);
        assert_eq!((cell.recipe.optimiser.seed, &cell.weights), (9, &None));
        assert_eq!(cell.saliency, SaliencySource::Folder("z".into()));
        let shown: Vec<_> =
            cell.settings.iter().map(|(key, value)| format!("{key} {value}")).collect();
        assert_eq!(shown, ["saliency zero", "saliency.lambda 0.25", "weights none"]);
    }

    #[test]
    fn thresholds_and_a_crf_share_the_training_and_the_maps() {
        let cells = cells(&["threshold=0.2,0.3", "crf=none,psa"]);
        for cell in &cells {
            assert_eq!(cell.training_text(), cells[0].training_text());
            assert_eq!(cell.maps_text(), cells[0].maps_text());
        }
        let scoring: Vec<_> = cells.iter().map(Cell::scoring_text).collect();
        assert_eq!(
            scoring,
            ["threshold-0.2", "crf-psa-alpha-4", "threshold-0.3", "crf-psa-alpha-4"]
        );
        // The threshold means nothing to this CRF, so both are one row.
        assert_eq!(cells[1].settings, cells[3].settings);
    }

    #[test]
    fn a_cut_by_saliency_shares_the_maps_and_has_no_threshold() {
        let cells = cells(&["cue=none,0.3,0.5", "threshold=0.2,0.3"]);
        assert!(cells.iter().all(|cell| cell.maps_text() == cells[0].maps_text()));
        let scoring: Vec<_> = cells.iter().map(Cell::scoring_text).collect();
        assert_eq!(
            scoring,
            ["threshold-0.2", "threshold-0.3", "cue-0.3", "cue-0.3", "cue-0.5", "cue-0.5"]
        );
        assert_eq!(cells[2].settings, cells[3].settings);
        assert_ne!(cells[2].settings, cells[4].settings);
    }

    #[test]
    fn scales_of_inference_share_the_training_only() {
        let cells = cells(&["scales=[1.0],[0.5,1.0]"]);
        assert_eq!(cells[0].training_text(), cells[1].training_text());
        assert_ne!(cells[0].maps_text(), cells[1].maps_text());
        assert_ne!(self::cells(&["tau=0.1"])[0].training_text(), cells[0].training_text());
    }

    #[test]
    fn what_does_not_apply_to_a_cell_is_not_shown() {
        let cells = cells(&["method=cam,eps", "lambda=0.1,0.5"]);
        assert_eq!(cells[0].settings, cells[1].settings);
        assert_eq!(cells[0].saliency, SaliencySource::None);
        assert_eq!(cells[2].settings.len(), 2);
    }

    #[test]
    fn values_that_make_no_sense_are_refused_with_their_cell() {
        let cases = [
            (
                &["lambda=1.5"][..],
                "cell saliency.lambda=1.5: saliency.lambda: 1.5, expected at least 0 and at most 1",
            ),
            (&["lambda=high"], "invalid type: string \"high\", expected f64"),
            (&["alpha=4"], "expected crf=PRESET too"),
            (&["crf=deeplab"], "crf: preset `deeplab`, expected one of psa"),
            (&["crf=psa", "alpha=-1"], "alpha: -1, expected a number above 0"),
            (&["cue=2"], "cue: 2, expected a level in 0..=1, or none"),
            (&["cue=0.5", "crf=psa"], "cue: there is a CRF too"),
            (&["saliency=maps"], "saliency: \"maps\", expected NAME:PATH"),
        ];
        for (axes, expected) in cases {
            let error = refused(axes);
            assert!(error.contains(expected), "{error}");
        }
    }
}
