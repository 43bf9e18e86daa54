//! `openidconnect`, which uses the traits of `oauth2`.

use openidconnect::core::{CoreClient, CoreProviderMetadata};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RefreshToken};
use token_telemetry::Purpose;
use token_telemetry::acquisition::Attempt;
use token_telemetry_oauth2::TelemetryHttpClient;
use token_telemetry_test_support::{now, only, telemetry};

use crate::acquire;
use crate::server::{Server, TOKEN};

const METADATA: &str = r#"{"issuer":"https://login.example","jwks_uri":"https://login.example/keys",
    "authorization_endpoint":"https://login.example/authorize","token_endpoint":"https://login.example/token",
    "response_types_supported":["code"],"subject_types_supported":["pairwise"],
    "id_token_signing_alg_values_supported":["RS256"]}"#;

#[test]
fn discovery_and_refresh() {
    let (telemetry, recorder) = telemetry();
    let server = Server::new()
        .responds(200, METADATA)
        .responds(200, r#"{"keys":[]}"#)
        .responds(200, TOKEN);
    let http = TelemetryHttpClient::new(server.client());
    now(acquire(&telemetry, async {
        let issuer = IssuerUrl::new("https://login.example".to_owned()).unwrap();
        let metadata = CoreProviderMetadata::discover_async(issuer, &http)
            .await
            .unwrap();
        let secret = ClientSecret::new("a secret".to_owned());
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new("c".to_owned()),
            Some(secret),
        );
        let token = RefreshToken::new("r".to_owned());
        let request = client.exchange_refresh_token(&token).unwrap();
        request.request_async(&http).await
    }))
    .unwrap();

    let record = only(&recorder);
    let purposes: Vec<Purpose> = record.attempts().map(Attempt::purpose).collect();
    assert_eq!(
        purposes,
        [Purpose::Discovery, Purpose::Discovery, Purpose::Token]
    );
    assert_eq!(record.refresh_token_present(), Some(true));
    let current = server.header("x-client-current-telemetry");
    let has_header: Vec<bool> = current.iter().map(Option::is_some).collect();
    assert_eq!(has_header, [false, false, true]);
}
