//! Colors on a terminal, plain text everywhere else.

use std::fmt;
use std::io::{IsTerminal as _, stdout};
use std::sync::LazyLock;

/// The meaning of a text, which selects its color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Heading,
    Good,
    Bad,
    Doubtful,
    Faint,
}

/// Returns the text, colored on a terminal unless `NO_COLOR` is set.
pub(crate) fn paint(tone: Tone, text: &str) -> Painted<'_> {
    Painted { tone, text }
}

/// A text with its tone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Painted<'a> {
    tone: Tone,
    text: &'a str,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !*IN_COLOR {
            return f.write_str(self.text);
        }
        let code = match self.tone {
            Tone::Heading => 1,
            Tone::Good => 32,
            Tone::Bad => 31,
            Tone::Doubtful => 33,
            Tone::Faint => 2,
        };
        write!(f, "\x1b[{code}m{}\x1b[0m", self.text)
    }
}

static IN_COLOR: LazyLock<bool> = LazyLock::new(|| {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    // Older Windows consoles print the escape codes instead of interpreting them.
    let supports_color = cfg!(not(windows)) || is_set("WT_SESSION") || is_set("TERM");
    stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb && supports_color
});
