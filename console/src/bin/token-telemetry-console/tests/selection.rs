use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use serde_json::{Value, json};

use super::{app, press, sample, take_changed, type_text};
use crate::app::App;

fn selected(app: &App) -> Option<u64> {
    app.selected().map(|entry| entry.number)
}

/// Makes the sample a later message, with these acquisitions.
fn later(answer: &mut Value, entries: impl IntoIterator<Item = (u64, &'static str)>) {
    let entry = |(number, source)| json!({ "number": number, "sdk": 0, "record": { "outcome": "ok", "token_source": source } });
    answer["entries"] = entries.into_iter().map(entry).collect();
}

#[test]
fn selection_follows_until_it_is_moved() {
    let mut app = sample();
    assert_eq!(selected(&app), Some(1251));
    take_changed(&mut app, |answer| later(answer, [(1300, "Cache")]));
    assert_eq!(selected(&app), Some(1300));
    type_text(&mut app, "jj");
    take_changed(&mut app, |answer| later(answer, [(1301, "Cache")]));
    assert_eq!(selected(&app), Some(1248));
    type_text(&mut app, "g");
    assert_eq!(selected(&app), Some(1301));
    type_text(&mut app, "G");
    assert_eq!(selected(&app), Some(1157));
    type_text(&mut app, "jkk");
    assert_eq!(selected(&app), Some(1216));
}

#[test]
fn details_stay_at_their_acquisition() {
    let mut app = sample();
    press(&mut app, KeyCode::Enter);
    take_changed(&mut app, |answer| later(answer, [(1300, "Cache")]));
    assert_eq!(selected(&app), Some(1251));
}

#[test]
fn hits_do_not_displace_other_acquisitions() {
    let mut app = sample();
    for round in 0..50 {
        let from = 2000 + round * 100;
        take_changed(&mut app, |answer| {
            later(answer, (from..from + 100).map(|it| (it, "Cache")));
        });
    }
    let (entries, _) = app.listed();
    assert_eq!(entries.len(), 500 + 4);
    assert_eq!(entries[0].number, 6999);
    for round in 0..50 {
        let from = 7000 + round * 100;
        take_changed(&mut app, |answer| {
            later(answer, (from..from + 100).map(|it| (it, "Broker")));
        });
    }
    assert_eq!(app.listed().0.len(), 1000);
}

#[test]
fn restarted_program_starts_anew() {
    let mut app = sample();
    type_text(&mut app, "j");
    take_changed(&mut app, |answer| {
        later(answer, [(1, "Cache")]);
        answer["run"] = "another".into();
    });
    assert_eq!(selected(&app), Some(1));
    assert_eq!(app.listed().0.len(), 1);
}

#[test]
fn tab_survives_fewer_sdks() {
    let mut app = sample();
    press(&mut app, KeyCode::Tab);
    take_changed(&mut app, |answer| {
        drop(answer["sdks"].as_array_mut().unwrap().pop());
    });
    assert_eq!(app.sdk().map(|sdk| &*sdk.name), Some("Contoso.Auth"));
}

#[test]
fn keys_without_an_answer() {
    let mut app = app();
    for key in "jkgGJK19hp".chars() {
        press(&mut app, KeyCode::Char(key));
    }
    for key in [
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::PageDown,
    ] {
        press(&mut app, key);
    }
    assert!(app.is_paused());
    assert!(!app.is_quit());
}

#[test]
fn quitting() {
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    for before in ["", "/", "?"] {
        let mut app = sample();
        type_text(&mut app, before);
        app.press(interrupt);
        assert!(app.is_quit());
    }
    let mut app = sample();
    let mut release = KeyEvent::from(KeyCode::Char('q'));
    release.kind = KeyEventKind::Release;
    app.press(release);
    assert!(!app.is_quit());
    type_text(&mut app, "q");
    assert!(app.is_quit());
}
