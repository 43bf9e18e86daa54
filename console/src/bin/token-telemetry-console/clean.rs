//! Makes the texts of a message harmless for a terminal.

use serde_json::Value;

/// Longer texts are cut; headers are shorter.
const MAX_CHARS: usize = 2000;

/// Cleans each text of a message, also the names of its fields.
pub(crate) fn clean(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean_text(&text)),
        Value::Array(values) => Value::Array(values.into_iter().map(clean).collect()),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(name, value)| (clean_text(&name), clean(value)));
            Value::Object(fields.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// Replaces what a terminal would obey or hide, and cuts long texts.
pub(crate) fn clean_text(text: &str) -> String {
    let mut chars = text.chars();
    let shown = chars.by_ref().take(MAX_CHARS);
    let mut clean: String = shown
        .map(|it| if is_shown(it) { it } else { '\u{fffd}' })
        .collect();
    if chars.next().is_some() {
        clean.push('…');
    }
    clean
}

/// Returns whether a character moves neither the cursor nor the characters around it.
///
/// Terminals disagree about the width of joiners and of selectors, which would shift columns.
fn is_shown(char: char) -> bool {
    let is_format = matches!(char,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}');
    !is_format && !char.is_control()
}
