//! The header of NumPy's `.npy` files that hold a Python object.

/// Magic, version and length of the header of a `.npy` file of version 1.
const START: usize = 10;

/// Header and pickle start at a multiple of this.
const ALIGNMENT: usize = 64;

/// What follows the header of an `.npy` file of Python objects.
pub(crate) fn pickled(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (header, body) = match rest {
        [1, _, low, high, ..] => {
            let length = usize::from(u16::from_le_bytes([*low, *high]));
            bytes[START..].split_at_checked(length)?
        }
        _ => return None,
    };
    let is_object = header.windows(4).any(|window| window == b"'|O'");
    is_object.then_some(body)
}

/// An `.npy` file of one pickled object.
pub(crate) fn with_header(pickle: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00\x00\x00".to_vec();
    file.extend(b"{'descr': '|O', 'fortran_order': False, 'shape': (), }");
    // NumPy leaves room for the length of a first axis to grow, even where there is none.
    file.resize(2 * ALIGNMENT - 1, b' ');
    file.push(b'\n');
    let length = (file.len() - START) as u16;
    file[START - 2..START].copy_from_slice(&length.to_le_bytes());
    file.extend_from_slice(pickle);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pickle_comes_back_without_its_header() {
        let file = with_header(b"N.");
        assert_eq!(file.len(), 130);
        assert_eq!(pickled(&file), Some(&b"N."[..]));
        assert_eq!(pickled(&file[1..]), None);
        assert_eq!(pickled(&file[..60]), None);
    }
}
