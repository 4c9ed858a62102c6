//! Counts of bytes: the inner loops of statistics and checks.

/// How often each value occurs.
pub fn histogram(values: &[u8]) -> [u64; 256] {
    // Neighbours tend to be equal; four tables keep an increment from waiting for the one before.
    let mut tables = [[0_u32; 256]; LANES];
    let chunks = values.chunks_exact(LANES);
    chunks.remainder().iter().for_each(|&value| tables[0][usize::from(value)] += 1);
    for chunk in chunks {
        for (table, &value) in tables.iter_mut().zip(chunk) {
            table[usize::from(value)] += 1;
        }
    }
    std::array::from_fn(|value| tables.iter().map(|table| u64::from(table[value])).sum())
}

/// How often each value occurs in each group; `group` gives the group of the key beside a value.
///
/// # Panics
///
/// If there is not one key for each value, or a group is not below `GROUPS`.
pub fn grouped_histogram<const GROUPS: usize>(
    keys: &[u8],
    group: &[u8; 256],
    values: &[u8],
) -> [[u64; 256]; GROUPS] {
    assert_eq!(keys.len(), values.len(), "one key for each value");
    let mut tables = [[[0_u32; 256]; GROUPS]; LANES];
    let (key_chunks, value_chunks) = (keys.chunks_exact(LANES), values.chunks_exact(LANES));
    for (&key, &value) in key_chunks.remainder().iter().zip(value_chunks.remainder()) {
        tables[0][usize::from(group[usize::from(key)])][usize::from(value)] += 1;
    }
    for (keys, values) in key_chunks.zip(value_chunks) {
        for (table, (&key, &value)) in tables.iter_mut().zip(keys.iter().zip(values)) {
            table[usize::from(group[usize::from(key)])][usize::from(value)] += 1;
        }
    }
    std::array::from_fn(|group| {
        std::array::from_fn(|value| tables.iter().map(|table| u64::from(table[group][value])).sum())
    })
}

/// Tables that are counted into in turn. The limit on pixels keeps their counts below 2^32.
const LANES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_value_is_counted() {
        let counts = histogram(&[3, 3, 0, 255, 3]);
        assert_eq!((counts[0], counts[3], counts[255]), (1, 3, 1));
        assert_eq!(counts.iter().sum::<u64>(), 5);
    }

    proptest! {
        #[test]
        fn groups_are_counted_as_one_by_one(
            pairs in prop::collection::vec((any::<u8>(), any::<u8>()), 0..200),
        ) {
            let (keys, values): (Vec<u8>, Vec<u8>) = pairs.iter().copied().unzip();
            let group: [u8; 256] = std::array::from_fn(|key| (key % 3) as u8);
            let counts = grouped_histogram::<3>(&keys, &group, &values);
            for (group, counts) in counts.iter().enumerate() {
                for (value, &count) in counts.iter().enumerate() {
                    let expected = pairs.iter().filter(|&&(key, own)| {
                        usize::from(key) % 3 == group && usize::from(own) == value
                    });
                    prop_assert_eq!(count, expected.count() as u64);
                }
            }
            let together: Vec<u64> =
                (0..256).map(|value| counts.iter().map(|own| own[value]).sum()).collect();
            prop_assert_eq!(together, histogram(&values).to_vec());
        }
    }
}
