//! A line of text that is built on the stack, so that a header value costs one allocation.

/// Longest line that needs no memory of its own; both telemetry headers fit as a rule.
const ON_STACK: usize = 384;

/// Text under construction.
#[derive(Debug)]
pub(crate) struct Scratch {
    stack: [u8; ON_STACK],
    len: usize,
    /// The whole line, once it has outgrown the stack.
    spilled: Vec<u8>,
}

impl Scratch {
    pub(crate) const fn new() -> Self {
        Self {
            stack: [0; ON_STACK],
            len: 0,
            spilled: Vec::new(),
        }
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        let text = text.as_bytes();
        if self.spilled.is_empty() {
            if let Some(room) = self.stack.get_mut(self.len..self.len + text.len()) {
                room.copy_from_slice(text);
                self.len += text.len();
                return;
            }
            self.spilled
                .extend_from_slice(self.stack.get(..self.len).unwrap_or_default());
        }
        self.spilled.extend_from_slice(text);
    }

    pub(crate) fn push_number(&mut self, number: u64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = number;
        for (place, digit) in digits.iter_mut().enumerate().rev() {
            // A remainder of ten fits in a byte.
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            at = place;
            if rest == 0 {
                break;
            }
        }
        let digits = digits.get(at..).unwrap_or_default();
        self.push_str(str::from_utf8(digits).unwrap_or_default());
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        if self.spilled.is_empty() {
            self.stack.get(..self.len).unwrap_or_default()
        } else {
            &self.spilled
        }
    }

    /// The line; everything that was pushed is text.
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.as_bytes().len()
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.spilled.clear();
    }
}

/// Number of decimal digits.
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
        let mut expected = String::new();
        for round in 0..300 {
            line.push_str("ab|");
            line.push_number(round);
            expected.push_str("ab|");
            expected.push_str(&round.to_string());
        }
        assert_eq!(line.as_str(), expected);
        line.clear();
        assert_eq!(line.as_str(), "");
    }
}
