//! The console: which clients it shows, and where it is served.

use std::net::SocketAddr;
use std::sync::Arc;
use std::{fmt, io};

use axum::Router;
use token_telemetry::{ClientRequestId, Telemetry};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::oneshot;

use crate::hub::{Hub, Limits};
use crate::sdk::Sdk;
use crate::server::{self, Access, LimitedListener};

/// The limits without [`Console::capacity`] and [`Console::hits_per_second`].
const LIMITS: Limits = Limits {
    capacity: 1000,
    hits_per_second: 200,
};

/// A live page for one or several SDK clients.
///
/// # Examples
///
/// ```no_run
/// use token_telemetry::Telemetry;
/// use token_telemetry_console::Console;
///
/// # async fn example() -> std::io::Result<()> {
/// let console = Console::attach(&Telemetry::global());
/// tokio::spawn(console.serve("127.0.0.1:8088"));
/// # Ok(())
/// # }
/// ```
#[must_use = "a console shows nothing until it is served"]
pub struct Console {
    clients: Vec<(Option<String>, Telemetry)>,
    limits: Limits,
    hosts: Vec<String>,
    token: Option<String>,
}

impl Console {
    /// Creates a console that shows the acquisitions of this client.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// let console = Console::attach(&Telemetry::global());
    /// # drop(console);
    /// ```
    pub fn attach(telemetry: &Telemetry) -> Self {
        Self {
            clients: vec![(None, telemetry.clone())],
            limits: LIMITS,
            hosts: Vec::new(),
            token: Some(ClientRequestId::new().to_string()),
        }
    }

    /// Adds another client, which the page shows beside the others.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{ClientInfo, Telemetry};
    /// use token_telemetry_console::Console;
    ///
    /// let contoso = Telemetry::new(const { ClientInfo::from_static("Contoso.Auth", "1.2.0") });
    /// let fabrikam = Telemetry::new(const { ClientInfo::from_static("Fabrikam.Auth", "3.0.1") });
    /// let console = Console::attach(&contoso).and(&fabrikam);
    /// # drop(console);
    /// ```
    pub fn and(mut self, telemetry: &Telemetry) -> Self {
        self.clients.push((None, telemetry.clone()));
        self
    }

    /// Names the client that was added last; without a name it is that of its SDK.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// let console = Console::attach(&Telemetry::global()).named("sign-in");
    /// # drop(console);
    /// ```
    pub fn named(mut self, name: impl Into<String>) -> Self {
        if let Some((last, _)) = self.clients.last_mut() {
            *last = Some(name.into());
        }
        self
    }

    /// Sets how many records are kept for pages; 1000 by default.
    ///
    /// Plain cache hits take up at most half of them once there are more.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// let console = Console::attach(&Telemetry::global()).capacity(100);
    /// # drop(console);
    /// ```
    pub fn capacity(mut self, records: usize) -> Self {
        self.limits.capacity = records.max(1);
        self
    }

    /// Sets how many cache hits of each SDK are shown per second; 200 by default.
    ///
    /// All hits are counted. Each one shown costs its caller about half a microsecond, so this limits
    /// what an open page costs. Ten seconds after the last page was closed, none are taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// let console = Console::attach(&Telemetry::global()).hits_per_second(20);
    /// # drop(console);
    /// ```
    pub const fn hits_per_second(mut self, hits: u64) -> Self {
        self.limits.hits_per_second = hits;
        self
    }

    /// Accepts requests whose `Host` header names this host, besides loopback and the bound address.
    ///
    /// The check stops a page of another site from reading the console through a name that it points
    /// at this machine. Name the host that people type; its port does not matter.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// let console = Console::attach(&Telemetry::global()).allow_host("console.contoso.internal");
    /// # drop(console);
    /// ```
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Lets everyone who can reach the console read it, without the token in the URL.
    ///
    /// For a [`router`](Self::router) behind the authentication of an application. A console that is
    /// served on loopback needs no token anyway.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// let console = Console::attach(&Telemetry::global()).without_token();
    /// assert_eq!(console.token(), None);
    /// ```
    pub fn without_token(mut self) -> Self {
        self.token = None;
        self
    }

