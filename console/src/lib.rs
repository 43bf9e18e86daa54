#![doc = include_str!("../README.md")]

mod board;
mod clock;
mod collector;
mod console;
mod entry;
mod hub;
mod latency;
mod meaning;
mod message;
mod ring;
mod sdk;
mod series;
mod server;
mod unfinished;

pub use console::{BoundConsole, Console};
