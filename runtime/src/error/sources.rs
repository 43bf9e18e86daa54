//! Describes an error by its `source()` chain, read from the outside in.

use std::error::Error;
use std::io;
use std::iter::successors;

use super::ErrorInfo;

impl ErrorInfo {
    /// Maximum number of errors read per chain; guards against cyclic `source()` chains.
    pub const MAX_SOURCES: usize = 32;

    /// Describes an error by itself and its causes, the outermost first.
    ///
    /// `read` downcasts to the types it knows, and returns `None` for others. If several causes set
    /// the same field, the outer one wins. Reads at most [`ErrorInfo::MAX_SOURCES`] errors.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{error::Error, fmt, io};
    ///
    /// use token_telemetry::{DescribeError, ErrorInfo, TransportError};
    ///
    /// #[derive(Debug)]
    /// struct AuthError(io::Error);
    ///
    /// impl Error for AuthError {
    ///     fn source(&self) -> Option<&(dyn Error + 'static)> {
    ///         Some(&self.0)
    ///     }
    /// }
    /// # impl fmt::Display for AuthError {
    /// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    /// #         f.write_str("no token")
    /// #     }
    /// # }
    ///
    /// struct Contoso;
    ///
    /// impl DescribeError<AuthError> for Contoso {
    ///     fn describe(error: &AuthError) -> ErrorInfo {
    ///         ErrorInfo::new("no_token").or(ErrorInfo::from_sources(error, |cause| {
    ///             let io = cause.downcast_ref::<io::Error>()?;
    ///             (io.kind() == io::ErrorKind::TimedOut)
    ///                 .then(|| ErrorInfo::transport(TransportError::Timeout))
    ///         }))
    ///     }
    /// }
    ///
    /// let info = Contoso::describe(&AuthError(io::ErrorKind::TimedOut.into()));
    /// assert_eq!(info.code(), Some("no_token"));
    /// assert_eq!(info.transport_error(), Some(TransportError::Timeout));
    /// ```
    #[must_use]
    pub fn from_sources(
        error: &(dyn Error + 'static),
        read: impl Fn(&(dyn Error + 'static)) -> Option<Self>,
    ) -> Self {
        chain(error)
            .filter_map(read)
            .fold(Self::unknown(), Self::or)
    }
}

/// Returns an error and its causes, the outermost first.
pub(crate) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&error| cause_of(error)).take(ErrorInfo::MAX_SOURCES)
}

/// Returns the cause of an error.
///
/// `source()` of an I/O error skips the error that it wraps, so that one is read by `get_ref`.
fn cause_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error.downcast_ref().and_then(io::Error::get_ref);
    wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped))
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;
    use crate::error::TransportError;

    /// An error with a code and a cause.
    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<dyn Error + Send + Sync>>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            match &self.1 {
                Some(cause) => Some(&**cause),
                None if self.0 == "endless" => Some(self),
                None => None,
            }
        }
    }

    fn read(cause: &(dyn Error + 'static)) -> Option<ErrorInfo> {
        if let Some(layer) = cause.downcast_ref::<Layer>() {
            return Some(ErrorInfo::new(layer.0));
        }
        let io = cause.downcast_ref::<io::Error>()?;
        (io.kind() == io::ErrorKind::TimedOut)
            .then(|| ErrorInfo::transport(TransportError::Timeout).with_status(504))
    }

    #[test]
    fn inner_causes_fill_missing_fields() {
        let io = io::Error::from(io::ErrorKind::TimedOut);
        let inner = Layer("inner", Some(Box::new(io)));
        let info = ErrorInfo::from_sources(&Layer("outer", Some(Box::new(inner))), read);
        assert_eq!(info.code(), Some("outer"));
        assert_eq!(info.transport_error(), Some(TransportError::Timeout));
        assert_eq!(info.status(), Some(504));
    }

    #[test]
    fn error_inside_io_error() {
        let wrapping = io::Error::other(Layer("wrapped", None));
        let info = ErrorInfo::from_sources(&wrapping, read);
        assert_eq!(info.code(), Some("wrapped"));
    }

    #[test]
    fn unknown_error_type() {
        let info = ErrorInfo::from_sources(&fmt::Error, read);
        assert_eq!(info, ErrorInfo::unknown());
    }

    #[test]
    fn cyclic_chain_ends() {
        let seen = std::cell::Cell::new(0);
        let info = ErrorInfo::from_sources(&Layer("endless", None), |_| {
            seen.set(seen.get() + 1);
            None
        });
        assert_eq!(
            (info, seen.get()),
            (ErrorInfo::unknown(), ErrorInfo::MAX_SOURCES)
        );
    }
}
