//! The purpose of a request.

/// The purpose of a request, which decides which headers it carries.
///
/// Only requests for a [`Token`](Self::Token) report failures, and only they determine the authority
/// of a failure. An acquisition that failed without a token request is reported to the authority of
/// the next one; if it sent a request to the instance metadata service, it is not reported at all.
///
/// # Examples
///
/// ```
/// use token_telemetry::{Acquisition, Purpose};
///
/// let url = "http://169.254.169.254/metadata/identity/oauth2/token";
/// let request = Acquisition::current().token_request(url).purpose(Purpose::InstanceMetadata);
/// request.responded(200);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// A token, from the token endpoint: every header.
    #[default]
    Token,
    /// Metadata of an authority, or a device code: identity and request id.
    Discovery,
    /// A token, from the instance metadata service of a virtual machine: SKU, version and
    /// `x-ms-client-request-id`, the name that service reads.
    InstanceMetadata,
}
