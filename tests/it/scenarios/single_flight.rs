//! Many callers, one refresh.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use super::{Timed, Whole, millis};

use crate::support::prelude::*;

/// A cache whose lock is held during a refresh.
struct Client {
    timed: Timed,
    token: tokio::sync::Mutex<Option<u8>>,
    fails: bool,
}

impl Client {
    fn new(fails: bool) -> Arc<Self> {
        Arc::new(Self {
            timed: Timed::new(),
            token: tokio::sync::Mutex::new(None),
            fails,
        })
    }

    #[acquire_token(api = LabApi::Silent, telemetry = self.timed.telemetry)]
    async fn token(&self) -> Result<u8, LabError> {
        let mut waits = false;
        let mut token = if let Ok(token) = self.token.try_lock() {
            token
        } else {
            waits = true;
            self.token.lock().await
        };
        if waits {
            Acquisition::current().record_waiting(millis(7));
        }
        if let Some(token) = *token {
            Acquisition::current().record_cache_hit(CacheLevel::L1Cache);
            return Ok(token);
        }
        Acquisition::current().record_refresh_reason(CacheRefreshReason::NoCachedAccessToken);
        let status = if self.fails { 500 } else { 200 };
        let sent = Acquisition::current()
            .token_request(TOKEN_URL)
            .send(|_| async move {
                tokio::time::sleep(Duration::from_millis(1)).await;
                Ok::<_, std::io::Error>(Status::new(status, 9))
            });
        match sent.await {
            Ok(Status {
                status: 200,
                response: fresh,
                ..
            }) => Ok(*token.insert(fresh)),
            _ => Err(LabError::new("server_error")),
        }
    }
}

fn fetched() -> Whole {
    Whole {
        api: "Silent",
        reason: Some(CacheRefreshReason::NoCachedAccessToken),
        total: 0,
        http: Some(0),
        ..Whole::fetched()
    }
}

on_both_runtimes! {
    async fn one_refresh_serves_all_callers() {
        let client = Client::new(false);
        let results = join_all((0..20).map(|_| client.token())).await;
        assert!(results.iter().all(|result| *result == Ok(9)));
        let records: Vec<Whole> = client.timed.recorder.take().iter().map(Whole::without_ids).collect();
        let from_provider = fetched();
        let hit = Whole {
            api: "Silent",
            outcome: Some(Outcome::Ok),
            source: Some(TokenSource::Cache),
            level: Some(CacheLevel::L1Cache),
            reason: Some(CacheRefreshReason::NotApplicable),
            waited: Some(7),
            ..Whole::default()
        };
        assert_eq!(records.iter().filter(|record| **record == from_provider).count(), 1, "{records:#?}");
        assert_eq!(records.iter().filter(|record| **record == hit).count(), 19, "{records:#?}");
    }

    async fn callers_of_failing_endpoint_all_fail() {
        let client = Client::new(true);
        let results = join_all((0..20).map(|_| client.token())).await;
        assert!(results.iter().all(Result::is_err));
        let failed = |waited| Whole {
            outcome: Some(Outcome::Error),
            source: None,
            waited,
            status: Some(500),
            error: Some("server_error".to_owned()),
            ..fetched()
        };
        let records: Vec<Whole> = client.timed.recorder.take().iter().map(Whole::without_ids).collect();
        assert_eq!(records.iter().filter(|record| **record == failed(None)).count(), 1, "{records:#?}");
        assert_eq!(records.iter().filter(|record| **record == failed(Some(7))).count(), 19, "{records:#?}");
        assert_eq!(client.timed.telemetry.totals().failures, 20);
    }
}