    /// Returns the token that URLs need outside of loopback: `?token=…`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// let console = Console::attach(&Telemetry::global());
    /// println!("open /tokens?token={}", console.token().unwrap_or_default());
    /// ```
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Serves the console at this address, until the future is dropped.
    ///
    /// Anywhere but on loopback, pages need the [`token`](Self::token) in their URL. The log of
    /// `tracing` has the address without it; [`BoundConsole::url`] returns the whole URL.
    ///
    /// # Errors
    ///
    /// If the address is in use or not one of this machine.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// # async fn example() {
    /// let console = Console::attach(&Telemetry::global());
    /// tokio::spawn(console.serve("127.0.0.1:8088"));
    /// # }
    /// ```
    pub async fn serve(self, address: impl ToSocketAddrs) -> io::Result<()> {
        let bound = self.bind(address).await?;
        tracing::info!(address = %bound.address, "the console listens");
        bound.serve().await
    }

    /// Binds the console to an address, to learn its URL before it is served.
    ///
    /// # Errors
    ///
    /// If the address is in use or not one of this machine.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let console = Console::attach(&Telemetry::global()).bind("127.0.0.1:0").await?;
    /// println!("console at {}", console.url());
    /// console.serve().await
    /// # }
    /// ```
    pub async fn bind(self, address: impl ToSocketAddrs) -> io::Result<BoundConsole> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let access = Access::new(&self.hosts, self.token.clone()).served_at(address);
        let url = access.url(address);
        Ok(BoundConsole {
            router: self.routes(access),
            listener,
            address,
            url,
        })
    }

    /// Returns the routes of the console, to mount them in an application with axum.
    ///
    /// Mount them with `nest`; the page is then at that path, without a slash at the end. Pages need
    /// the [`token`](Self::token) in their URL, unless that is [switched off](Self::without_token),
    /// and a `Host` header that names loopback or an [allowed host](Self::allow_host).
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::Router;
    /// use token_telemetry::Telemetry;
    /// use token_telemetry_console::Console;
    ///
    /// let console = Console::attach(&Telemetry::global());
    /// let app: Router = Router::new().nest("/tokens", console.router());
    /// # drop(app);
    /// ```
    pub fn router(self) -> Router {
        let access = Access::new(&self.hosts, self.token.clone());
        self.routes(access)
    }

    fn routes(self, access: Access) -> Router {
        let mut sdks: Vec<Sdk> = Vec::new();
        for (name, telemetry) in self.clients {
            let taken: Vec<&str> = sdks.iter().map(|sdk| &*sdk.name).collect();
            let sdk = Sdk::new(name, telemetry, &taken);
            sdks.push(sdk);
        }
        server::routes(Arc::new(Hub::new(sdks, self.limits)), access)
    }
}

/// Shows no token: it gives access.
impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").finish_non_exhaustive()
    }
}

/// A console that is bound to an address, returned by [`Console::bind`].
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
/// use token_telemetry_console::Console;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let console = Console::attach(&Telemetry::global()).bind("127.0.0.1:0").await?;
/// assert_eq!(console.url(), format!("http://{}/", console.address()));
/// let serving = tokio::spawn(console.serve());
/// serving.abort(); // ends it
/// # Ok(())
/// # }
/// ```
#[must_use = "a console shows nothing until it is served"]
pub struct BoundConsole {
    router: Router,
    listener: TcpListener,
    address: SocketAddr,
    url: String,
}

impl BoundConsole {
    /// Returns the URL to open in a browser, with its token if it needs one.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the address that the console is bound to.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves the console, until the future is dropped.
    ///
    /// Then it closes the connections of open pages, and no longer observes the clients.
    ///
    /// # Errors
    ///
    /// If the listener fails.
    pub async fn serve(self) -> io::Result<()> {
        // Each connection has a task that outlives this future, unless a shutdown is signaled.
        let (_dropped_with_this, dropped) = oneshot::channel::<()>();
        let shutdown = async move { _ = dropped.await };
        axum::serve(LimitedListener::new(self.listener), self.router)
            .with_graceful_shutdown(shutdown)
            .await
    }
}

/// Shows no URL: its token gives access.
impl fmt::Debug for BoundConsole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundConsole")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
