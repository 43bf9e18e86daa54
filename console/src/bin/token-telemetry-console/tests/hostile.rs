use ratatui::crossterm::event::KeyCode;
use ratatui::text::Span;
use serde_json::{Value, json};

use super::{app, assert_shows, press, screen, take, take_changed};
use crate::clean::clean_text;
use crate::fetch::{Report, read};

/// An escape sequence, line breaks, a C1 control, an override of the direction, joiners.
const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;x\u{7}\r\n\t\u{9b}31m\u{202e}\u{200b}\u{2066}\u{fe0f}\u{0}end";

/// Replaces all texts, and adds this one to the names of fields that are shown as they are.
fn poison(value: &mut Value, text: &str) {
    match value {
        Value::String(own) => text.clone_into(own),
        Value::Array(values) => values.iter_mut().for_each(|value| poison(value, text)),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if !["run", "outcome", "token_source"].contains(&&**name) {
                    poison(value, text);
                }
            }
            if fields.contains_key("outcome") {
                fields.insert(text.to_owned(), json!({ text: [text] }));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Checks that each line has the width of the screen in columns, and nothing that a terminal obeys.
#[track_caller]
fn assert_harmless(screen: &str, width: usize) {
    for line in screen.lines() {
        let bad = line
            .chars()
            .find(|char| clean_text(&char.to_string()) == "\u{fffd}");
        assert!(
            bad.is_none_or(|char| char == '\u{fffd}'),
            "{bad:?} in {line:?}"
        );
        // The cell after a wide character is a space that terminals skip.
        let wide = line
            .chars()
            .filter(|char| Span::raw(char.to_string()).width() > 1);
        assert_eq!(Span::raw(line).width() - wide.count(), width, "{line:?}");
    }
}

#[test]
fn hostile_texts_cannot_reach_the_terminal() {
    let long = "長い".repeat(3000);
    for text in [
        HOSTILE,
        &long,
        "日本語のエラー",
        "\u{1f468}\u{200d}\u{1f469}",
        "e\u{301}e",
    ] {
        let mut app = app();
        take_changed(&mut app, |answer| poison(answer, text));
        for size in [(80, 24), (160, 50)] {
            assert_harmless(&screen(&mut app, size), size.0.into());
            press(&mut app, KeyCode::Enter);
            assert_harmless(&screen(&mut app, size), size.0.into());
            press(&mut app, KeyCode::Esc);
        }
    }
}

#[test]
fn hostile_texts_are_marked() {
    assert_eq!(clean_text("a\u{1b}[31mb\u{202e}"), "a\u{fffd}[31mb\u{fffd}");
    assert_eq!(clean_text("日本 é ✓"), "日本 é ✓");
    assert_eq!(clean_text(&"x".repeat(5000)).chars().count(), 2001);
}

#[test]
fn extreme_numbers_are_drawn() {
    fn maximize(value: &mut Value) {
        match value {
            Value::Number(_) if value.as_u64().is_some_and(|it| it > 1000) => {
                *value = u64::MAX.into();
            }
            Value::Array(values) => values.iter_mut().for_each(maximize),
            Value::Object(fields) => {
                let kept = ["api_number", "status", "last_status", "id"];
                let fields = fields
                    .iter_mut()
                    .filter(|(name, _)| !kept.contains(&&***name));
                fields.for_each(|(_, value)| maximize(value));
            }
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Number(_) => {}
        }
    }
    let mut app = app();
    take_changed(&mut app, maximize);
    take_changed(&mut app, |answer| {
        answer["sdks"][0]["window"]["hits"] = u64::MAX.into();
        answer["sdks"][0]["window"]["fetches"] = u64::MAX.into();
        answer["sdks"][0]["window"]["failures"] = u64::MAX.into();
        answer["sdks"][0]["series"]["hits"] = json!([u64::MAX, u64::MAX, u64::MAX]);
        answer["now_ms"] = u64::MAX.into();
        answer["skipped"] = u64::MAX.into();
    });
    press(&mut app, KeyCode::Enter);
    assert_shows(&screen(&mut app, (160, 50)), &["Details"]);
}

#[test]
fn other_json_is_rejected() {
    for answer in [
        "",
        "{}",
        "[]",
        "null",
        "<html>",
        r#"{"run":1}"#,
        r#"{"run":"a","version":-1}"#,
    ] {
        assert!(read(answer.as_bytes()).is_err(), "{answer}");
    }
}

#[test]
fn unknown_fields_and_missing_lists_are_fine() {
    let mut app = app();
    take(
        &mut app,
        r#"{"run":"a","version":1,"now_ms":1,"sdks":[{"new":1}],"more":{}}"#,
    );
    assert_shows(&screen(&mut app, (80, 24)), &["QUIET"]);
    take(&mut app, r#"{"run":"b","version":1,"now_ms":1,"sdks":[]}"#);
    assert_shows(&screen(&mut app, (80, 24)), &["The console shows no SDK."]);
    app.take(Report::Lost(clean_text(HOSTILE)));
    assert_harmless(&screen(&mut app, (80, 24)), 80);
}
