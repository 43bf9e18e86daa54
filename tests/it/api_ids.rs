//! `#[derive(ApiId)]`, and ids known only at run time.

use futures::executor::block_on;
use token_telemetry::ApiId;
use token_telemetry::api::{Api, Catalog};
use token_telemetry::api::{MsalJava, MsalNode};

use crate::support::prelude::*;

struct Contoso;

#[derive(ApiId, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [2002, 3000..=3099])]
enum ContosoApi {
    /// Acquires a token for the application, e.g. a daemon. More
    /// about it.
    AcquireTokenForClient = 1004,
    #[api_id(name = "contoso/silent:v2")]
    AcquireTokenSilent = 0x3ef,
    /// Signs in | prompts,
    /// with "quotes" and \ too
    ///
    /// and more.
    r#Type = 74_0015u32,
}

/// The same owner in another module and with another width and other numbers.
mod broker {
    use super::{ApiId, Contoso};

    #[derive(ApiId, Clone, Copy)]
    #[api_id(owner = Contoso)]
    #[repr(u16)]
    pub(super) enum BrokerApi {
        #[deprecated]
        #[expect(dead_code, reason = "a number is never given back")]
        Old = 1,
        AcquireToken = 0xffff,
    }
}

/// An SDK that re-exports the runtime, used by code that depends on the SDK alone.
mod sdk {
    pub(super) use ::token_telemetry as telemetry;
}

mod behind_an_sdk {
    use super::sdk::telemetry::ApiId;

    #[derive(ApiId, Clone, Copy)]
    #[repr(u16)]
    #[api_id(owner = Self, crate = crate::api_ids::sdk::telemetry)]
    pub(super) enum ForwardedApi {
        AcquireToken = 5,
    }
}

/// Shadows names that the expansion of the derive must not depend on.
mod hostile_names {
    #![expect(dead_code, reason = "only there to be in the way")]

    struct Api;
    struct ApiEntry;
    struct Option;
    mod core {}
    mod std {}
    mod token_telemetry {}

    pub(super) struct Owner;

    #[derive(::token_telemetry::ApiId, Clone, Copy)]
    #[repr(u16)]
    #[api_id(owner = Owner)]
    pub(super) enum Odd {
        None = 1,
        Ok = 2,
        Self_ = 3,
    }
}

macro_rules! ids_from_a_macro {
    ($owner:ty, $($variant:ident = $number:expr),+) => {
        #[derive(ApiId, Clone, Copy)]
        #[repr(u16)]
        #[api_id(owner = $owner)]
        enum FromMacro { $($variant = $number),+ }
    };
}
struct Fabrikam;
ids_from_a_macro!(Fabrikam, AcquireToken = 12, AcquireTokenSilent = 13);

#[test]
fn number_is_discriminant_name_is_variant() {
    let api = ContosoApi::AcquireTokenForClient.api();
    assert_eq!(api, Api::new(1004, "AcquireTokenForClient"));
    assert_eq!(ContosoApi::Type.api(), Api::new(740_015, "Type"));
    assert_eq!(broker::BrokerApi::AcquireToken.api().number(), 65_535);
    assert_eq!(FromMacro::AcquireToken.api(), Api::new(12, "AcquireToken"));
    assert_eq!(FromMacro::AcquireTokenSilent.api().number(), 13);
    let [none, ok, last] = [
        hostile_names::Odd::None,
        hostile_names::Odd::Ok,
        hostile_names::Odd::Self_,
    ];
    assert_eq!(
        [none, ok, last].map(|id| id.api().name()),
        ["None", "Ok", "Self_"]
    );
}

#[test]
fn name_can_be_overridden() {
    let api = ContosoApi::AcquireTokenSilent.api();
    assert_eq!(api, Api::new(1007, "contoso/silent:v2"));
}

#[test]
fn derive_works_through_reexport() {
    let api = behind_an_sdk::ForwardedApi::AcquireToken.api();
    assert_eq!(api, Api::new(5, "AcquireToken"));
    assert_eq!(
        behind_an_sdk::ForwardedApi::CATALOG[0].owner(),
        "ForwardedApi"
    );
}

#[test]
fn catalog_lists_every_id_with_doc_and_owner() {
    const CATALOG: &[token_telemetry::api::ApiEntry] = ContosoApi::CATALOG;
    let lines: Vec<_> = CATALOG
        .iter()
        .map(|entry| (entry.api(), entry.doc(), entry.owner()))
        .collect();
    let first = "Acquires a token for the application, e.g. a daemon.";
    let last = r#"Signs in | prompts, with "quotes" and \ too"#;
    assert_eq!(
        lines,
        [
            (ContosoApi::AcquireTokenForClient.api(), first, "Contoso"),
            (ContosoApi::AcquireTokenSilent.api(), "", "Contoso"),
            (ContosoApi::Type.api(), last, "Contoso"),
        ]
    );
}

