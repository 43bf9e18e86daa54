//! The Contoso SDK and the token endpoint it talks to, shared by the examples.

/// Prints a line and ignores a closed pipe, as of `… | head`.
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
pub mod loopback;
pub mod screen;
pub mod token_endpoint;

/// Any error that ends an example.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Ends an example with an error unless this fact holds.
///
/// # Errors
///
/// Fails with the fact if it does not hold.
pub fn check(holds: bool, fact: &str) -> Result<(), Failure> {
    holds
        .then_some(())
        .ok_or_else(|| format!("expected that {fact}").into())
}

/// Tests the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct Readme;
