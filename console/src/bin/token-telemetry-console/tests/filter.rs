use ratatui::crossterm::event::KeyCode;

use super::{assert_shows, press, sample, screen, type_text};

/// Returns the numbers of the acquisitions that the list shows with this filter.
#[track_caller]
fn filtered(filter: &str) -> Vec<u64> {
    let mut app = sample();
    press(&mut app, KeyCode::Char('/'));
    type_text(&mut app, filter);
    press(&mut app, KeyCode::Enter);
    let (entries, _) = app.listed();
    entries.iter().map(|entry| entry.number).collect()
}

#[test]
fn words_find_facts() {
    assert_eq!(filtered(""), [1251, 1248, 1216, 1199, 1157]);
    assert_eq!(filtered("INVALID_GRANT"), [1216]);
    assert_eq!(filtered("failed"), [1216]);
    assert_eq!(filtered("cancelled"), [1251]);
    assert_eq!(filtered("cache hit"), [1157]);
    assert_eq!(filtered("503"), [1199]);
    assert_eq!(filtered("50034"), [1216]);
    assert_eq!(filtered("login.example forcerefresh"), [1251, 1248, 1199]);
    assert_eq!(filtered("48f8c473-d191"), [1216]);
    assert_eq!(filtered("nowhere"), [0; 0]);
}

#[test]
fn excluded_words() {
    assert_eq!(filtered("!login.example"), [1157]);
    assert_eq!(filtered("fetched !503"), [1248]);
    assert_eq!(filtered("!"), [1251, 1248, 1216, 1199, 1157]);
}

#[test]
fn typed_filter_is_shown_and_cleared() {
    let mut app = sample();
    type_text(&mut app, "/zzq");
    press(&mut app, KeyCode::Backspace);
    assert!(!app.is_quit());
    let typed = screen(&mut app, (80, 24));
    assert_shows(&typed, &["filter: zz_", "Nothing matches.", "match \"zz\""]);
    press(&mut app, KeyCode::Esc);
    assert_shows(&screen(&mut app, (80, 24)), &["Last acquisitions: 5"]);
    type_text(&mut app, "/grant");
    press(&mut app, KeyCode::Enter);
    assert_shows(&screen(&mut app, (80, 24)), &["Last acquisitions: 1"]);
    press(&mut app, KeyCode::Esc);
    assert_shows(&screen(&mut app, (80, 24)), &["Last acquisitions: 5"]);
}

#[test]
fn hits_can_be_hidden() {
    let mut app = sample();
    press(&mut app, KeyCode::Char('h'));
    assert_shows(
        &screen(&mut app, (80, 24)),
        &["Last acquisitions: 4 without hits"],
    );
    press(&mut app, KeyCode::Char('h'));
    assert_shows(&screen(&mut app, (80, 24)), &["Last acquisitions: 5"]);
}
