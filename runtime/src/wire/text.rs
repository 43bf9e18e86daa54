//! Text that is safe in every header, form field and metric attribute.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use uuid::Uuid;

use super::authority::REDACTED;

/// Returns whether a byte is allowed in codes and ids: ASCII, no delimiter, no control.
const fn is_plain_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Returns whether text can be sent unchanged: 1 to `limit` bytes of `[A-Za-z0-9_.-]`.
pub(crate) fn is_plain(text: &str, limit: usize) -> bool {
    (1..=limit).contains(&text.len()) && text.bytes().all(is_plain_byte)
}

/// Replaces everything but `[A-Za-z0-9_.-]` with `_`, and truncates to `limit` characters.
///
/// Returns valid text unchanged, so that static codes are not copied.
pub(crate) fn bounded_text(text: Cow<'_, str>, limit: usize) -> Cow<'_, str> {
    if text.is_empty() || is_plain(&text, limit) {
        return text;
    }
    replaced(&text, limit, is_plain_byte)
}

/// Sanitizes a code like [`bounded_text`]; a code that may identify a user is redacted.
pub(crate) fn bounded_code(code: Cow<'_, str>, limit: usize) -> Cow<'_, str> {
    if holds_address(&code) || is_guid(&code) {
        return Cow::Borrowed(REDACTED);
    }
    bounded_text(code, limit)
}

/// Returns whether text contains what may be an e-mail address: `@` inside a word.
fn holds_address(text: &str) -> bool {
    let is_inside = |(at, sign): (usize, &str)| {
        let (before, rest) = text.split_at_checked(at).unwrap_or_default();
        let after = rest.get(sign.len()..).unwrap_or_default();
        let in_word = |next: Option<char>| next.is_some_and(|next| !next.is_whitespace());
        in_word(before.chars().next_back()) && in_word(after.chars().next())
    };
    text.match_indices('@').any(is_inside) || text.match_indices("%40").any(is_inside)
}

/// Returns whether text is a bare GUID, in any spelling.
fn is_guid(text: &str) -> bool {
    let is_around = |around: char| around.is_whitespace() || "(){}[]'\"".contains(around);
    Uuid::try_parse(text.trim_matches(is_around)).is_ok()
}

/// Returns whether a byte is allowed in names of other libraries: printable, no delimiter.
const fn is_label_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'|')
}

/// Replaces non-printable characters, `,` and `|` with `_`, and truncates to `limit` characters.
///
/// For names such as `@azure/msal-react`, which the narrower [`bounded_text`] would change.
pub(crate) fn bounded_label(text: Cow<'static, str>, limit: usize) -> Cow<'static, str> {
    if text.len() <= limit && text.bytes().all(is_label_byte) {
        return text;
    }
    replaced(&text, limit, is_label_byte)
}

fn replaced(text: &str, limit: usize, allowed: fn(u8) -> bool) -> Cow<'static, str> {
    let safe = |character: char| match u8::try_from(character) {
        Ok(byte) if allowed(byte) => character,
        _ => '_',
    };
    Cow::Owned(text.chars().take(limit).map(safe).collect())
}

/// The text of one field of a telemetry header, without the delimiters `,` and `|`.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::FieldText;
///
/// let text = FieldText::new("invalid_grant")?;
/// assert_eq!(text.as_str(), "invalid_grant");
/// assert_eq!(FieldText::new("a,b").unwrap_err().offset(), 1);
/// # Ok::<(), token_telemetry::entra::InvalidFieldText>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldText<'a>(Cow<'a, str>);

impl<'a> FieldText<'a> {
    /// Creates the text of a field.
    ///
    /// # Errors
    ///
    /// If it contains a delimiter; the error has its offset.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Result<Self, InvalidFieldText> {
        let text = text.into();
        match text.find([',', '|']) {
            Some(offset) => Err(InvalidFieldText { offset }),
            None => Ok(Self(text)),
        }
    }

    /// Creates the text of a field from text that is known to contain no delimiter.
    pub(crate) const fn trusted(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Copies borrowed text, so that the result is `'static`.
    #[must_use]
    pub fn into_owned(self) -> FieldText<'static> {
        FieldText(Cow::Owned(self.0.into_owned()))
    }
}

impl fmt::Display for FieldText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The error returned for text that contains a delimiter of the telemetry headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidFieldText {
    offset: usize,
}

impl InvalidFieldText {
    /// Returns the offset of the first delimiter, in bytes.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for InvalidFieldText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected text without `,` and `|`, found a delimiter at offset {}",
            self.offset
        )
    }
}

impl Error for InvalidFieldText {}

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
    fn names_keep_their_punctuation_and_lose_delimiters() {
        assert_eq!(
            bounded_label("@azure/msal-react".into(), 64),
            "@azure/msal-react"
        );
        assert_eq!(bounded_label("iPhone14,5|é\n".into(), 64), "iPhone14_5___");
    }

    #[test]
    fn code_that_names_somebody_is_redacted() {
        for code in [
            "user@contoso.com",
            "user@contoso",
            "unknown user user%40contoso.com.",
            "AADB2C90118: j\u{f6}@contoso.com, 7",
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "6BA7B8109DAD11D180B400C04FD430C8",
            "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            " {6ba7b810-9dad-11d1-80b4-00c04fd430c8}\n",
            "(6ba7b810-9dad-11d1-80b4-00c04fd430c8)",
        ] {
            assert_eq!(bounded_code(code.into(), 64), REDACTED, "{code}");
        }
        for (code, kept) in [
            ("invalid_grant", "invalid_grant"),
            ("@azure", "_azure"),
            ("look @ this", "look___this"),
            ("x@", "x_"),
            ("20%40", "20_40"),
            ("6ba7b810-9dad", "6ba7b810-9dad"),
            ("", ""),
        ] {
            assert_eq!(bounded_code(code.into(), 64), kept, "{code}");
        }
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(bounded_text("x".repeat(10_000).into(), 64).len(), 64);
    }
}
