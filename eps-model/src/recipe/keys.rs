//! Settings of a recipe by name.

use super::{
    AugmentationRecipe, BackboneName, Background, InferenceRecipe, Method, NetworkRecipe, Norms,
    OptimiserRecipe, Precision, Recipe, SaliencyRecipe, SelectionRule, read::most_similar,
};
use serde::Deserialize as _;
use toml::{Table, Value};

/// The table that the plain classifier has none of.
const SALIENCY: &str = "saliency";

impl Recipe {
    /// Every setting by its dotted name, such as `saliency.lambda`, in alphabetical order.
    pub fn keys() -> Vec<String> {
        let recipe = sample();
        let tables = recipe.tables();
        let mut keys = Vec::new();
        for (table, values) in &tables {
            let values = values.as_table().expect("a recipe is made of tables");
            keys.extend(values.keys().map(|key| format!("{table}.{key}")));
        }
        keys
    }

    /// The dotted name that `name` stands for: itself, or the only setting whose last part it is.
    ///
    /// # Errors
    ///
    /// If there is no such setting, with the most similar one, or if several have this last part.
    pub fn key(name: &str) -> Result<String, String> {
        let keys = Self::keys();
        let meant: Vec<&String> =
            keys.iter().filter(|key| *key == name || last_part(key) == name).collect();
        match meant[..] {
            [key] => Ok(key.clone()),
            [] => Err(match similar_key(name, &keys) {
                Some(known) => format!("no setting `{name}`: did you mean `{known}`?"),
                None => format!("no setting `{name}`, expected a key of a recipe"),
            }),
            [first, second, ..] => {
                Err(format!("`{name}` is `{first}` or `{second}`: write one of them"))
            }
        }
    }

    /// The value of a setting by its dotted name; `None` where the recipe has no such table.
    pub fn value(&self, key: &str) -> Option<Value> {
        let (table, key) = key.split_once('.')?;
        self.tables().get(table)?.get(key).cloned()
    }

    /// This recipe with other values of some settings, checked as if it had been read. The table
    /// `saliency` goes where the method becomes `cam`.
    ///
    /// # Errors
    ///
    /// If a value is of another type than its setting, or the recipe makes no sense.
    pub fn with_values<'a>(
        &self,
        values: impl IntoIterator<Item = (&'a str, &'a Value)>,
    ) -> Result<Self, String> {
        let mut tables = self.tables();
        for (key, value) in values {
            let (table, key) = key.split_once('.').ok_or_else(|| format!("no setting `{key}`"))?;
            let table = tables.entry(table).or_insert_with(|| Value::Table(Table::new()));
            let table = table.as_table_mut().expect("a recipe is made of tables");
            table.insert(key.into(), value.clone());
        }
        let method = tables["network"].get("method").cloned();
        if method.and_then(|method| Method::deserialize(method).ok()) == Some(Method::Cam) {
            tables.remove(SALIENCY);
        }
        // An error of TOML takes several lines, and this one becomes part of a sentence.
        let recipe = Self::deserialize(tables)
            .map_err(|error| error.to_string().trim().replace('\n', " "))?;
        recipe.check()?;
        Ok(recipe)
    }

    /// Read from its text, so that a number is the decimal that it is written as.
    fn tables(&self) -> Table {
        self.to_toml().parse().expect("a recipe is written as TOML")
    }
}

/// A recipe with every setting, of whatever value.
fn sample() -> Recipe {
    let network = NetworkRecipe {
        method: Method::Eps,
        backbone: BackboneName::ALL[0],
        width: 1.0,
        depth: 1.0,
        stride: 8,
        norms: Norms::Learned,
        dropout: false,
        precision: Precision::default(),
        freeze_first_levels: false,
    };
    let optimiser = OptimiserRecipe {
        updates: 1,
        batch: 1,
        parts: 1,
        learning_rate: 0.0,
        classifier_factor: 0.0,
        weight_decay: 0.0,
        momentum: 0.0,
        power: 0.0,
        // Written only where it is not 1.
        rate_every: 2,
        seed: 0,
        checkpoint_every: 1,
    };
    let saliency = SaliencyRecipe {
        selection: SelectionRule::Overlap,
        tau: 0.0,
        lambda: 0.0,
        classifier_updates: 0,
        background_classes: Vec::new(),
    };
    let background = Background::default();
    Recipe {
        network,
        augmentation: AugmentationRecipe {
            longer_side: [1, 1],
            crop: 1,
            flip: false,
            jitter: false,
        },
        optimiser,
        saliency: Some(saliency),
        inference: InferenceRecipe { scales: vec![1.0], flip: false, threshold: 0.0, background },
    }
}

fn last_part(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, last)| last)
}

/// The key that resembles `name` most, as a whole or in its last part.
fn similar_key<'a>(name: &str, keys: &'a [String]) -> Option<&'a str> {
    most_similar(keys.iter().map(String::as_str), |key| {
        strsim::jaro_winkler(name, key).max(strsim::jaro_winkler(name, last_part(key)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eps() -> Recipe {
        Recipe::parse(include_str!("../../../recipes/laptop-eps.toml")).unwrap()
    }

    #[test]
    fn a_last_part_names_its_setting_unless_several_have_it() {
        assert_eq!(Recipe::key("lambda").unwrap(), "saliency.lambda");
        assert_eq!(Recipe::key("saliency.tau").unwrap(), "saliency.tau");
        let several = Recipe::key("flip").unwrap_err();
        assert_eq!(several, "`flip` is `augmentation.flip` or `inference.flip`: write one of them");
        let unknown = Recipe::key("lamda").unwrap_err();
        assert_eq!(unknown, "no setting `lamda`: did you mean `saliency.lambda`?");
        assert!(Recipe::key("zzz").unwrap_err().contains("expected a key of a recipe"));
    }

    #[test]
    fn other_values_replace_those_of_the_recipe() {
        let values = [("saliency.lambda", Value::Float(0.25)), ("optimiser.seed", 7.into())];
        let recipe = eps().with_values(values.iter().map(|(key, value)| (*key, value))).unwrap();
        let saliency = recipe.saliency.as_ref().unwrap();
        assert_eq!((saliency.lambda, saliency.tau, recipe.optimiser.seed), (0.25, 0.4, 7));
        assert_eq!(recipe.value("saliency.lambda"), Some(Value::Float(0.25)));
        // Stored in 32 bits, and still the decimal that was written.
        assert_eq!(recipe.value("inference.threshold"), Some(Value::Float(0.2)));
    }

    #[test]
    fn the_plain_classifier_has_no_saliency_table() {
        let cam = Value::String("cam".into());
        let recipe = eps().with_values([("network.method", &cam)]).unwrap();
        assert_eq!((recipe.saliency.as_ref(), recipe.value("saliency.tau")), (None, None));
    }

    #[test]
    fn wrong_types_and_values_are_refused() {
        let text = Value::String("much".into());
        let error = eps().with_values([("saliency.lambda", &text)]).unwrap_err();
        assert!(error.contains("\"much\", expected f64") && error.contains("lambda"), "{error}");
        let error = eps().with_values([("saliency.lambda", &Value::Float(1.5))]).unwrap_err();
        assert_eq!(error, "saliency.lambda: 1.5, expected at least 0 and at most 1");
    }
}
