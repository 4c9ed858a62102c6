//! Names of VGG16's tensors: in torchvision's state dict, and here.

/// The place of each convolution among torchvision's layers.
// Between them are activations and poolings, which have no tensors.
const PLACES: [usize; 13] = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];

/// Our path of what torchvision calls `name`: of `features.5.weight` it is `convs.2.conv.weight`.
pub(super) fn path(name: &str) -> Option<String> {
    let (place, parameter) = name.strip_prefix("features.")?.split_once('.')?;
    let place: usize = place.parse().ok()?;
    let index = PLACES.iter().position(|known| *known == place)?;
    let parameter = match parameter {
        "weight" => "conv.weight",
        "bias" => "bias",
        _ => return None,
    };
    Some(format!("convs.{index}.{parameter}"))
}

/// torchvision's name of the tensor with one of our paths: the inverse of [`path`].
pub(super) fn pytorch_name(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').filter(|part| *part != "conv").collect();
    match parts[..] {
        ["convs", index, parameter] => match place(index) {
            Some(place) => format!("features.{place}.{parameter}"),
            None => path.into(),
        },
        _ => path.into(),
    }
}

/// torchvision's place of the convolution with this number.
fn place(index: &str) -> Option<usize> {
    PLACES.get(index.parse::<usize>().ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convolutions_are_counted_without_what_lies_between_them() {
        for (pytorch, ours) in [
            ("features.0.weight", "convs.0.conv.weight"),
            ("features.5.bias", "convs.2.bias"),
            ("features.28.weight", "convs.12.conv.weight"),
        ] {
            assert_eq!(path(pytorch).as_deref(), Some(ours));
            assert_eq!(pytorch_name(ours), pytorch);
        }
        assert_eq!((path("features.1.weight"), path("features.0.gamma")), (None, None));
    }
}
