//! Reads the `AADSTS` numbers in Entra's error descriptions.

use std::collections::HashSet;

/// The prefix of each number.
const PREFIX: &str = "AADSTS";

/// Returns the `AADSTS` numbers in an error description, in order, each once.
///
/// The description itself is not kept: it may name users and tenants.
///
/// # Examples
///
/// ```
/// use token_telemetry::error::sts_codes_in;
/// use token_telemetry::ErrorInfo;
///
/// let description = "AADSTS7000215: Invalid client secret provided.";
/// let info = ErrorInfo::new("invalid_client").with_sts_codes(sts_codes_in(description));
/// assert_eq!(info.sts_codes(), [7_000_215]);
/// ```
pub fn sts_codes_in(description: &str) -> impl Iterator<Item = u32> {
    let mut pieces = description.split(PREFIX);
    let mut before = pieces.next().unwrap_or_default();
    let mut seen = HashSet::new();
    pieces.filter_map(move |piece| {
        let in_word = before.ends_with(|last: char| last.is_alphanumeric());
        before = piece;
        let code = leading_number(piece).filter(|_| !in_word)?;
        seen.insert(code).then_some(code)
    })
}

/// Parses the number at the start of a text, unless it is part of a word.
fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    if rest.starts_with(|next: char| next.is_alphanumeric()) {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(description: &str) -> Vec<u32> {
        sts_codes_in(description).collect()
    }

    #[test]
    fn number_before_colon() {
        assert_eq!(
            codes("AADSTS70002: Error. AADSTS50012: Again."),
            [70_002, 50_012]
        );
        assert_eq!(codes("(AADSTS53003)"), [53_003]);
        assert_eq!(codes("AADSTS50011"), [50_011]);
    }

    #[test]
    fn each_number_once() {
        assert_eq!(
            codes("AADSTS50011: a, AADSTS50012: b, AADSTS50011: c"),
            [50_011, 50_012]
        );
    }

    /// Would take minutes if the reader were quadratic.
    #[test]
    fn ten_megabytes_of_numbers() {
        let mut text = String::new();
        for code in 0..700_000_u32 {
            text.push_str("AADSTS");
            text.push_str(&code.to_string());
            text.push(' ');
        }
        assert_eq!(sts_codes_in(&text).count(), 700_000);
    }

    #[test]
    fn lookalikes_ignored() {
        assert!(codes("").is_empty());
        assert!(codes("AADSTS").is_empty());
        assert!(codes("AADSTS: 50011").is_empty());
        assert!(codes("XAADSTS50011").is_empty());
        assert!(codes("AADSTS50011x").is_empty());
        assert!(codes("aadsts50011").is_empty());
        assert!(codes("AADSTS\u{0661}\u{0662}").is_empty());
    }

    #[test]
    fn too_large_numbers_ignored() {
        assert_eq!(codes("AADSTS4294967295 AADSTS4294967296"), [u32::MAX]);
        assert!(codes(&format!("AADSTS{}", "9".repeat(10_000))).is_empty());
    }
}
