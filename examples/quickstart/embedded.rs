//! The quickstart with an embedded token endpoint that checks everything that arrives.

use std::future::pending;
use std::pin::pin;

use token_telemetry::{AcquisitionRecord, Captured, capture};
use token_telemetry_examples::contoso::AuthError;
use token_telemetry_examples::token_endpoint::{Arrived, Fault, TokenEndpoint};
use token_telemetry_examples::{Failure, say, screen};

use crate::Contoso;
use crate::check::{self, Checked, same};
use crate::scenes::{SCENES, Scene};
use crate::timeline;

/// Plays every scene and returns the last line.
pub(crate) async fn play() -> Result<String, Failure> {
    let endpoint = TokenEndpoint::start().await?;
    let mut stage = Stage {
        contoso: Contoso::new(endpoint.url())?,
        endpoint,
        checked: Checked::default(),
        acquisitions: 0,
        requests: 0,
    };
    say!(
        "An SDK called Contoso acquires tokens at {}",
        stage.endpoint.url()
    );
    for (at, scene) in SCENES.iter().enumerate() {
        screen::heading(&format!("{}. {}", at + 1, scene.title));
        stage.play(scene).await?;
    }
    stage.contoso.conclude()?;
    let (acquisitions, requests) = (stage.acquisitions, stage.requests);
    Ok(format!(
        "quickstart: {acquisitions} acquisitions, {requests} token requests, all headers verified"
    ))
}

/// The client, its token endpoint, and the counts so far.
struct Stage {
    contoso: Contoso,
    endpoint: TokenEndpoint,
    checked: Checked,
    acquisitions: usize,
    requests: usize,
}

impl Stage {
    /// Plays one scene, prints the result, and checks the requests.
    async fn play(&mut self, scene: &Scene) -> Result<(), Failure> {
        for fault in scene.faults {
            self.endpoint.fault(*fault);
        }
        let captured = self.perform(scene).await?;
        self.acquisitions += captured.records.len();
        for record in &captured.records {
            self.requests += record.attempt_count() as usize;
            screen::record(record);
            let lines = timeline::lines(record);
            for line in &lines {
                say!("  {line}");
            }
            check::timeline(scene, record, &lines)?;
        }
        let arrived = self.endpoint.take_arrived();
        for (at, request) in arrived.iter().enumerate() {
            screen::arrived(at + 1, request);
        }
        if self.acquisitions == 1 {
            arrived.iter().for_each(screen::identity);
        }
        self.check(scene, &captured.records, &arrived)
            .map_err(|error| format!("{}: {error}", scene.title).into())
    }

    /// Makes the call, and prints what is in flight while it waits for a response that never comes.
    async fn perform(&self, scene: &Scene) -> Result<Captured<Option<AuthError>>, String> {
        let mut call = pin!(capture(scene.act.perform(&self.contoso.client)));
        let in_flight = tokio::select! {
            biased;
            in_flight = self.look(scene) => in_flight,
            captured = &mut call => return Ok(captured),
        };
        say!("  {in_flight}");
        let expected = "in flight: AcquireTokenForClient, attempt 1, waiting for http for ";
        let is_the_call = in_flight.starts_with(expected);
        same("the call is the one in flight", &is_the_call, &true)?;
        Ok(call.await)
    }

    /// Describes what is in flight once a request arrives that gets no response.
    async fn look(&self, scene: &Scene) -> String {
        if !scene.faults.contains(&Fault::Silence) {
            return pending().await;
        }
        self.endpoint.request_ignored().await;
        let in_flight = self.contoso.telemetry.in_flight();
        let acquisitions = in_flight.acquisitions().iter().map(|acquisition| {
            format!(
                "{}, attempt {}, waiting for {} for {:.1?}",
                acquisition.api().name(),
                acquisition.attempts(),
                acquisition.waiting_for().name(),
                acquisition.age().unwrap_or_default(),
            )
        });
        let acquisitions: Vec<String> = acquisitions.collect();
        format!("in flight: {}", acquisitions.join("; "))
    }

    fn check(
        &mut self,
        scene: &Scene,
        records: &[AcquisitionRecord],
        arrived: &[Arrived],
    ) -> Result<(), String> {
        match records {
            [record] => self.checked.scene(scene, record, arrived),
            _ => Err(format!("expected one record, found {}", records.len())),
        }
    }
}
