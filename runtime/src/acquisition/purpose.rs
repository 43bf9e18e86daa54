//! What a request on behalf of an acquisition asks for.

/// What a request asks for, which decides which headers belong on it.
///
/// Only requests for [`Token`](Self::Token) report failures, and only they say which authority a
/// failure belongs to. An acquisition that failed without one is reported to the next authority
/// that is asked for a token; if it asked the instance metadata service, it is not reported at all.
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
