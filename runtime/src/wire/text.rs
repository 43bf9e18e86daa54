//! Text that is safe in every header, form field and metric attribute.

use std::borrow::Cow;

/// Whether a byte may stand in a code or an id: no delimiter of any format, no control, ASCII.
const fn is_plain_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Whether text can go out as it is: 1 to `limit` bytes of `[A-Za-z0-9_.-]`.
const fn is_plain(text: &str, limit: usize) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_plain_byte(bytes[at]) {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty() && bytes.len() <= limit
}

/// Replaces what is not `[A-Za-z0-9_.-]` by `_` and cuts at `limit` characters.
///
/// Text that is fine already is handed back untouched, so static codes cost nothing.
pub(crate) fn bounded_text(text: Cow<'static, str>, limit: usize) -> Cow<'static, str> {
    if text.is_empty() || is_plain(&text, limit) {
        return text;
    }
    let plain = |character: char| match u8::try_from(character) {
        Ok(byte) if is_plain_byte(byte) => character,
        _ => '_',
    };
    Cow::Owned(text.chars().take(limit).map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(
            bounded_text("invalid_grant".into(), 64),
            Cow::Borrowed("invalid_grant")
        ));
    }

    #[test]
    fn every_other_character_becomes_one_underscore() {
        assert_eq!(bounded_text("a,b|c\r\n\0é😀".into(), 64), "a_b_c_____");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(bounded_text("x".repeat(10_000).into(), 64).len(), 64);
    }
}
