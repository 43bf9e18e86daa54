//! The grammar of the list, from left to right.

use super::comment::CommentText;
use super::element::{Element, Elements};
use super::error::{ReadError, Reason};
use super::tolerant::{Repair, Repaired};
use super::{MAX_EMPTY_ELEMENTS, too_long};
use crate::wire::token::{self, CommentFaultKind, ObsText};

/// What is taken: each grammar takes what the one before it takes, and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grammar {
    Sender,
    Recipient,
    Tolerant,
}

/// Reads a value by a grammar.
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
            (Some(b'('), Some(previous)) if parser.may_join_to(previous) => {
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

/// Refuses what concerns the value as a whole.
fn check_whole(value: &[u8], grammar: Grammar) -> Result<(), ReadError> {
    let fault = |reason, offset| Err(ReadError { reason, offset });
    if let Some(fault) = too_long(value) {
        return Err(fault);
    }
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

/// A value and how much of it was read.
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

    /// Skips optional whitespace and says whether there was any.
    fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.iter().take_while(|byte| token::is_blank(**byte));
        let count = blanks.count();
        self.at += count;
        count > 0
    }

    /// A product and its comment; afterwards comes a comma or the end.
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

    /// Refuses everything but a comma and the end.
    fn end_of_element(&self) -> Result<(), ReadError> {
        match self.peek() {
            None | Some(b',') => Ok(()),
            Some(b'(') => Err(self.fault(Reason::SecondComment)),
            Some(_) => Err(self.fault(Reason::ExpectedComma)),
        }
    }

    /// Refuses an empty element where the grammar does.
    fn check_empty(&self, before: usize) -> Result<(), ReadError> {
        if self.grammar == Grammar::Sender {
            return Err(self.fault(Reason::EmptyElement));
        }
        if before == MAX_EMPTY_ELEMENTS {
            return Err(self.fault(Reason::TooManyEmpty));
        }
        Ok(())
    }

    /// Whether a comment that begins an element may be repaired.
    fn may_join_to(&self, previous: &Element<'_>) -> bool {
        self.grammar == Grammar::Tolerant && previous.comment.is_none()
    }

    /// A comment where an element should be; it belongs to the one before.
    fn orphan_comment(&mut self) -> Result<CommentText<'a>, ReadError> {
        let comment = self.comment()?;
        self.skip_blanks();
        self.end_of_element()?;
        self.repairs.push(Repair::OrphanCommentJoinedToPrevious);
        Ok(comment)
    }

    /// Pairs up to the next comma that should stand in parentheses; none if they could not.
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

    /// `token [ "/" token ]`
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
        // Token characters are ASCII, so this is never absent.
        str::from_utf8(text).ok()
    }

    fn obs_text(&self) -> ObsText {
        match self.grammar {
            Grammar::Sender => ObsText::Refuse,
            Grammar::Recipient | Grammar::Tolerant => ObsText::Read,
        }
    }

    /// A comment, from its parenthesis to the one that closes it.
    fn comment(&mut self) -> Result<CommentText<'a>, ReadError> {
        let rest = self.rest();
        let len = token::comment_len(rest, self.obs_text()).map_err(|fault| ReadError {
            reason: match fault.kind {
                CommentFaultKind::Unclosed => Reason::UnclosedComment,
                CommentFaultKind::DanglingQuotedPair => Reason::DanglingQuotedPair,
                CommentFaultKind::Control => Reason::Control,
                CommentFaultKind::ObsText => Reason::ObsText,
                CommentFaultKind::TooDeep => Reason::CommentTooDeep,
            },
            offset: self.at + fault.at,
        })?;
        self.at += len;
        let inside = rest.get(1..len - 1).unwrap_or_default();
        Ok(CommentText::new(inside))
    }
}
