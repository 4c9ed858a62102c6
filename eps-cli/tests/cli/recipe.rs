//! Recipes of networks that train in a moment.

const SHARED: &str = r#"
[network]
method = "METHOD"
backbone = "resnet38d"
width = 0.03125
depth = 0.0
stride = 8
norms = "learned"
dropout = true

[augmentation]
longer_side = [48, 64]
crop = 48
flip = true
jitter = true

[optimiser]
updates = 6
batch = 4
learning_rate = 0.1
classifier_factor = 2.0
weight_decay = 0.0005
momentum = 0.9
power = 0.9
seed = 1
checkpoint_every = 1000

[inference]
scales = [1.0, 1.5]
flip = true
threshold = 0.2
"#;

const SALIENCY: &str = "
[saliency]
tau = 0.4
lambda = 0.5
classifier_updates = 2
";

/// The plain classifier.
pub(crate) fn cam() -> String {
    SHARED.replace("METHOD", "cam")
}

/// EPS.
pub(crate) fn eps() -> String {
    SHARED.replace("METHOD", "eps") + SALIENCY
}

/// The plain classifier on a backbone that loads a PyTorch file.
pub(crate) fn pretrained() -> String {
    cam().replace("resnet38d", "efficientnet-lite0").replace("stride = 8", "stride = 16")
}

/// A recipe with `line` in place of the line that sets the same key.
pub(crate) fn with(recipe: &str, line: &str) -> String {
    let key = line.split('=').next().expect("a line has a key");
    let replaced = |old: &str| if old.starts_with(key) { line.to_owned() } else { old.to_owned() };
    let lines: Vec<String> = recipe.lines().map(replaced).collect();
    assert!(lines.iter().any(|new| new == line), "the recipe sets no `{key}`");
    lines.join("\n")
}
