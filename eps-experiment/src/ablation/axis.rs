//! A key with the values that it takes.

use super::key::Key;
use anyhow::{Context as _, Result, bail, ensure};
use std::path::Path;
use toml::{Table, Value};

/// A key with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub key: Key,
    pub values: Values,
}

/// What a key takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    List(Vec<Value>),
    Range(Range),
}

/// Numbers to draw from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub low: f64,
    pub high: f64,
    /// Whether the logarithm is drawn.
    pub is_logarithmic: bool,
}

impl Axis {
    /// From `KEY=VALUE,..`, `KEY=LOW..HIGH` or `KEY=log:LOW..HIGH`.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, values) = text
            .split_once('=')
            .with_context(|| format!("`{text}`: expected KEY=VALUE,.. such as lambda=0.1,0.5"))?;
        let key = Key::parse(name.trim())?;
        let values = match range(&key, values.trim())? {
            Some(range) => Values::Range(range),
            None => Values::List(split(values).map(|value| parse_value(&key, value)).collect()),
        };
        Self { key, values }.checked()
    }

    /// From an entry of a plan; paths are relative to `folder`.
    pub fn of_entry(name: &str, value: &Value, folder: &Path) -> Result<Self> {
        let key = Key::parse(name)?;
        let range = value.as_str().map(|text| range(&key, text)).transpose()?.flatten();
        let values = match (range, value) {
            (Some(range), _) => Values::Range(range),
            (None, Value::Array(values)) => {
                Values::List(values.iter().map(|value| below(&key, value, folder)).collect())
            }
            (None, value) => Values::List(vec![below(&key, value, folder)]),
        };
        Self { key, values }.checked()
    }

    fn checked(self) -> Result<Self> {
        if let Values::List(values) = &self.values {
            let has_empty = values.iter().any(|value| value.as_str().is_some_and(str::is_empty));
            ensure!(
                !values.is_empty() && !has_empty,
                "{}: an empty value, expected one or more values",
                self.key.name()
            );
        }
        Ok(self)
    }
}

/// A value of a cell from an entry of a plan.
pub(super) fn below(key: &Key, value: &Value, folder: &Path) -> Value {
    let named = value.as_str().filter(|_| key.is_path()).and_then(|text| text.split_once(':'));
    match named {
        Some((name, path)) => format!("{name}:{}", folder.join(path).display()).into(),
        None => value.clone(),
    }
}

/// A value as TOML spells it, or the text itself.
pub(super) fn parse_value(key: &Key, text: &str) -> Value {
    let text = text.trim();
    match key {
        Key::Recipe(_) | Key::Seed | Key::Alpha | Key::Cue => {
            typed(text).unwrap_or_else(|| text.into())
        }
        Key::Saliency | Key::Weights | Key::Crf => text.into(),
    }
}

fn typed(text: &str) -> Option<Value> {
    // TOML has no value without a key.
    format!("value = {text}").parse::<Table>().ok()?.remove("value")
}

/// A range of numbers, if the text is one.
fn range(key: &Key, text: &str) -> Result<Option<Range>> {
    let (is_logarithmic, ends) = match text.strip_prefix("log:") {
        Some(ends) => (true, ends),
        None => (false, text),
    };
    let Some((low, high)) = ends.split_once("..") else { return Ok(None) };
    let (Ok(low), Ok(high)) = (low.trim().parse::<f64>(), high.trim().parse::<f64>()) else {
        return Ok(None);
    };
    if !(low < high && low.is_finite() && high.is_finite()) || (is_logarithmic && low <= 0.0) {
        bail!("{}: range {text}, expected LOW below HIGH, and above 0 after `log:`", key.name());
    }
    Ok(Some(Range { low, high, is_logarithmic }))
}

/// Parts between commas outside of brackets and quotes.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut is_quoted) = (0_i32, false);
    text.split(move |character| {
        match character {
            '"' => is_quoted = !is_quoted,
            '[' | '{' if !is_quoted => depth += 1,
            ']' | '}' if !is_quoted => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0 && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_toml_or_as_text() {
        let values = |text: &str| match Axis::parse(text).unwrap().values {
            Values::List(values) => values,
            Values::Range(range) => panic!("{range:?}"),
        };
        assert_eq!(values("lambda=0.1, 1"), [Value::Float(0.1), Value::Integer(1)]);
        assert_eq!(values("selection=naive,overlap"), [Value::from("naive"), "overlap".into()]);
        assert_eq!(values("jitter=true"), [Value::Boolean(true)]);
        let scales = values("scales=[0.5,1.0],[1.0]");
        assert_eq!((scales.len(), scales[0].as_array().unwrap().len()), (2, 2));
        assert_eq!(values("saliency=a:../maps,b:1..2").len(), 2);
    }

    #[test]
    fn ranges_have_a_low_and_a_high_end() {
        let expected = Range { low: 0.0001, high: 0.1, is_logarithmic: true };
        let axis = Axis::parse("learning_rate=log:1e-4..1e-1").unwrap();
        assert_eq!(axis.values, Values::Range(expected));
        for text in ["lambda=0.9..0.1", "learning_rate=log:0..1", "lambda=0..inf"] {
            assert!(Axis::parse(text).unwrap_err().to_string().contains("expected LOW"), "{text}");
        }
    }

    #[test]
    fn malformed_axes_are_refused() {
        let refused = |text: &str| Axis::parse(text).unwrap_err().to_string();
        assert!(refused("lambda").contains("expected KEY=VALUE"));
        assert!(refused("lambda=0.1,").contains("saliency.lambda: an empty value"));
        assert!(refused("lambdaa=1").contains("did you mean `saliency.lambda`?"));
    }

    #[test]
    fn paths_of_a_plan_are_relative_to_it() {
        let value = Value::from("zero:maps/zero");
        assert_eq!(below(&Key::Saliency, &value, Path::new("a")), "zero:a/maps/zero".into());
        assert_eq!(below(&Key::Crf, &"psa".into(), Path::new("a")), "psa".into());
    }
}
