//! The screen for recorded and for hostile answers, and the connection to a console.

mod connection;
mod filter;
mod hostile;
mod render;
mod selection;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use serde_json::Value;

use crate::app::App;
use crate::fetch::{Report, read};
use crate::view::{self, Look};

/// An answer of a console, in which some lists were filled by hand.
const SAMPLE: &str = include_str!("sample.json");

fn app() -> App {
    App::new("http://127.0.0.1:8088/".to_owned())
}

/// Shows an answer.
fn take(app: &mut App, answer: &str) {
    app.take(Report::News(read(answer.as_bytes()).unwrap()));
}

/// Shows the sample after it was changed.
fn take_changed(app: &mut App, change: impl FnOnce(&mut Value)) {
    let mut answer: Value = serde_json::from_str(SAMPLE).unwrap();
    change(&mut answer);
    take(app, &answer.to_string());
}

fn sample() -> App {
    let mut app = app();
    take(&mut app, SAMPLE);
    app
}

fn press(app: &mut App, code: KeyCode) {
    app.press(KeyEvent::from(code));
}

fn type_text(app: &mut App, text: &str) {
    for char in text.chars() {
        press(app, KeyCode::Char(char));
    }
}

fn buffer(app: &mut App, (width, height): (u16, u16), look: Look) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view::draw(frame, app, look)).unwrap();
    terminal.backend().buffer().clone()
}

/// Returns the screen as lines.
fn screen(app: &mut App, size: (u16, u16)) -> String {
    let buffer = buffer(app, size, Look::new(true));
    let lines = buffer.content().chunks(usize::from(size.0).max(1));
    let lines = lines.map(|line| {
        line.iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect::<String>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn assert_shows(screen: &str, facts: &[&str]) {
    for fact in facts {
        assert!(screen.contains(fact), "expected {fact:?} in\n{screen}");
    }
}
