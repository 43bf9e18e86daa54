//! The URL of a console.

use std::fmt;
use std::str::FromStr;

use axum::http::Uri;
use axum::http::uri::{Authority, PathAndQuery, Scheme};

/// Where a console is served.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    authority: Authority,
    /// Without a slash at the end.
    path: String,
    /// Contains the token, if the console needs one.
    query: Option<String>,
}

impl Address {
    /// Returns the URI of everything newer than this version of this run.
    pub(crate) fn news(&self, run: &str, version: u64) -> Option<Uri> {
        let query = self.query.iter().map(|query| format!("?{query}"));
        let path = format!("{}/news/{run}/{version}", self.path);
        let path = path + &query.collect::<String>();
        Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(self.authority.clone())
            .path_and_query(PathAndQuery::try_from(path).ok()?)
            .build()
            .ok()
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = |found: &str| {
            format!(
                "expected a URL such as http://127.0.0.1:8088/, found {found:?}; --help explains more"
            )
        };
        let url = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let uri: Uri = url.parse().map_err(|_error| expected(text))?;
        if uri.scheme() == Some(&Scheme::HTTPS) {
            return Err(
                "cannot connect with https; forward the port of the console, for example with \
                 `ssh -L 8088:127.0.0.1:8088`"
                    .to_owned(),
            );
        }
        let authority = uri.authority().filter(|it| !it.host().is_empty());
        match (uri.scheme(), authority) {
            (Some(scheme), Some(authority)) if *scheme == Scheme::HTTP => Ok(Self {
                authority: authority.clone(),
                path: uri.path().trim_end_matches('/').to_owned(),
                query: uri.query().map(str::to_owned),
            }),
            _ => Err(expected(text)),
        }
    }
}

/// The URL without its query, which may contain the token.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}/", self.authority, self.path)
    }
}
