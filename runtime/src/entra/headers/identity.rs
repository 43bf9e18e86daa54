//! Identity headers such as `x-client-SKU` and `x-client-OS`: which SDK sends the request.

use http::{HeaderName, HeaderValue};

use super::extra_sku::ExtraSku;
use super::header_field::HeaderField;
use crate::client::ClientInfo;
use crate::entra::dialect::{Dialect, Header};

/// The header that asks the server to return the `client-request-id`.
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::RETURN_CLIENT_REQUEST_ID;
///
/// assert_eq!(RETURN_CLIENT_REQUEST_ID, "return-client-request-id");
/// ```
pub const RETURN_CLIENT_REQUEST_ID: HeaderName =
    HeaderName::from_static("return-client-request-id");

/// The request id header of the instance metadata service (IMDS).
///
/// # Examples
///
/// ```
/// use token_telemetry::entra::MS_CLIENT_REQUEST_ID;
///
/// assert_eq!(MS_CLIENT_REQUEST_ID, "x-ms-client-request-id");
/// ```
pub const MS_CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");

/// The value of `x-ms-lib-capability`: the SDK honors `Retry-After` and handles 429.
const HONORS_RETRY_AFTER: &str = "retry-after, h429";

/// Identity that is sent only if the SDK's author opts in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims {
    pub(crate) extra_sku: Option<ExtraSku>,
    pub(crate) honors_retry_after: bool,
}

/// The identity headers of one SDK, rendered once.
#[derive(Debug)]
pub(crate) struct IdentityHeaders {
    /// Those whose values never change, in the order of the dialect.
    pub(crate) constant: Vec<(Header, HeaderField, HeaderValue)>,
    pub(crate) request_id: Option<HeaderField>,
    pub(crate) return_request_id: Option<HeaderField>,
}

impl IdentityHeaders {
    pub(crate) fn new(dialect: &Dialect, client: &ClientInfo, claims: &Claims) -> Self {
        let name = |header| HeaderField::new(dialect.spelling(header)?);
        let constant = |(header, _): &(Header, &str)| {
            let value = text(*header, dialect, client, claims)?;
            Some((*header, name(*header)?, HeaderValue::from_str(&value).ok()?))
        };
        let listed = dialect.identity.headers.iter();
        Self {
            constant: listed.filter_map(constant).collect(),
            request_id: name(Header::RequestId),
            return_request_id: name(Header::ReturnRequestId),
        }
    }
}

fn text(header: Header, dialect: &Dialect, client: &ClientInfo, claims: &Claims) -> Option<String> {
    let spelled = |name| dialect.identity.respelled(name);
    let text = match header {
        Header::Sku => client.sku()?,
        Header::Version => client.version()?,
        Header::Os => spelled(client.os()?),
        Header::Cpu => spelled(client.cpu()?),
        Header::DeviceModel => client.device_model()?,
        Header::AppName => client.app()?.0,
        Header::AppVersion => client.app()?.1,
        Header::BrokerVersion => client.broker_version()?,
        Header::SourceSku => client.source_sku()?,
        Header::ExtraSku => return claims.extra_sku.as_ref().map(ToString::to_string),
        Header::LibCapability => claims.honors_retry_after.then_some(HONORS_RETRY_AFTER)?,
        Header::CurrentTelemetry
        | Header::LastTelemetry
        | Header::RequestId
        | Header::ReturnRequestId => return None,
    };
    Some(text.to_owned())
}
