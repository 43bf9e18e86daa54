//! `#[derive(ApiId)]`: what an enum of ids says about itself.

use token_telemetry::{Api, ApiId};

struct Contoso;

#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [2002, 3000..=3099])]
enum ContosoApi {
    /// Acquires a token for the application, e.g. a daemon. More
    /// about it.
    AcquireTokenForClient = 1004,
    #[api_id(name = "silent")]
    AcquireTokenSilent = 0x3ef,
    r#Type = 74_0015,
}

#[test]
fn the_number_of_an_id_is_its_discriminant_and_its_name_the_variants() {
    let api = ContosoApi::AcquireTokenForClient.api();
    assert_eq!(api, Api::new(1004, "AcquireTokenForClient"));
    assert_eq!(ContosoApi::Type.api(), Api::new(740_015, "Type"));
    assert_eq!(
        ContosoApi::AcquireTokenSilent.api(),
        Api::new(1007, "silent")
    );
}

#[test]
fn the_catalogue_holds_every_id_with_its_first_sentence_and_owner() {
    let lines: Vec<_> = ContosoApi::CATALOGUE
        .iter()
        .map(|entry| (entry.api(), entry.doc(), entry.owner()))
        .collect();
    let first = "Acquires a token for the application, e.g. a daemon.";
    assert_eq!(
        lines,
        [
            (ContosoApi::AcquireTokenForClient.api(), first, "Contoso"),
            (ContosoApi::AcquireTokenSilent.api(), "", "Contoso"),
            (ContosoApi::Type.api(), "", "Contoso"),
        ]
    );
}