#[test]
fn markdown_catalog_escapes_cells() {
    let catalog = Catalog::of::<ContosoApi>().and::<broker::BrokerApi>();
    assert_eq!(
        catalog.to_markdown(),
        r#"| Number | Name | Meaning | Owner |
|---:|---|---|---|
| 1 | `Old` |  | Contoso |
| 1004 | `AcquireTokenForClient` | Acquires a token for the application, e.g. a daemon. | Contoso |
| 1007 | `contoso/silent:v2` |  | Contoso |
| 65535 | `AcquireToken` |  | Contoso |
| 740015 | `Type` | Signs in \| prompts, with "quotes" and \ too | Contoso |
"#
    );
}

#[test]
fn json_catalog_round_trips() {
    let json = Catalog::of::<ContosoApi>().to_json();
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        read,
        serde_json::json!([
            {"number": 1004, "name": "AcquireTokenForClient",
             "doc": "Acquires a token for the application, e.g. a daemon.", "owner": "Contoso"},
            {"number": 1007, "name": "contoso/silent:v2", "doc": "", "owner": "Contoso"},
            {"number": 740_015, "name": "Type",
             "doc": r#"Signs in | prompts, with "quotes" and \ too"#, "owner": "Contoso"},
        ])
    );
    let empty = Catalog::default().to_json();
    assert_eq!(serde_json::from_str::<Vec<()>>(&empty).unwrap(), []);
}

/// Ids written by hand, with texts that the derive would reject.
#[derive(Clone, Copy)]
struct ByHand;

impl ApiId for ByHand {
    type Owner = Self;
    const CATALOG: &'static [token_telemetry::api::ApiEntry] =
        &[token_telemetry::api::ApiEntry::new(
            Api::new(1, "a|b`c\\"),
            "line\nline\t\u{1}\\| \\\\| \u{2028}é\\",
            "O|O",
        )];

    fn api(self) -> Api {
        Self::CATALOG[0].api()
    }
}

#[test]
fn hand_written_ids_are_escaped() {
    let catalog = Catalog::of::<ByHand>();
    let markdown = catalog.to_markdown();
    let row = markdown.lines().nth(2).unwrap();
    assert_eq!(markdown.lines().count(), 3);
    assert_eq!(
        row,
        "| 1 | a\\|b`c\\\\ | line line  \\| \\\\\\| \u{2028}é\\\\ | O\\|O |"
    );
    let read: serde_json::Value = serde_json::from_str(&catalog.to_json()).unwrap();
    assert_eq!(read[0]["name"], "a|b`c\\");
    assert_eq!(read[0]["doc"], ByHand::CATALOG[0].doc());
}

/// Forwards any call, as a broker or a language bridge does.
#[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
async fn forward(telemetry: &Telemetry, asked: Option<Api>) -> Result<(), LabError> {
    if let Some(asked) = asked {
        Acquisition::current().record_api(asked);
    }
    Ok(())
}

#[test]
fn forwarder_records_api_in_body() {
    let (telemetry, recorder) = telemetry();
    block_on(forward(&telemetry, None)).unwrap();
    assert_eq!(only(&recorder).api(), LabApi::ForClient.api());

    block_on(forward(&telemetry, Some(Api::new(61, "BrowserSilent")))).unwrap();
    assert_eq!(only(&recorder).api(), Api::new(61, "BrowserSilent"));

    block_on(forward(
        &telemetry,
        Some(MsalNode::AcquireTokenSilent.into()),
    ))
    .unwrap();
    assert_eq!(only(&recorder).api().number(), 62);
}

#[test]
fn runtime_api_number_reaches_header() {
    #[acquire_token(api = LabApi::ForClient, telemetry = telemetry)]
    async fn forward_and_ask(telemetry: &Telemetry) -> Result<String, LabError> {
        Acquisition::current().record_api(MsalJava::AcquireTokenForClient);
        let mut request = Acquisition::current().token_request("https://login.example/token");
        let headers = request.take_headers();
        let current = headers.get("x-client-current-telemetry").unwrap();
        Ok(current.to_str().unwrap().to_owned())
    }
    let (telemetry, _recorder) = telemetry();
    let header = block_on(forward_and_ask(&telemetry)).unwrap();
    assert!(header.starts_with("5|729,"), "{header}");
}
