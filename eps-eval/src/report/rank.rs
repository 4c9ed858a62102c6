//! Which of several values are best, as a reader of the printed table sees them.

/// The place of a value among those that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rank {
    Best,
    Second,
}

/// Which values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    High,
    Low,
}

/// The rank of each value, absent for all others and for a value that does not exist.
///
/// Values that `print` shows alike share their rank. Where all of them are shown alike, or one stands
/// alone, none is better than another and none has a rank.
pub(crate) fn ranks(
    values: &[Option<f64>],
    better: Better,
    print: impl Fn(f64) -> String,
) -> Vec<Option<Rank>> {
    let mut sorted: Vec<f64> = values.iter().copied().flatten().collect();
    sorted.sort_by(|a, b| a.total_cmp(b));
    if better == Better::High {
        sorted.reverse();
    }
    let mut printed: Vec<String> = sorted.into_iter().map(&print).collect();
    // Sorted, so that values that print alike are neighbours.
    printed.dedup();
    let ranks = values.iter().map(|value| {
        let text = print((*value)?);
        match printed.iter().position(|other| *other == text)? {
            _ if printed.len() < 2 => None,
            0 => Some(Rank::Best),
            1 => Some(Rank::Second),
            _ => None,
        }
    });
    ranks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[Option<f64>], better: Better) -> String {
        let sign = |rank: Option<Rank>| match rank {
            Some(Rank::Best) => 'b',
            Some(Rank::Second) => 's',
            None => '.',
        };
        let ranks = ranks(values, better, |value| format!("{value:.1}"));
        ranks.into_iter().map(sign).collect()
    }

    #[test]
    fn values_that_are_printed_alike_share_a_rank() {
        let values = [Some(3.0), Some(10.02), Some(9.98), None, Some(2.0)];
        assert_eq!(of(&values, Better::High), "sbb..");
        assert_eq!(of(&values, Better::Low), "s...b");
    }

    #[test]
    fn nothing_is_best_where_all_are_alike_or_one_is_alone() {
        assert_eq!(of(&[Some(0.0), Some(0.0)], Better::High), "..");
        assert_eq!(of(&[Some(0.01), None, Some(0.02)], Better::Low), "...");
        assert_eq!(of(&[Some(7.0), None], Better::High), "..");
        assert_eq!(of(&[], Better::High), "");
    }
}
