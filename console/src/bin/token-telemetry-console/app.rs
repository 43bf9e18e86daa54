//! What the screen shows, and how keys and messages change it.

use std::collections::VecDeque;

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::entry::{End, searched};
use crate::fetch::Report;
use crate::filter::Filter;
use crate::keys::{self, Command};
use crate::message::{Entry, Message, Sdk};

/// Acquisitions that are kept; the console keeps as many unless it is configured otherwise.
const CAPACITY: usize = 1000;

/// The most cache hits among them; without this limit they would soon displace the rest.
const HITS: usize = 500;

/// Acquisitions that a page key skips.
const PAGE: usize = 10;

/// An acquisition in the list, with the texts that filters search.
#[derive(Debug)]
struct Row {
    entry: Entry,
    searched: String,
    is_hit: bool,
}

/// Whether messages arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Connecting,
    Live,
    /// With the reason, as a sentence.
    Lost(String),
}

/// What receives the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    List,
    Filter,
    Help,
}

/// The state of the screen.
#[derive(Debug)]
pub(crate) struct App {
    address: String,
    link: Link,
    /// The last message, without its entries.
    message: Option<Message>,
    rows: VecDeque<Row>,
    /// Acquisitions of this run that the console left out.
    left_out: u64,
    tab: usize,
    /// The number of the selected acquisition, or `None` to follow the newest.
    selected: Option<u64>,
    filter: Filter,
    focus: Focus,
    has_details: bool,
    /// Lines of the details that are scrolled away.
    pub(crate) scroll: u16,
    is_paused: bool,
    is_quit: bool,
}

