//! Counts of bytes: the inner loops of statistics and checks.

/// How often each value occurs.
pub fn histogram(values: &[u8]) -> [u64; 256] {
    let [counts] = grouped_histogram(values, &[0; 256], values);
    counts
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
    // A word of eight equal keys and eight equal values is one addition of eight; the bytes of others
    // go to the tables in turn, which are added in the end.
    let mut tables = [[[0_u32; 256]; GROUPS]; TABLES];
    let (key_words, keys) = keys.as_chunks::<WORD>();
    let (value_words, values) = values.as_chunks::<WORD>();
    for (keys, values) in key_words.iter().zip(value_words) {
        if is_flat(keys) && is_flat(values) {
            tables[0][usize::from(group[usize::from(keys[0])])][usize::from(values[0])] +=
                WORD as u32;
        } else {
            add_each(&mut tables, group, keys, values);
        }
    }
    add_each(&mut tables, group, keys, values);
    std::array::from_fn(|group| {
        std::array::from_fn(|value| tables.iter().map(|table| u64::from(table[group][value])).sum())
    })
}

/// Adds values of a word or fewer, one by one.
fn add_each<const GROUPS: usize>(
    tables: &mut [[[u32; 256]; GROUPS]; TABLES],
    group: &[u8; 256],
    keys: &[u8],
    values: &[u8],
) {
    for (at, (&key, &value)) in keys.iter().zip(values).enumerate() {
        tables[at % TABLES][usize::from(group[usize::from(key)])][usize::from(value)] += 1;
    }
}

/// Whether all values are as the first.
fn is_flat(word: &[u8; WORD]) -> bool {
    u64::from_ne_bytes(*word) == u64::from_ne_bytes([word[0]; WORD])
}

/// Values that are looked at together: most neighbours in masks and saliency maps are equal.
const WORD: usize = 8;

/// Tables that are counted into in turn: neighbours that are not all equal tend to be nearly so, and an
/// increment need not wait for the one before. The limit on pixels keeps their counts below 2^32.
const TABLES: usize = 4;

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
            runs in prop::collection::vec((any::<u8>(), any::<u8>(), 1..30_usize), 0..30),
        ) {
            let pairs: Vec<(u8, u8)> =
                runs.iter().flat_map(|&(key, value, length)| vec![(key, value); length]).collect();
            let (keys, values): (Vec<u8>, Vec<u8>) = pairs.iter().copied().unzip();
            let group: [u8; 256] = std::array::from_fn(|key| (key % 3) as u8);
            let counts = grouped_histogram::<3>(&keys, &group, &values);
            for (group, counts) in counts.iter().enumerate() {
                for (value, &count) in counts.iter().enumerate() {
                    let expected = pairs.iter().filter(|&&(key, pixel)| {
                        usize::from(key) % 3 == group && usize::from(pixel) == value
                    });
                    prop_assert_eq!(count, expected.count() as u64);
                }
            }
            let together: Vec<u64> =
                (0..256).map(|value| counts.iter().map(|of_group| of_group[value]).sum()).collect();
            prop_assert_eq!(together, histogram(&values).to_vec());
        }
    }
}
