//! Builds a line of text on the stack, so that a header value costs one allocation.

/// The longest line without an allocation; both telemetry headers usually fit.
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

    pub(crate) fn push(&mut self, byte: u8) {
        match self.stack.get_mut(self.len) {
            Some(slot) if self.spilled.is_empty() => {
                *slot = byte;
                self.len += 1;
            }
            _ => self.spill(&[byte]),
        }
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    fn push_bytes(&mut self, bytes: &[u8]) {
        match self.stack.get_mut(self.len..self.len + bytes.len()) {
            Some(free) if self.spilled.is_empty() => {
                free.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            _ => self.spill(bytes),
        }
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        if self.spilled.is_empty() {
            self.spilled
                .extend_from_slice(self.stack.get(..self.len).unwrap_or_default());
        }
        self.spilled.extend_from_slice(bytes);
    }

    pub(crate) fn push_number(&mut self, number: u64) {
        if number < 10 {
            self.push(digit(number));
            return;
        }
        let mut text = [0; 20];
        let mut at = text.len();
        let mut rest = number;
        while let (Some(place), true) = (at.checked_sub(1), rest > 0) {
            if let Some(byte) = text.get_mut(place) {
                *byte = digit(rest % 10);
            }
            rest /= 10;
            at = place;
        }
        self.push_bytes(text.get(at..).unwrap_or_default());
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        if self.spilled.is_empty() {
            self.stack.get(..self.len).unwrap_or_default()
        } else {
            &self.spilled
        }
    }

    /// Returns the line; only text is ever pushed.
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

/// Returns the digit of a number below ten.
fn digit(number: u64) -> u8 {
    b'0' + u8::try_from(number).unwrap_or_default()
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
