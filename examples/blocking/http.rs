//! A blocking HTTP client for one request per connection, without TLS.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use ::http::{HeaderMap, Uri};

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Posts a form, and waits for the response.
pub(crate) fn post(url: &str, headers: &HeaderMap, form: &str) -> io::Result<Response> {
    let uri: Uri = url.parse().map_err(io::Error::other)?;
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let mut connection = TcpStream::connect(host)?;
    let mut request = Vec::new();
    write!(request, "POST {} HTTP/1.1\r\nhost: {host}\r\n", uri.path())?;
    for (name, value) in headers {
        let value = value.to_str().map_err(io::Error::other)?;
        write!(request, "{name}: {value}\r\n")?;
    }
    let length = form.len();
    write!(
        request,
        "content-type: application/x-www-form-urlencoded\r\n\
         content-length: {length}\r\n\
         connection: close\r\n\r\n\
         {form}"
    )?;
    connection.write_all(&request)?;
    let mut response = String::new();
    connection.read_to_string(&mut response)?;
    parse(&response).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Reads the status line, and everything behind the empty line.
fn parse(response: &str) -> Option<Response> {
    let (head, body) = response.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Response {
        status,
        body: body.to_owned(),
    })
}
