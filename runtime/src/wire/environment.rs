//! Environment variables that turn something on.

/// Returns the text of an environment variable; `None` if it is unset or blank.
pub(crate) fn variable(name: &str) -> Option<String> {
    let text = std::env::var_os(name)?;
    let text = text.to_string_lossy().trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Returns whether a text means "on": `1`, `true`, `yes`, or `on`, in upper or lower case.
pub(crate) fn is_on(text: &str) -> bool {
    let words = ["1", "true", "yes", "on"];
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Returns whether an environment variable means "on".
pub(crate) fn is_variable_on(name: &str) -> bool {
    variable(name).is_some_and(|text| is_on(&text))
}
