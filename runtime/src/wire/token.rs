//! Tokens and comments of RFC 9110, the elements of product headers.
//!
//! ```text
//! token       = 1*tchar                                             ; RFC 9110, 5.6.2
//! comment     = "(" *( ctext / quoted-pair / comment ) ")"          ; 5.6.5
//! ctext       = HTAB / SP / %x21-27 / %x2A-5B / %x5D-7E / obs-text
//! quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text )                ; 5.6.4
//! ```

use super::{ReadError, Reason};

/// The deepest nesting of comments that is accepted; our limit, the RFC sets none.
pub(crate) const MAX_COMMENT_DEPTH: usize = 8;

/// Returns whether a byte is allowed in a token.
pub(crate) const fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// Returns offset and value of the first byte that is not allowed in a token.
pub(crate) const fn first_non_tchar(text: &[u8]) -> Option<(usize, u8)> {
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        if !is_tchar(*byte) {
            return Some((text.len() - rest.len(), *byte));
        }
        rest = after;
    }
    None
}

/// Returns whether a text is a token.
pub(crate) const fn is_token(text: &str) -> bool {
    !text.is_empty() && first_non_tchar(text.as_bytes()).is_none()
}

/// Returns whether a byte is optional whitespace: space or tab.
pub(crate) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Returns whether a byte is a control character; a tab is not.
const fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}

/// Whether bytes 0x80 to 0xFF are accepted: recipients read them, senders do not write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObsText {
    Read,
    Reject,
}

/// Returns the length of the comment that begins with the first byte, a parenthesis.
pub(crate) fn comment_len(bytes: &[u8], obs_text: ObsText) -> Result<usize, ReadError> {
    let fault = |reason, offset| Err(ReadError { reason, offset });
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            _ if is_control(byte) => return fault(Reason::Control, at),
            0x80.. if obs_text == ObsText::Reject => return fault(Reason::ObsText, at),
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' if depth == MAX_COMMENT_DEPTH => return fault(Reason::CommentTooDeep, at),
            b'(' => depth += 1,
            b')' if depth == 1 => return Ok(at + 1),
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if escaped {
        return fault(Reason::DanglingQuotedPair, bytes.len().saturating_sub(1));
    }
    fault(Reason::UnclosedComment, 0)
}

/// Splits the inside of a comment at every `;` that is neither nested nor escaped.
pub(crate) fn split_pairs(comment: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut depth = 0_usize;
    let mut escaped = false;
    comment.split(move |&byte| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match byte {
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b';' => return depth == 0,
            _ => {}
        }
        false
    })
}

/// Trims blanks, except an escaped one at the end.
pub(crate) fn trim_blanks(text: &[u8]) -> &[u8] {
    let mut text = text;
    while let [first, rest @ ..] = text
        && is_blank(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_blank(*last)
        && trailing_backslashes(rest).is_multiple_of(2)
    {
        text = rest;
    }
    text
}

fn trailing_backslashes(text: &[u8]) -> usize {
    text.iter().rev().take_while(|&&byte| byte == b'\\').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_77_bytes_are_token_characters() {
        assert_eq!((0..=u8::MAX).filter(|byte| is_tchar(*byte)).count(), 77);
    }

    #[test]
    fn a_comment_ends_at_its_own_parenthesis() {
        assert_eq!(comment_len(b"(a (b) \\) c) d", ObsText::Read), Ok(12));
    }

    #[test]
    fn an_escaped_control_is_still_a_control() {
        let fault = comment_len(b"(\\\x07)", ObsText::Read).unwrap_err();
        assert_eq!((fault.reason, fault.offset), (Reason::Control, 2));
    }

    #[test]
    fn an_escaped_blank_at_the_end_is_text() {
        assert_eq!(trim_blanks(b" a\\  "), b"a\\ ");
        assert_eq!(trim_blanks(b" a\\\\  "), b"a\\\\");
        assert_eq!(trim_blanks(b" \t "), b"");
    }
}
