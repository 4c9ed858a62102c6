//! A share of a data set that one of several processes works on.

use crate::sha256;
use std::fmt;
use std::str::FromStr;

/// Part `index` of `count`: each id belongs to exactly one, by a hash of the id alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Counted from 1.
    index: u64,
    count: u64,
}

impl Shard {
    /// Part `index`, counted from 1, of `count`; nothing if there is no such part.
    pub fn new(index: u64, count: u64) -> Option<Self> {
        (1..=count).contains(&index).then_some(Self { index, count })
    }

    /// The place of the part, from 1 on.
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many parts there are.
    pub fn count(self) -> u64 {
        self.count
    }

    /// Whether the image with this id belongs to the part.
    ///
    /// The hash is the first 16 digits of SHA-256 of the id, so that it is the same everywhere and
    /// does not change when a list grows.
    pub fn holds(self, id: &str) -> bool {
        let digest = sha256(id);
        let hash = u64::from_str_radix(&digest[..16], 16).expect("a digest is hexadecimal");
        // So few of 2^64 values are left over that the remainder favours no part.
        hash % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let part = text
            .split_once('/')
            .and_then(|(index, count)| Self::new(index.parse().ok()?, count.parse().ok()?));
        part.ok_or_else(|| "expected I/N with 1 <= I <= N, such as 1/4".into())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_in_one_part() {
        let shards: Vec<Shard> =
            (1..=4).map(|index| format!("{index}/4").parse().unwrap()).collect();
        let mut counts = [0; 4];
        for number in 0..400 {
            let id = format!("2007_{number:06}");
            let parts: Vec<_> = (0..4).filter(|&part| shards[part].holds(&id)).collect();
            assert_eq!(parts.len(), 1, "{id}");
            counts[parts[0]] += 1;
        }
        assert!(counts.iter().all(|&count| count > 70), "{counts:?}");
    }

    #[test]
    fn the_part_of_an_id_is_that_of_its_sha256() {
        // SHA-256 of "2007_000032" starts with 68be35cf62474b62, and 0x62 leaves 2 when divided by 8.
        assert!("3/8".parse::<Shard>().unwrap().holds("2007_000032"));
    }

    #[test]
    fn parts_that_do_not_exist_are_refused() {
        for text in ["0/4", "5/4", "1", "1/0", "a/b", "-1/4", "1/4/2", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert_eq!("3/4".parse::<Shard>().unwrap().to_string(), "3/4");
    }
}
