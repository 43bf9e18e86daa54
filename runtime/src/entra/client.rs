//! `x-client-SKU`, `x-client-Ver`, `x-client-OS`: which SDK sends the request.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::client::ClientInfo;

/// Identity headers of one SDK, made once.
#[derive(Debug)]
pub(crate) struct IdentityHeaders(Vec<(HeaderName, HeaderValue)>);

impl IdentityHeaders {
    pub(crate) fn new(client: &ClientInfo) -> Self {
        let named = [
            (HeaderName::from_static("x-client-sku"), client.sku()),
            (HeaderName::from_static("x-client-ver"), client.version()),
            (HeaderName::from_static("x-client-os"), client.os()),
        ];
        let value = |text: Option<&str>| HeaderValue::from_str(text?).ok();
        Self(
            named
                .into_iter()
                .filter_map(|(name, text)| Some((name, value(text)?)))
                .collect(),
        )
    }

    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.insert(name.clone(), value.clone());
        }
    }
}
