//! The parser of the list grammar.

use super::comment::CommentText;
use super::element::{Element, Elements};
use super::repair::{Repair, Repaired};
use crate::wire::token::{self, ObsText};
use crate::wire::{ReadError, Reason};

/// Maximum length of a value, in bytes; no document sets a limit.
pub const MAX_LEN: usize = 8192;

/// Maximum number of empty list elements; RFC 9110 asks for "a reasonable number".
pub const MAX_EMPTY_ELEMENTS: usize = 16;

/// What is accepted: each grammar accepts more than the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grammar {
    Sender,
    Recipient,
    Tolerant,
}

/// Parses a value by a grammar.
pub(super) fn read(value: &[u8], grammar: Grammar) -> Result<Repaired<'_>, ReadError> {
    check_whole(value, grammar)?;
    let mut parser = Parser::new(value, grammar);
    let mut list: Vec<Element<'_>> = Vec::new();
    let mut empty = 0;
    loop {
        parser.skip_blanks();
        match (parser.peek(), list.last_mut()) {
            (None | Some(b','), _) => {
                parser.check_empty(empty)?;
                empty += 1;
            }
            (Some(b'('), Some(previous)) if parser.can_join(previous) => {
                previous.comment = Some(parser.orphan_comment()?);
            }
            (Some(_), _) => list.push(parser.element()?),
        }
        if parser.peek().is_none() {
            break;
        }
        parser.at += 1;
    }
    let no_element = parser.fault(Reason::NoElement);
    Ok(Repaired {
        elements: Elements::new(list).ok_or(no_element)?,
        repairs: parser.repairs,
    })
}

/// Returns an error if a value is too long to be parsed.
pub(in crate::graph) fn check_len(value: &[u8]) -> Result<(), ReadError> {
    if value.len() > MAX_LEN {
        return Err(ReadError {
            reason: Reason::TooLong,
            offset: MAX_LEN,
        });
    }
    Ok(())
}

/// Checks the rules for the value as a whole.
fn check_whole(value: &[u8], grammar: Grammar) -> Result<(), ReadError> {
    let fault = |reason, offset| Err(ReadError { reason, offset });
    check_len(value)?;
    let splits_messages = |byte: &u8| matches!(byte, b'\r' | b'\n' | b'\0');
    if let Some(at) = value.iter().position(splits_messages) {
        return fault(Reason::ForbiddenOctet, at);
    }
    if grammar != Grammar::Sender {
        return Ok(());
    }
    if value.first().is_some_and(|byte| token::is_blank(*byte)) {
        return fault(Reason::OuterWhitespace, 0);
    }
    match value.split_last() {
        Some((byte, rest)) if token::is_blank(*byte) => fault(Reason::OuterWhitespace, rest.len()),
        _ => Ok(()),
    }
}

/// A value and the position in it.
struct Parser<'a> {
    value: &'a [u8],
    at: usize,
    grammar: Grammar,
    repairs: Vec<Repair>,
}

impl<'a> Parser<'a> {
    const fn new(value: &'a [u8], grammar: Grammar) -> Self {
        Self {
            value,
            at: 0,
            grammar,
            repairs: Vec::new(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.value.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.value.get(self.at..).unwrap_or_default()
    }

    fn fault(&self, reason: Reason) -> ReadError {
        ReadError {
            reason,
            offset: self.at,
        }
    }

    /// Skips optional whitespace; returns whether there was any.
    fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.iter().take_while(|byte| token::is_blank(**byte));
        let count = blanks.count();
        self.at += count;
        count > 0
    }

    /// Parses a product and its comment, up to a comma or the end.
    fn element(&mut self) -> Result<Element<'a>, ReadError> {
        let mut element = self.product()?;
        let blanks = self.skip_blanks();
        if self.peek() == Some(b'(') {
            if !blanks {
                return Err(self.fault(Reason::MissingRws));
            }
            element.comment = Some(self.comment()?);
            self.skip_blanks();
        }
        if blanks && element.comment.is_none() && self.grammar == Grammar::Tolerant {
            element.comment = self.bare_pairs();
        }
        self.end_of_element()?;
        Ok(element)
    }

