//! Axes to combinations of their values.

use super::axis::{Axis, Range, Values};
use super::key::Key;
use anyhow::{Result, ensure};
use eps_eval::paired::SplitMix64;
use toml::Value;

/// The most combinations of a plan.
const MOST: usize = 100_000;

/// The values of one cell.
pub type Combination = Vec<(Key, Value)>;

/// Every combination of the values, the first axis changing slowest.
pub fn grid(axes: &[Axis]) -> Result<Vec<Combination>> {
    let mut combinations: Vec<Combination> = vec![Vec::new()];
    for Axis { key, values } in axes {
        let Values::List(values) = values else {
            anyhow::bail!("{}: a range, expected values, or --random to draw from it", key.name())
        };
        // Before they are made: a few long axes have more combinations than fit into memory.
        check_size(combinations.len().saturating_mul(values.len()))?;
        combinations = combinations
            .iter()
            .flat_map(|combination| values.iter().map(move |value| with(combination, key, value)))
            .collect();
    }
    Ok(combinations)
}

fn with(combination: &Combination, key: &Key, value: &Value) -> Combination {
    let setting = [(key.clone(), value.clone())];
    combination.iter().cloned().chain(setting).collect()
}

fn check_size(cells: usize) -> Result<()> {
    ensure!(cells <= MOST, "the grid has more than {MOST} cells: draw some of them with --random");
    Ok(())
}

/// `count` combinations in the order of their draws; a larger number begins with the same ones.
/// Without ranges none is drawn twice, and no more are made than there are.
pub fn random(
    axes: &[Axis],
    count: usize,
    seed: u64,
    is_whole: &dyn Fn(&Key) -> bool,
) -> Result<Vec<Combination>> {
    check_size(count)?;
    let generator = SplitMix64::new(seed);
    if axes.iter().all(|axis| matches!(axis.values, Values::List(_))) {
        // Sorted by random numbers, so that no cell comes twice and a larger count only adds some.
        let mut numbered: Vec<(u64, Combination)> =
            (0..).map(|position| generator.at(position)).zip(grid(axes)?).collect();
        numbered.sort_by_key(|(number, _)| *number);
        return Ok(numbered.into_iter().map(|(_, combination)| combination).take(count).collect());
    }
    // Each value has a number of the generator for itself, whatever the count.
    let mut positions = 0..;
    let mut combinations = vec![Combination::new(); count];
    for combination in &mut combinations {
        for (Axis { key, values }, position) in axes.iter().zip(&mut positions) {
            let value = match values {
                Values::List(values) => {
                    values[generator.below(values.len() as u64, position) as usize].clone()
                }
                Values::Range(range) => drawn(*range, generator.at(position), is_whole(key)),
            };
            combination.push((key.clone(), value));
        }
    }
    Ok(combinations)
}

/// A number of the range with four significant digits, or a whole one.
fn drawn(range: Range, bits: u64, is_whole: bool) -> Value {
    // 53 bits are the most that a double holds exactly.
    let part = (bits >> 11) as f64 / (1_u64 << 53) as f64;
    let Range { low, high, is_logarithmic } = range;
    let number = match is_logarithmic {
        true => (low.ln() + (high.ln() - low.ln()) * part).exp(),
        false => low + (high - low) * part,
    };
    if is_whole {
        return Value::Integer(number.round() as i64);
    }
    let rounded = format!("{number:.3e}").parse().unwrap_or(number);
    // Rounded, a number next to an end may lie beyond it.
    Value::Float(f64::clamp(rounded, low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        texts.iter().map(|text| Axis::parse(text).unwrap()).collect()
    }

    fn shown(combinations: &[Combination]) -> Vec<String> {
        let show = |combination: &Combination| {
            combination.iter().map(|(_, value)| value.to_string()).collect::<Vec<_>>().join(" ")
        };
        combinations.iter().map(show).collect()
    }

    #[test]
    fn a_grid_has_every_combination_once() {
        let found = grid(&axes(&["lambda=0.1,0.3", "tau=0.2,0.4,0.6"])).unwrap();
        let expected = ["0.1 0.2", "0.1 0.4", "0.1 0.6", "0.3 0.2", "0.3 0.4", "0.3 0.6"];
        assert_eq!(shown(&found), expected);
        assert_eq!(grid(&[]).unwrap(), [vec![]]);
    }

    #[test]
    fn a_larger_draw_begins_with_the_smaller_one_and_draws_none_twice() {
        let axes = axes(&["lambda=0.1,0.3,0.5", "tau=0.2,0.4,0.6"]);
        let draw = |count, seed| shown(&random(&axes, count, seed, &|_| false).unwrap());
        let (few, many, all) = (draw(3, 5), draw(6, 5), draw(100, 5));
        assert_eq!(many[..3], few);
        assert_eq!(all.len(), 9);
        let mut sorted = all;
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), 9);
        assert_ne!(draw(6, 6), many);
    }

    #[test]
    fn draws_from_ranges_stay_inside_and_may_be_whole() {
        let axes = axes(&["learning_rate=log:1e-4..1e-1", "updates=10..20"]);
        let whole = |key: &Key| key.name() == "optimiser.updates";
        let found = random(&axes, 200, 1, &whole).unwrap();
        let mut below_a_hundredth = 0;
        for cell in &found {
            let rate = cell[0].1.as_float().unwrap();
            assert!((1e-4..=1e-1).contains(&rate), "{rate}");
            assert!((10..=20).contains(&cell[1].1.as_integer().unwrap()));
            below_a_hundredth += usize::from(rate < 0.01);
        }
        // Two of three decades.
        assert!((110..160).contains(&below_a_hundredth), "{below_a_hundredth}");
        assert!(grid(&axes).unwrap_err().to_string().contains("--random"));
    }

    #[test]
    fn a_grid_too_large_to_mean_it_is_refused() {
        let values = (0..400).map(|value| value.to_string()).collect::<Vec<_>>().join(",");
        let axes = axes(&[&format!("updates={values}"), &format!("batch={values}")]);
        assert!(grid(&axes).unwrap_err().to_string().contains("more than 100000 cells"));
    }
}
