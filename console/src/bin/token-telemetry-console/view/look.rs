//! The colors, each of which goes with a word or a sign that says the same.

use ratatui::style::{Color, Modifier, Style};

use crate::entry::End;
use crate::status::Level;

/// The style of titles, also on a faint rule.
pub(super) const STRONG: Style = Style::new()
    .fg(Color::Reset)
    .add_modifier(Modifier::BOLD)
    .remove_modifier(Modifier::DIM);

/// The style of what is selected, also where there are no colors.
pub(super) const SELECTED: Style = Style::new().add_modifier(Modifier::REVERSED);

/// Whether there are colors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    has_colors: bool,
}

impl Look {
    pub(crate) const fn new(has_colors: bool) -> Self {
        Self { has_colors }
    }

    /// Follows the convention that a `NO_COLOR` that is not empty switches colors off.
    pub(crate) fn from_environment() -> Self {
        let no_color = std::env::var_os("NO_COLOR");
        Self::new(no_color.is_none_or(|value| value.is_empty()))
    }

    const fn color(self, color: Color) -> Style {
        if self.has_colors {
            Style::new().fg(color)
        } else {
            Style::new()
        }
    }

    pub(super) const fn good(self) -> Style {
        self.color(Color::Green)
    }

    pub(super) const fn fetch(self) -> Style {
        self.color(Color::Cyan)
    }

    pub(super) const fn slow(self) -> Style {
        self.color(Color::Yellow)
    }

    pub(super) const fn bad(self) -> Style {
        self.color(Color::Red).add_modifier(Modifier::BOLD)
    }

    pub(super) const fn faint(self) -> Style {
        if self.has_colors {
            self.color(Color::DarkGray)
        } else {
            Style::new().add_modifier(Modifier::DIM)
        }
    }

    pub(super) const fn level(self, level: Level) -> Style {
        match level {
            Level::Quiet => self.faint(),
            Level::Well => self.good(),
            Level::Slow => self.slow(),
            Level::Failing => self.bad(),
        }
    }

    pub(super) const fn end(self, end: End) -> Style {
        match end {
            End::Cache => self.good(),
            End::Fetched | End::Broker | End::Token => self.fetch(),
            End::NoToken | End::Pending | End::Cancelled | End::Unknown => self.slow(),
            End::Failed | End::Panicked => self.bad(),
        }
    }
}