    /// Expects a comma or the end.
    fn end_of_element(&self) -> Result<(), ReadError> {
        match self.peek() {
            None | Some(b',') => Ok(()),
            Some(b'(') => Err(self.fault(Reason::SecondComment)),
            Some(_) => Err(self.fault(Reason::ExpectedComma)),
        }
    }

    /// Rejects an empty element if the grammar does.
    fn check_empty(&self, before: usize) -> Result<(), ReadError> {
        if self.grammar == Grammar::Sender {
            return Err(self.fault(Reason::EmptyElement));
        }
        if before == MAX_EMPTY_ELEMENTS {
            return Err(self.fault(Reason::TooManyEmpty));
        }
        Ok(())
    }

    /// Returns whether a comment at the start of an element can be repaired.
    fn can_join(&self, previous: &Element<'_>) -> bool {
        self.grammar == Grammar::Tolerant && previous.comment.is_none()
    }

    /// Parses a comment in place of an element, which belongs to the previous element.
    fn orphan_comment(&mut self) -> Result<CommentText<'a>, ReadError> {
        let comment = self.comment()?;
        self.skip_blanks();
        self.end_of_element()?;
        self.repairs.push(Repair::OrphanCommentJoinedToPrevious);
        Ok(comment)
    }

    /// Parses pairs without parentheses, up to the next comma.
    fn bare_pairs(&mut self) -> Option<CommentText<'a>> {
        let text = self.rest().split(|byte| *byte == b',').next()?;
        let key = text.split(|byte| *byte == b'=').next()?;
        let is_key = token::first_non_tchar(token::trim_blanks(key)).is_none();
        if !is_key || key.is_empty() || key.len() == text.len() {
            return None;
        }
        let inside = token::trim_blanks(text);
        let inside = token::trim_blanks(inside.strip_suffix(b";").unwrap_or(inside));
        let in_parentheses = [b"(", inside, b")"].concat();
        if token::comment_len(&in_parentheses, ObsText::Read) != Ok(in_parentheses.len()) {
            return None;
        }
        self.at += text.len();
        self.repairs.push(Repair::BarePairsReadAsComment);
        Some(CommentText::new(inside))
    }

    /// Parses `token [ "/" token ]`.
    fn product(&mut self) -> Result<Element<'a>, ReadError> {
        let name = self.token().ok_or_else(|| match self.peek() {
            Some(b'(') => self.fault(Reason::CommentWithoutProduct),
            _ => self.fault(Reason::NotAToken),
        })?;
        let mut version = None;
        if self.peek() == Some(b'/') {
            self.at += 1;
            let text = self.token();
            version = Some(text.ok_or_else(|| self.fault(Reason::EmptyVersion))?);
            if self.peek() == Some(b'/') {
                return Err(self.fault(Reason::SecondSlash));
            }
        }
        Ok(Element {
            name,
            version,
            comment: None,
        })
    }

    fn token(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let end = token::first_non_tchar(rest).map_or(rest.len(), |(at, _)| at);
        let text = rest.get(..end).filter(|text| !text.is_empty())?;
        self.at += end;
        // Never `None`, because token characters are ASCII.
        str::from_utf8(text).ok()
    }

    fn obs_text(&self) -> ObsText {
        match self.grammar {
            Grammar::Sender => ObsText::Reject,
            Grammar::Recipient | Grammar::Tolerant => ObsText::Read,
        }
    }

    /// Parses a comment, including both parentheses.
    fn comment(&mut self) -> Result<CommentText<'a>, ReadError> {
        let rest = self.rest();
        let len = token::comment_len(rest, self.obs_text()).map_err(|fault| ReadError {
            offset: self.at + fault.offset,
            ..fault
        })?;
        self.at += len;
        let inside = rest.get(1..len - 1).unwrap_or_default();
        Ok(CommentText::new(inside))
    }
}
