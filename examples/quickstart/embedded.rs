//! The quickstart with an embedded token endpoint that checks everything that arrives.

use token_telemetry::{AcquisitionRecord, capture};
use token_telemetry_examples::token_endpoint::{Arrived, TokenEndpoint};
use token_telemetry_examples::{Failure, say, screen};

use crate::Contoso;
use crate::check::Checked;
use crate::scenes::{SCENES, Scene};

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
        let captured = capture(scene.act.perform(&self.contoso.client)).await;
        self.acquisitions += captured.records.len();
        for record in &captured.records {
            self.requests += record.attempt_count() as usize;
            screen::record(record);
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
