//! The Contoso SDK and the token endpoint it talks to, shared by the examples.

/// Prints a line; a reader who has seen enough and closed the pipe is no error.
#[macro_export]
macro_rules! say {
    () => {
        $crate::say!("")
    };
    ($($text:tt)*) => {
        drop(std::io::Write::write_fmt(
            &mut std::io::stdout(),
            format_args!("{}\n", format_args!($($text)*)),
        ))
    };
}

pub mod arguments;
pub mod contoso;
pub mod screen;
pub mod token_endpoint;

/// Anything that ends an example early.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The README, whose examples are tested here.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct Readme;
