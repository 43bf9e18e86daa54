//! Formats messages in `const` evaluation, where `format!` is not available.

/// Maximum length of a message, in bytes.
const CAPACITY: usize = 128;

/// ASCII text that can be built in a constant.
pub(super) struct ConstText {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl ConstText {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; CAPACITY],
            len: 0,
        }
    }

    const fn push(mut self, byte: u8) -> Self {
        if let [free, ..] = self.bytes.split_at_mut(self.len).1 {
            *free = byte;
            self.len += 1;
        }
        self
    }

    pub(super) const fn text(mut self, text: &str) -> Self {
        let mut bytes = text.as_bytes();
        while let [byte, rest @ ..] = bytes {
            self = self.push(*byte);
            bytes = rest;
        }
        self
    }

    pub(super) const fn hex(self, byte: u8) -> Self {
        self.text("0x")
            .push(hex_digit(byte >> 4))
            .push(hex_digit(byte & 15))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the remainder of a division by ten fits in a byte"
    )]
    pub(super) const fn decimal(mut self, number: usize) -> Self {
        if number >= 10 {
            self = self.decimal(number / 10);
        }
        self.push(b'0' + (number % 10) as u8)
    }

    pub(super) const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

const fn hex_digit(number: u8) -> u8 {
    match number {
        0..=9 => b'0' + number,
        _ => b'a' + number - 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_text_hex_and_decimal() {
        let text = ConstText::new()
            .text("byte ")
            .hex(0x2f)
            .text(" at ")
            .decimal(1204);
        assert_eq!(text.as_str(), "byte 0x2f at 1204");
    }

    #[test]
    fn long_message_is_truncated() {
        let text = ConstText::new().text(&"x".repeat(500));
        assert_eq!(text.as_str().len(), CAPACITY);
    }
}