impl App {
    pub(crate) const fn new(address: String) -> Self {
        Self {
            address,
            link: Link::Connecting,
            message: None,
            rows: VecDeque::new(),
            left_out: 0,
            tab: 0,
            selected: None,
            filter: Filter::new(),
            focus: Focus::List,
            has_details: false,
            scroll: 0,
            is_paused: false,
            is_quit: false,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) const fn link(&self) -> &Link {
        &self.link
    }

    pub(crate) const fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    pub(crate) const fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(crate) const fn tab(&self) -> usize {
        self.tab
    }

    /// Returns the SDK whose tab is open.
    pub(crate) fn sdk(&self) -> Option<&Sdk> {
        self.message.as_ref()?.sdks.get(self.tab)
    }

    pub(crate) const fn filter(&self) -> &Filter {
        &self.filter
    }

    pub(crate) fn is_typing(&self) -> bool {
        self.focus == Focus::Filter
    }

    pub(crate) fn is_helping(&self) -> bool {
        self.focus == Focus::Help
    }

    pub(crate) const fn has_details(&self) -> bool {
        self.has_details
    }

    pub(crate) const fn is_paused(&self) -> bool {
        self.is_paused
    }

    pub(crate) const fn is_quit(&self) -> bool {
        self.is_quit
    }

    /// Shows what the connection reports.
    pub(crate) fn take(&mut self, report: Report) {
        match report {
            Report::News(message) => self.show(*message),
            Report::Lost(reason) => self.link = Link::Lost(reason),
        }
    }

    fn show(&mut self, mut message: Message) {
        let last_run = self.message.as_ref().map(|last| &last.run);
        if last_run.is_some_and(|run| *run != message.run) {
            self.start_anew();
        }
        self.link = Link::Live;
        let dropped = message.dropped_since(self.message.as_ref());
        let left_out = message.skipped.saturating_add(dropped);
        self.left_out = self.left_out.saturating_add(left_out);
        for entry in std::mem::take(&mut message.entries) {
            self.rows.push_back(Row {
                searched: searched(&entry),
                is_hit: End::of(&entry.record) == End::Cache,
                entry,
            });
        }
        self.forget();
        self.tab = self.tab.min(message.sdks.len().saturating_sub(1));
        self.message = Some(message);
    }

    /// Forgets the oldest acquisitions if there are too many.
    fn forget(&mut self) {
        let hits = self.rows.iter().filter(|row| row.is_hit).count();
        let mut surplus = hits.saturating_sub(HITS);
        self.rows.retain(|row| {
            let is_surplus = row.is_hit && surplus > 0;
            surplus -= usize::from(is_surplus);
            !is_surplus
        });
        let surplus = self.rows.len().saturating_sub(CAPACITY);
        self.rows.drain(..surplus);
    }

    /// Forgets a program that has ended; another one counts from the start.
    fn start_anew(&mut self) {
        self.message = None;
        self.rows.clear();
        self.left_out = 0;
        self.selected = None;
        self.scroll = 0;
    }

    /// Returns the acquisitions of the list, newest first, and which of them is selected.
    pub(crate) fn listed(&self) -> (Vec<&Entry>, Option<usize>) {
        let sdk = self.sdk().map(|sdk| sdk.id);
        let rows = self.rows.iter().rev();
        let rows = rows.filter(|row| Some(row.entry.sdk) == sdk);
        let rows = rows.filter(|row| self.filter.accepts(&row.searched, row.is_hit));
        let entries: Vec<&Entry> = rows.map(|row| &row.entry).collect();
        let last = entries.len().checked_sub(1);
        // If the selected one is not listed any longer, the next older one takes its place.
        let at = self.selected.map_or(Some(0), |number| {
            entries.iter().position(|entry| entry.number <= number)
        });
        let at = last.map(|last| at.unwrap_or(last));
        (entries, at)
    }

    /// Returns the selected acquisition.
    pub(crate) fn selected(&self) -> Option<&Entry> {
        let (entries, at) = self.listed();
        entries.get(at?).copied()
    }

    /// Returns whether the selection stays at the newest acquisition.
    pub(crate) const fn is_following(&self) -> bool {
        self.selected.is_none()
    }

    /// Does what a key means.
    pub(crate) fn press(&mut self, key: KeyEvent) {
        if !keys::is_press(key) {
            return;
        }
        if keys::is_interrupt(key) {
            self.is_quit = true;
            return;
        }
        match self.focus {
            Focus::Filter => self.edit_filter(key.code),
            Focus::Help if key.code != KeyCode::Char('q') => self.focus = Focus::List,
            Focus::Help | Focus::List => self.command(key),
        }
    }

    fn edit_filter(&mut self, code: KeyCode) {
        if let KeyCode::Char(char) = code {
            self.filter.push(char);
        } else if code == KeyCode::Backspace {
            self.filter.pop();
        } else if code == KeyCode::Enter {
            self.focus = Focus::List;
        } else if code == KeyCode::Esc {
            self.filter.clear();
            self.focus = Focus::List;
        }
    }

    fn command(&mut self, key: KeyEvent) {
        let Some(command) = keys::command(key) else {
            return self.open(keys::tab(key));
        };
        match command {
            Command::Quit => self.is_quit = true,
            Command::Pause => self.is_paused = !self.is_paused,
            Command::Filter => self.focus = Focus::Filter,
            Command::Help => self.focus = Focus::Help,
            Command::Hits => self.filter.toggle_hits(),
            Command::NextSdk => self.open(Some(self.next_tab(1))),
            Command::PreviousSdk => self.open(Some(self.next_tab(self.sdk_count().max(1) - 1))),
            Command::Older => self.select(|at| at.saturating_add(1)),
            Command::Newer => self.select(|at| at.saturating_sub(1)),
            Command::PageOlder => self.select(|at| at.saturating_add(PAGE)),
            Command::PageNewer => self.select(|at| at.saturating_sub(PAGE)),
            Command::Newest => self.select(|_| 0),
            Command::Oldest => self.select(|_| usize::MAX),
            Command::Details => self.toggle_details(),
            Command::ScrollDown => self.scroll = self.scroll.saturating_add(1),
            Command::ScrollUp => self.scroll = self.scroll.saturating_sub(1),
            Command::Back if self.has_details => self.has_details = false,
            Command::Back => self.filter.clear(),
        }
    }

    fn sdk_count(&self) -> usize {
        self.message
            .as_ref()
            .map_or(0, |message| message.sdks.len())
    }

    fn next_tab(&self, steps: usize) -> usize {
        (self.tab + steps)
            .checked_rem(self.sdk_count())
            .unwrap_or(0)
    }

    fn open(&mut self, tab: Option<usize>) {
        let tab = tab.filter(|tab| *tab < self.sdk_count() && *tab != self.tab);
        if let Some(tab) = tab {
            self.tab = tab;
            self.selected = None;
            self.scroll = 0;
        }
    }

    /// Selects another acquisition; the newest one is followed.
    fn select(&mut self, to: impl FnOnce(usize) -> usize) {
        let (entries, at) = self.listed();
        let Some(last) = entries.len().checked_sub(1) else {
            return;
        };
        let to = to(at.unwrap_or(0)).min(last);
        let number = entries.get(to).map(|entry| entry.number);
        self.selected = number.filter(|_| to > 0 || self.has_details);
        self.scroll = 0;
    }

    /// Details stay at their acquisition, so that one can read them.
    fn toggle_details(&mut self) {
        self.has_details = !self.has_details;
        self.scroll = 0;
        if self.has_details {
            self.selected = self.selected().map(|entry| entry.number);
        }
    }
}
