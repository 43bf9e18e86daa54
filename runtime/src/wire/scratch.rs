//! Builds a line of text on the stack, so that a header value costs one allocation.

use smallvec::SmallVec;

/// The longest line without an allocation; both telemetry headers usually fit.
const ON_STACK: usize = 384;

/// Text under construction.
#[derive(Debug, Default)]
pub(crate) struct Scratch(SmallVec<[u8; ON_STACK]>);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn push(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn push_number(&mut self, number: u64) {
        self.push_str(itoa::Buffer::new().format(number));
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the line; only text is ever pushed.
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Returns the number of decimal digits.
pub(crate) const fn digits(number: u64) -> usize {
    match number.checked_ilog10() {
        Some(log) => log as usize + 1,
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        for number in [0, 7, 10, 99, 100, 1_004, u64::from(u32::MAX), u64::MAX] {
            let mut line = Scratch::new();
            line.push_number(number);
            assert_eq!(
                (line.as_str(), line.len()),
                (&*number.to_string(), digits(number))
            );
        }
    }

    #[test]
    fn a_line_may_outgrow_the_stack() {
        let mut line = Scratch::new();
        let expected = "ab|".repeat(ON_STACK);
        for _ in 0..ON_STACK {
            line.push_str("ab");
            line.push(b'|');
        }
        assert_eq!(line.as_str(), expected);
        line.clear();
        assert_eq!(line.as_str(), "");
    }
}
