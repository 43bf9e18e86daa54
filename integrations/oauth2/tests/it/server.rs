//! A token endpoint in memory, which plays a script and keeps what arrives.

use std::collections::VecDeque;
use std::future::{Ready, ready};
use std::io;
use std::sync::{Arc, Mutex};

use oauth2::http::Response;
use oauth2::{HttpRequest, HttpResponse};

pub(crate) const TOKEN: &str =
    r#"{"access_token":"secret","token_type":"Bearer","expires_in":3599,"refresh_token":"r"}"#;
pub(crate) const DEVICE_CODE: &str = r#"{"device_code":"d","user_code":"u","expires_in":900,
    "verification_uri":"https://login.example/device","interval":5}"#;

type Returned = io::Result<HttpResponse>;

/// A token endpoint that gives each response once, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Server {
    script: Arc<Mutex<VecDeque<Returned>>>,
    arrived: Arc<Mutex<Vec<HttpRequest>>>,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn responds(self, status: u16, body: &str) -> Self {
        self.responds_with(status, &[], body)
    }

    pub(crate) fn responds_with(self, status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let response = Response::builder().status(status);
        let response = headers.iter().fold(response, |response, (name, value)| {
            response.header(*name, *value)
        });
        self.returns(Ok(response.body(body.into()).unwrap()))
    }

    pub(crate) fn fails(self, kind: io::ErrorKind) -> Self {
        self.returns(Err(kind.into()))
    }

    fn returns(self, returned: Returned) -> Self {
        self.script.lock().unwrap().push_back(returned);
        self
    }

    fn respond(&self, request: HttpRequest) -> Returned {
        self.arrived.lock().unwrap().push(request);
        self.script.lock().unwrap().pop_front().unwrap()
    }

    /// Returns an asynchronous HTTP client.
    pub(crate) fn client(&self) -> impl Fn(HttpRequest) -> Ready<Returned> + Clone + use<> {
        let server = self.clone();
        move |request| ready(server.respond(request))
    }

    /// Returns a blocking HTTP client.
    pub(crate) fn blocking(&self) -> impl Fn(HttpRequest) -> Returned + use<> {
        let server = self.clone();
        move |request| server.respond(request)
    }

    /// Returns a header of each request that arrived.
    pub(crate) fn header(&self, name: &str) -> Vec<Option<String>> {
        let arrived = self.arrived.lock().unwrap();
        let value =
            |request: &HttpRequest| Some(request.headers().get(name)?.to_str().unwrap().to_owned());
        arrived.iter().map(value).collect()
    }

    /// Returns the bodies that arrived.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let arrived = self.arrived.lock().unwrap();
        let body = |request: &HttpRequest| String::from_utf8(request.body().clone()).unwrap();
        arrived.iter().map(body).collect()
    }
}
