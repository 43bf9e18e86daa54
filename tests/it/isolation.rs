//! Concurrent acquisitions never mix their data.

use futures::future::join_all;
use token_telemetry::region::RegionOutcome;

use crate::support::prelude::*;

#[acquire_token(api = LabApi::Silent, telemetry = telemetry)]
async fn numbered(telemetry: &Telemetry, number: u8) -> Result<String, LabError> {
    let current = Acquisition::current();
    let reason = CacheRefreshReason::from_wire(number % 5).unwrap();
    current.record_refresh_reason(reason);
    tokio::task::yield_now().await;
    current.record_region(
        Region::used(format!("region{number}")).with_outcome(RegionOutcome::UserProvided),
    );
    current.set_correlation_id(ClientRequestId::from_bytes([number; 16]));
    tokio::task::yield_now().await;
    let sent = current
        .token_request("https://login.example/token")
        .send(|headers| async move {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>(Status::new(200, headers))
        })
        .await;
    let Status {
        response: headers, ..
    } = sent.map_err(|_| LabError::new("io"))?;
    let text = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    Ok(format!(
        "{} {}",
        text("x-client-current-telemetry"),
        text("client-request-id")
    ))
}

on_both_runtimes! {
    async fn concurrent_acquisitions_never_mix() {
        let (telemetry, recorder) = telemetry();
        let calls = (0..50).map(|number| numbered(&telemetry, number));
        for (number, written) in join_all(calls).await.into_iter().enumerate() {
            let id = ClientRequestId::from_bytes([u8::try_from(number).unwrap(); 16]);
            let expected = format!("5|1007,{},region{number},,6|0,1,1,,, {id}", number % 5);
            assert_eq!(written, Ok(expected));
        }
        let records = recorder.take();
        assert_eq!(records.len(), 50);
        for record in records {
            let name = record.region().unwrap().name().unwrap().to_owned();
            let number: u8 = name.trim_start_matches("region").parse().unwrap();
            assert_eq!(record.refresh_reason(), CacheRefreshReason::from_wire(number % 5));
            assert_eq!(record.correlation_id(), Some(ClientRequestId::from_bytes([number; 16])));
        }
    }

    async fn acquisitions_on_many_threads_never_mix() {
        let (telemetry, recorder) = telemetry();
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..50_u8 {
            let telemetry = telemetry.clone();
            tasks.spawn(async move { (number, numbered(&telemetry, number).await) });
        }
        while let Some(done) = tasks.join_next().await {
            let (number, written) = done.unwrap();
            let id = ClientRequestId::from_bytes([number; 16]);
            assert_eq!(written, Ok(format!("5|1007,{},region{number},,6|0,1,1,,, {id}", number % 5)));
        }
        assert_eq!(recorder.take().len(), 50);
    }
}
