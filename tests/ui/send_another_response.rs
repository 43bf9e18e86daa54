//! An HTTP client whose responses cannot be read, such as an older version of a known one.

use token_telemetry::Acquisition;

pub struct Response;

pub fn post() {
    let request = Acquisition::current().token_request("https://login.example/token");
    drop(request.send(|_| async { Ok::<_, std::io::Error>(Response) })); //~ send
}

fn main() {}
