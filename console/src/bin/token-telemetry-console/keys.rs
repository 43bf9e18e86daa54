//! The keys and what they do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What a key does in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Quit,
    Pause,
    Filter,
    Hits,
    NextSdk,
    PreviousSdk,
    Newer,
    Older,
    PageNewer,
    PageOlder,
    Newest,
    Oldest,
    Details,
    ScrollDown,
    ScrollUp,
    Back,
    Help,
}

/// The keys of a command, and how the help describes them.
pub(crate) struct Binding {
    codes: &'static [KeyCode],
    command: Command,
    pub(crate) keys: &'static str,
    pub(crate) does: &'static str,
}

const fn binding(
    codes: &'static [KeyCode],
    command: Command,
    keys: &'static str,
    does: &'static str,
) -> Binding {
    Binding {
        codes,
        command,
        keys,
        does,
    }
}

/// All keys of the list, in the order of the help.
pub(crate) const BINDINGS: [Binding; 17] = [
    binding(
        &[KeyCode::Char('q')],
        Command::Quit,
        "q",
        "quit (also Ctrl-C)",
    ),
    binding(
        &[KeyCode::Char('p'), KeyCode::Char(' ')],
        Command::Pause,
        "p",
        "pause, and go on",
    ),
    binding(
        &[KeyCode::Char('/')],
        Command::Filter,
        "/",
        "filter: words, or !word to leave out",
    ),
    binding(
        &[KeyCode::Char('h')],
        Command::Hits,
        "h",
        "hide cache hits, and show them",
    ),
    binding(
        &[KeyCode::Tab],
        Command::NextSdk,
        "Tab",
        "next SDK (also 1 to 9)",
    ),
    binding(
        &[KeyCode::BackTab],
        Command::PreviousSdk,
        "Shift-Tab",
        "previous SDK",
    ),
    binding(
        &[KeyCode::Char('j'), KeyCode::Down],
        Command::Older,
        "j, down",
        "select an older acquisition",
    ),
    binding(
        &[KeyCode::Char('k'), KeyCode::Up],
        Command::Newer,
        "k, up",
        "select a newer acquisition",
    ),
    binding(
        &[KeyCode::PageDown],
        Command::PageOlder,
        "PgDn",
        "ten older",
    ),
    binding(&[KeyCode::PageUp], Command::PageNewer, "PgUp", "ten newer"),
    binding(
        &[KeyCode::Char('g'), KeyCode::Home],
        Command::Newest,
        "g",
        "follow the newest",
    ),
    binding(
        &[KeyCode::Char('G'), KeyCode::End],
        Command::Oldest,
        "G",
        "select the oldest",
    ),
    binding(
        &[KeyCode::Enter],
        Command::Details,
        "Enter",
        "details of the selected acquisition",
    ),
    binding(
        &[KeyCode::Char('J')],
        Command::ScrollDown,
        "J",
        "scroll the details down",
    ),
    binding(
        &[KeyCode::Char('K')],
        Command::ScrollUp,
        "K",
        "scroll the details up",
    ),
    binding(
        &[KeyCode::Esc],
        Command::Back,
        "Esc",
        "close, then clear the filter",
    ),
    binding(
        &[KeyCode::Char('?'), KeyCode::F(1)],
        Command::Help,
        "?",
        "this help",
    ),
];

/// Returns whether a key is pressed, which some terminals report apart from its release.
pub(crate) fn is_press(key: KeyEvent) -> bool {
    key.kind != KeyEventKind::Release
}

/// Returns what a key does in the list.
pub(crate) fn command(key: KeyEvent) -> Option<Command> {
    if is_interrupt(key) {
        return Some(Command::Quit);
    }
    if key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    {
        return None;
    }
    let found = BINDINGS
        .iter()
        .find(|binding| binding.codes.contains(&key.code));
    found.map(|binding| binding.command)
}

/// Returns whether a key is Ctrl-C, which quits everywhere.
pub(crate) fn is_interrupt(key: KeyEvent) -> bool {
    key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL)
}

/// Returns the tab that a digit chooses.
pub(crate) fn tab(key: KeyEvent) -> Option<usize> {
    let KeyCode::Char(char) = key.code else {
        return None;
    };
    let digit = usize::try_from(char.to_digit(10)?).ok()?;
    digit.checked_sub(1)
}
