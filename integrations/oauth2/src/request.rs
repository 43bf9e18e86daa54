//! Begins the telemetry of a request, and adds it to the request.

use oauth2::HttpRequest;
use oauth2::http::Method;
use oauth2::url::form_urlencoded::{self, Serializer};
use token_telemetry::{Acquisition, Purpose, TokenRequest};

/// Begins an attempt of the current acquisition, and writes its telemetry into the request.
pub(crate) fn begin(request: &mut HttpRequest) -> TokenRequest {
    let purpose = purpose_of(request);
    let mut telemetry = Acquisition::current()
        .middleware_request(request.uri().to_string())
        .purpose(purpose);
    if purpose == Purpose::Token {
        append_to_form(request.body_mut(), &telemetry.form_fields());
    }
    telemetry.apply_to(request.headers_mut());
    telemetry
}

/// Recognizes token requests by their `grant_type`, because `oauth2` does not say what it requests.
fn purpose_of(request: &HttpRequest) -> Purpose {
    let is_token = request.method() == Method::POST
        && form_urlencoded::parse(request.body()).any(|(name, _)| name == "grant_type");
    if is_token {
        Purpose::Token
    } else {
        Purpose::Discovery
    }
}

/// Appends fields to a form; few dialects have any.
fn append_to_form(body: &mut Vec<u8>, fields: &[(&'static str, String)]) {
    if fields.is_empty() {
        return;
    }
    let form = Serializer::new(String::new()).extend_pairs(fields).finish();
    body.push(b'&');
    body.extend_from_slice(form.as_bytes());
}
