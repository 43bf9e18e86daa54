//! Splits a stream into lines with flat memory.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use memchr::memchr;

/// Longest line that is parsed. It holds the longest value that the readers accept, with room for escapes.
pub(crate) const MAX_LINE: usize = 64 * 1024;

const BUFFER: usize = 4 * MAX_LINE;

/// Reads lines into one buffer that never grows.
pub(crate) struct Lines<R> {
    source: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    number: u64,
    bytes: u64,
}

/// A line without its end.
pub(crate) struct Line<'a> {
    pub(crate) number: u64,
    /// The text, or `None` if the line is longer than [`MAX_LINE`].
    pub(crate) text: Option<&'a [u8]>,
}

/// Where the next line is in the buffer.
enum Found {
    Line(Range<usize>),
    /// Its start was dropped, because the buffer was full.
    TooLong,
    End,
}

fn found(line: Range<usize>, is_cut: bool) -> Found {
    if is_cut {
        Found::TooLong
    } else {
        Found::Line(line)
    }
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(source: R) -> Self {
        let buffer = vec![0; BUFFER].into_boxed_slice();
        Self {
            source,
            buffer,
            start: 0,
            end: 0,
            number: 0,
            bytes: 0,
        }
    }

    /// Returns how many bytes were read.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the next line; the end of the stream ends the last one.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let text = match self.find_line()? {
            Found::End => return Ok(None),
            Found::TooLong => None,
            Found::Line(range) => self.buffer.get(range),
        };
        self.number += 1;
        let text = text.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        Ok(Some(Line {
            number: self.number,
            text: text.filter(|line| line.len() <= MAX_LINE),
        }))
    }

    fn find_line(&mut self) -> io::Result<Found> {
        let mut is_cut = false;
        let mut searched = 0;
        loop {
            let unread = self.buffer.get(self.start..self.end).unwrap_or_default();
            let rest = unread.get(searched..).unwrap_or_default();
            if let Some(at) = memchr(b'\n', rest) {
                let from = self.start;
                let to = from + searched + at;
                self.start = to + 1;
                return Ok(found(from..to, is_cut));
            }
            searched = unread.len();
            if searched == self.buffer.len() {
                is_cut = true;
                (self.start, self.end, searched) = (0, 0, 0);
            }
            if !self.fill()? {
                let rest = self.start..self.end;
                self.start = self.end;
                let is_end = rest.is_empty() && !is_cut;
                return Ok(if is_end {
                    Found::End
                } else {
                    found(rest, is_cut)
                });
            }
        }
    }

    /// Moves the unread bytes to the front and reads more; returns whether there were any.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let free = self.buffer.get_mut(self.end..).unwrap_or_default();
        loop {
            match self.source.read(free) {
                Ok(count) => {
                    self.end += count;
                    self.bytes += count as u64;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(source: impl Read) -> Vec<Option<usize>> {
        let mut lines = Lines::new(source);
        let mut lengths = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            assert_eq!(line.number, lengths.len() as u64 + 1);
            lengths.push(line.text.map(<[u8]>::len));
        }
        lengths
    }

    /// Returns one byte per read.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let most = buf.len().min(1);
            self.0.read(&mut buf[..most])
        }
    }

    #[test]
    fn line_ends() {
        for text in ["a\r\n\nbc", "a\n\nbc\n", "a\n\nbc\r\n"] {
            let expected = [Some(1), Some(0), Some(2)];
            assert_eq!(lengths(text.as_bytes()), expected, "{text:?}");
            assert_eq!(lengths(Slow(text.as_bytes())), expected, "{text:?}");
        }
        assert!(lengths(&b""[..]).is_empty());
    }

    #[test]
    fn endless_line_is_skipped() {
        let long = io::repeat(b'x').take(10 * BUFFER as u64);
        let text = (&b"ab\n"[..]).chain(long).chain(&b"\ncd\n"[..]);
        assert_eq!(lengths(text), [Some(2), None, Some(2)]);
        let exact = vec![b'x'; BUFFER];
        assert_eq!(lengths(&exact[..]), [None]);
        assert_eq!(lengths(&exact[..MAX_LINE]), [Some(MAX_LINE)]);
        assert_eq!(lengths(&exact[..=MAX_LINE]), [None]);
    }
}
