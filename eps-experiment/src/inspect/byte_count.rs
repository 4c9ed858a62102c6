//! Numbers of bytes as users write them.

/// A number of bytes with an optional K, M, G or T (powers of 1000).
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let refuse = || "expected a number of bytes, such as 500M or 20G".to_owned();
    let (digits, factor) = match text.trim().to_uppercase().pop() {
        Some(unit @ ('K' | 'M' | 'G' | 'T')) => {
            let power = "KMGT".find(unit).map_or(0, |index| index + 1);
            (&text.trim()[..text.trim().len() - 1], 1000_u64.pow(power as u32))
        }
        _ => (text.trim(), 1),
    };
    let number: u64 = digits.parse().map_err(|_| refuse())?;
    number.checked_mul(factor).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units() {
        let cases = [("0", Some(0)), ("12", Some(12)), ("500M", Some(500_000_000))];
        let more =
            [("2g", Some(2_000_000_000)), ("1T", Some(1_000_000_000_000)), ("7K", Some(7000))];
        let wrong = [("", None), ("G", None), ("-1", None), ("1.5G", None), ("99999999T", None)];
        for (text, expected) in cases.into_iter().chain(more).chain(wrong) {
            assert_eq!(parse_bytes(text).ok(), expected, "{text}");
        }
    }
}
