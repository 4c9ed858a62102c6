//! Names of the parameters of a layer: PyTorch's, and ours.

/// The end of our path of a layer's parameter: PyTorch calls gamma and beta of a normalisation weight and
/// bias.
pub(super) fn path(is_norm: bool, parameter: &str) -> Option<&'static str> {
    Some(match (is_norm, parameter) {
        (false, "weight") => "weight",
        (true, "weight") => "norm.gamma",
        (true, "bias") => "norm.beta",
        (true, "running_mean") => "norm.running_mean",
        (true, "running_var") => "norm.running_var",
        _ => return None,
    })
}

/// What PyTorch calls a part of one of our paths; `None` where it has no such part.
pub(super) fn pytorch_name(part: &str) -> Option<&str> {
    match part {
        "norm" => None,
        "gamma" => Some("weight"),
        "beta" => Some("bias"),
        _ => Some(part),
    }
}
