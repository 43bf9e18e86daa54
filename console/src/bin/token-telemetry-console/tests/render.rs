use ratatui::crossterm::event::KeyCode;
use ratatui::style::Color;

use super::{app, assert_shows, buffer, press, sample, screen, take_changed};
use crate::fetch::Report;
use crate::view::Look;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (160, 50);

/// What both sizes show.
const FACTS: &[&str] = &[
    "[1 Contoso.Auth 1.2.0]",
    "2 Fabrikam.Auth 1.2.0",
    "live http://127.0.0.1:8088/",
    "FAILURES In the last minute: 3,335 tokens, 97 % from the cache; 69 fetches",
    "mostly ForceRefreshOrClaims",
    "11 failures (invalid_grant)",
    "10 cancelled",
    "3 in flight, the oldest for",
    "1 failure waits to be reported.",
    "Hits/s: 57 (max ",
    "Fetches/s: 0 (max",
    "Failures/s: 0 (max",
    "In flight: 3",
    "12 s !",
    "HTTP #2 after 503",
    "p50    p95    p99",
    "identity provider",
    "3 µs   31 µs  41 µs",
    "110 ms 248 ms 14 s",
    "To report: 1, 1 sent, 2 lost, 18 hits",
    "waits invalid_grant",
    "Tokens: 3, by time to expiry",
    "expired ! AcquireTokenByBroker",
    "2 min !   AcquireTokenSilent",
    "Last acquisitions: 5",
    "cancelled AcquireTokenForClient",
    "FAILED    AcquireTokenForClient",
    "80 ms    invalid_grant",
    "cache hit AcquireTokenForClient",
    "ForceRefreshOrClaims #2",
    "q quit",
];

#[test]
fn everything_fits_on_a_small_screen() {
    assert_shows(&screen(&mut sample(), SMALL), FACTS);
}

#[test]
fn a_large_screen_has_details_as_well() {
    let screen = screen(&mut sample(), LARGE);
    assert_shows(&screen, FACTS);
    assert_shows(
        &screen,
        &[
            "Details of acquisition 1251",
            "297 µs 1,121",
            "49 min    AcquireTokenForClient, client secret",
        ],
    );
}

#[test]
fn details_have_attempts_and_decoded_headers() {
    let mut app = sample();
    for key in [
        KeyCode::Char('j'),
        KeyCode::Char('j'),
        KeyCode::Char('j'),
        KeyCode::Enter,
    ] {
        press(&mut app, key);
    }
    let screen = screen(&mut app, (118, 60));
    assert_shows(
        &screen,
        &[
            "fetched AcquireTokenForClient (1004) in 179 ms: ForceRefreshOrClaims",
            "Attempt 1 token at login.example: 503 after 136 ms",
            "retry after 1 s",
            "Attempt 2 token at login.example: 200 after 42 ms",
            "x-client-current-telemetry: 5|1004,1,,,|0,1,1,,,",
            "= api_id 1004, cache_info ForceRefreshOrClaims",
            "Headers of request 2 (token at login.example), 6 as before",
            "= reports 59 cache hits",
            "remaining lifetime: 29 min 58 s",
            "started at: ",
            " UTC",
        ],
    );
}

#[test]
fn long_details_scroll_to_their_end() {
    let mut app = sample();
    press(&mut app, KeyCode::Char('j'));
    press(&mut app, KeyCode::Enter);
    assert!(!screen(&mut app, SMALL).contains("token type"));
    for _ in 0..100 {
        press(&mut app, KeyCode::Char('J'));
    }
    assert_shows(&screen(&mut app, SMALL), &["token type: Bearer"]);
    press(&mut app, KeyCode::Char('K'));
    press(&mut app, KeyCode::Esc);
    assert_shows(&screen(&mut app, SMALL), &["Last acquisitions"]);
}

#[test]
fn wrapped_details_scroll_to_their_end() {
    let mut app = app();
    let text = ["x".repeat(31).as_str()].repeat(40).join(" ");
    take_changed(&mut app, |answer| {
        let entries = answer["entries"].as_array_mut().unwrap();
        let last = entries.last_mut().unwrap();
        last["requests"][0]["headers"][0]["meaning"] = text.into();
    });
    press(&mut app, KeyCode::Enter);
    for _ in 0..200 {
        press(&mut app, KeyCode::Char('J'));
    }
    assert_shows(&screen(&mut app, (60, 16)), &["started at"]);
}

