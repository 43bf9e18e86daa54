//! What is fixed for one program: dialects, hosts, authorities.

use fastrand::Rng;

use crate::program::TELEMETRIES;
use crate::reference::tongue::{TONGUES, Tongue};

/// What is fixed for one program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) tongues: [Tongue; 3],
    /// How many of the hosts are asked.
    hosts: u8,
    /// How many of the instances are used; one alone gets more to do.
    pub(crate) instances: u8,
    /// Whether headers may go to the first two hosts only.
    pub(crate) limited: bool,
}

/// A host, as a URL names it.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) number: u8,
    /// Its name, if it can be read.
    pub(crate) name: Option<String>,
    pub(crate) url: String,
}

impl Setup {
    pub(crate) fn random(seed: u64) -> Self {
        let mut rng = Rng::with_seed(!seed);
        let mut tongue = || TONGUES[rng.usize(..TONGUES.len())];
        let tongues = [tongue(), tongue(), tongue()];
        let hosts = rng.choice([1, 2, 7, 40]).unwrap_or(1);
        Self {
            tongues,
            hosts,
            instances: if hosts == 40 { 1 } else { TELEMETRIES },
            limited: rng.u8(..8) == 0,
        }
    }

    pub(crate) fn host(self, number: u8) -> Host {
        let number = number % self.hosts;
        let (name, url) = match number {
            0 => (
                Some("login.microsoftonline.com"),
                "https://login.microsoftonline.com/tenant/token",
            ),
            1 => (
                Some("login.microsoftonline.us"),
                "https://login.microsoftonline.us/tenant/token",
            ),
            2 => (Some("login.example"), "https://login.example/token"),
            3 => (
                Some("login.example"),
                "https://LOGIN.Example:8443/other?x=y",
            ),
            4 => (None, "https://l\u{f6}gin.example/token"),
            5 => (None, "https://\u{e9}vil.example/token"),
            6 => (None, "https://login%2eexample/token"),
            _ => {
                let name = format!("login-{number}.example");
                let url = format!("https://{name}/token");
                return Host {
                    number,
                    name: Some(name),
                    url,
                };
            }
        };
        Host {
            number,
            name: name.map(str::to_owned),
            url: url.to_owned(),
        }
    }

    pub(crate) fn host_url(self, number: u8) -> String {
        self.host(number).url
    }

    /// Whether headers may go to a host.
    pub(crate) fn allows(self, host: &Host) -> bool {
        !self.limited || host.number < 2
    }
}
