//! Training without pre-trained weights, where the recipe counts on them.

use anyhow::{Result, ensure};
use eps_model::recipe::{Norms, TrainingRecipe};

/// Refuses to train frozen normalisations that no file has filled: their statistics would be those of a
/// network that was never trained, and nothing could correct them.
pub fn check(recipe: &impl TrainingRecipe, has_weights: bool, is_meant: bool) -> Result<()> {
    let is_filled = has_weights || recipe.layers().norms == Norms::Learned;
    ensure!(
        is_filled || is_meant,
        "no --weights, but the recipe keeps the statistics of the weights (network.norms = \
         \"frozen\"): give --weights FILE, set norms = \"learned\", or add --from-scratch to train \
         with random ones"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use eps_model::recipe::Recipe;
    use std::path::Path;

    fn recipe(name: &str) -> Recipe {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../recipes");
        Recipe::read(&folder.join(name)).unwrap()
    }

    #[test]
    fn random_statistics_are_frozen_only_where_that_is_said() {
        let (frozen, learned) = (recipe("laptop-eps.toml"), recipe("demo-eps.toml"));
        let message = check(&frozen, false, false).unwrap_err().to_string();
        assert!(message.contains("--from-scratch") && message.contains("network.norms"));
        check(&frozen, true, false).unwrap();
        check(&frozen, false, true).unwrap();
        check(&learned, false, false).unwrap();
    }
}