#[test]
fn tabs_choose_the_sdk() {
    let mut app = sample();
    press(&mut app, KeyCode::Tab);
    let other = screen(&mut app, SMALL);
    assert_shows(
        &other,
        &[
            "[2 Fabrikam.Auth 1.2.0]",
            "AcquireTokenSilent",
            "Last acquisitions: 1",
        ],
    );
    press(&mut app, KeyCode::BackTab);
    assert_shows(&screen(&mut app, SMALL), &["[1 Contoso.Auth 1.2.0]"]);
    press(&mut app, KeyCode::Char('2'));
    assert_eq!(screen(&mut app, SMALL), other);
}

#[test]
fn many_sdks_leave_space_for_the_open_one() {
    let mut app = app();
    take_changed(&mut app, |answer| {
        let sdks = answer["sdks"].as_array_mut().unwrap();
        let sdk = sdks[1].clone();
        sdks.resize(12, sdk);
        sdks[11]["name"] = "Last.Auth".into();
    });
    press(&mut app, KeyCode::BackTab);
    assert_shows(&screen(&mut app, SMALL), &["[12 Last.Auth 1.2.0] of 12"]);
}

#[test]
fn every_size_is_drawn() {
    for (width, height) in [
        (0, 0),
        (1, 1),
        (59, 16),
        (60, 16),
        (61, 17),
        (119, 35),
        (200, 60),
        (300, 16),
    ] {
        let mut app = sample();
        press(&mut app, KeyCode::Char('?'));
        screen(&mut app, (width, height));
        press(&mut app, KeyCode::Char('?'));
        screen(&mut app, (width, height));
        press(&mut app, KeyCode::Enter);
        screen(&mut app, (width, height));
    }
    assert_shows(
        &screen(&mut sample(), (40, 10)),
        &["Too small: 60x16 needed"],
    );
}

#[test]
fn help_lists_the_keys() {
    let mut app = sample();
    press(&mut app, KeyCode::Char('?'));
    assert_shows(
        &screen(&mut app, SMALL),
        &[
            "pause, and go on",
            "filter: words",
            "details of the selected",
            "quit (also Ctrl-C)",
        ],
    );
    press(&mut app, KeyCode::Char('x'));
    assert_shows(&screen(&mut app, SMALL), &["Last acquisitions"]);
}

#[test]
fn no_color_means_no_color() {
    let has_colors = |look: Look| {
        let buffer = buffer(&mut sample(), LARGE, look);
        let mut cells = buffer.content().iter();
        cells.any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
    };
    assert!(has_colors(Look::new(true)));
    assert!(!has_colors(Look::new(false)));
}

#[test]
fn lost_connection_keeps_what_was_known() {
    let mut app = app();
    assert_shows(
        &screen(&mut app, SMALL),
        &["Connecting to http://127.0.0.1:8088/"],
    );
    app.take(Report::Lost("Nothing answers.".to_owned()));
    assert_shows(
        &screen(&mut app, SMALL),
        &["Nothing answers.", "Trying again every second."],
    );
    let mut app = sample();
    app.take(Report::Lost("Nothing answers.".to_owned()));
    assert_shows(
        &screen(&mut app, SMALL),
        &[
            "NOT CONNECTED Nothing answers. Below is what was known last.",
            "In flight: 3",
        ],
    );
}

#[test]
fn idle_sdk_is_quiet() {
    let mut app = app();
    take_changed(&mut app, |answer| {
        answer["sdks"][0]["window"] = serde_json::json!({ "seconds": 60 });
        answer["sdks"][0]["in_flight"] = serde_json::json!({ "count": 0, "listed": [] });
        answer["entries"] = serde_json::json!([]);
    });
    assert_shows(
        &screen(&mut app, SMALL),
        &[
            "QUIET No acquisition ended in the last minute.",
            "Nothing has ended yet.",
        ],
    );
}
