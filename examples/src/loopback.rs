//! Servers on the loopback interface, as each example starts them.

use std::io;

use axum::Router;
use tokio::net::TcpListener;

/// Serves `app` on a free port, and returns its URL without a slash at the end.
///
/// # Errors
///
/// Fails if no port is available.
pub async fn serve(app: Router) -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    drop(tokio::spawn(
        async move { axum::serve(listener, app).await },
    ));
    Ok(url)
}

/// Returns a URL at which no server listens.
///
/// # Errors
///
/// Fails if no port is available.
pub async fn refusing() -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    Ok(format!("http://{}/token", listener.local_addr()?))
}
