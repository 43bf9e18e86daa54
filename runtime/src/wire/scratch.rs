//! Builds lines in one buffer per thread, so that a header value costs one allocation.

use std::cell::Cell;
use std::mem;

thread_local! {
    /// The buffer of the line that was built last on this thread.
    static BUFFER: Cell<String> = const { Cell::new(String::new()) };
}

/// Text under construction; its buffer is reused on the thread where it is dropped.
#[derive(Debug)]
pub(crate) struct Scratch(String);

impl Scratch {
    pub(crate) fn new() -> Self {
        let mut line = Self(BUFFER.try_with(Cell::take).unwrap_or_default());
        line.clear();
        line
    }

    pub(crate) fn push(&mut self, letter: char) {
        self.0.push(letter);
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        self.0.push_str(text);
    }

    pub(crate) fn push_number(&mut self, number: u64) {
        self.push_str(itoa::Buffer::new().format(number));
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let buffer = mem::take(&mut self.0);
        // Fails while the thread ends; then the buffer is freed.
        _ = BUFFER.try_with(|reused| reused.set(buffer));
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
}
