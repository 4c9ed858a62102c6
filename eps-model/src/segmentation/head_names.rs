//! Names of the tensors above the backbone: in deeplab-pytorch's state dicts, and here.

/// Our path of what a file calls `name`: of `aspp.c0.weight` it is `head.branches.0.score.conv.weight`.
pub(crate) fn path(name: &str) -> Option<String> {
    if name.starts_with("head.branches.") {
        return Some(name.to_owned());
    }
    let (branch, parameter) = name.strip_prefix("aspp.c")?.split_once('.')?;
    let branch: usize = branch.parse().ok()?;
    let parameter = match parameter {
        "weight" => "conv.weight",
        "bias" => "bias",
        _ => return None,
    };
    Some(format!("head.branches.{branch}.score.{parameter}"))
}

/// deeplab-pytorch's name of the tensor with one of our paths, where it has one: the inverse of [`path`].
pub(crate) fn pytorch_name(path: &str) -> String {
    let score = path.strip_prefix("head.branches.").and_then(|rest| rest.split_once(".score."));
    match score {
        Some((branch, parameter)) => {
            let parameter = parameter.strip_prefix("conv.").unwrap_or(parameter);
            format!("aspp.c{branch}.{parameter}")
        }
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_are_found_by_their_numbers() {
        for (pytorch, ours) in [
            ("aspp.c0.weight", "head.branches.0.score.conv.weight"),
            ("aspp.c3.bias", "head.branches.3.score.bias"),
        ] {
            assert_eq!(path(pytorch).as_deref(), Some(ours));
            assert_eq!(path(ours).as_deref(), Some(ours));
            assert_eq!(pytorch_name(ours), pytorch);
        }
        assert_eq!((path("aspp.stages.c0.weight"), path("fc8.weight")), (None, None));
        let hidden = "head.branches.1.fc6.conv.weight";
        assert_eq!(
            (path(hidden).as_deref(), pytorch_name(hidden).as_str()),
            (Some(hidden), hidden)
        );
    }
}
