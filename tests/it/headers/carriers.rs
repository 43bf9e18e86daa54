//! Headers or form fields, as the dialect decides; sending both is always safe.

use token_telemetry::entra::{Carrier, Dialect};

use super::{Ending, Sent, fail, noting, of, speaking};

use crate::support::prelude::*;

#[test]
fn values_use_the_carrier_of_the_dialect() {
    for dialect in Dialect::presets() {
        let sent = noting(&speaking(*dialect), || ());
        let in_form = dialect.carrier() == Carrier::Form;
        assert_eq!(sent.headers.is_empty(), in_form, "{}", dialect.name());
        assert_eq!(sent.form.is_empty(), !in_form, "{}", dialect.name());
    }
}

#[test]
fn form_fields_keep_the_library_spelling() {
    let Sent { form, .. } = noting(&speaking(Dialect::msal_node()), || {
        Acquisition::current().record_wrapper("@azure/msal-react", "5.0.1");
        Acquisition::current().set_correlation_id("ad8c894a-557f-48c0-b045-c129590c344e");
    });
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, &**value)).collect();
    assert_eq!(
        form,
        [
            ("x-client-SKU", "Lab.Auth"),
            ("x-client-VER", "1.2.3"),
            ("x-client-OS", "linux"),
            ("x-client-CPU", "x64"),
            ("client-request-id", "ad8c894a-557f-48c0-b045-c129590c344e"),
            (
                "x-client-current-telemetry",
                "5|1004,0,,,|@azure/msal-react,5.0.1"
            ),
            ("x-client-last-telemetry", "5|0|||0,0"),
        ]
    );
}

#[test]
fn form_fields_are_acknowledged_like_headers() {
    let telemetry = of(Telemetry::builder().dialect(Dialect::msal_browser()));
    fail(&telemetry, Ending::Responded(503, "server_error"));
    let sent = noting(&telemetry, || ());
    assert!(sent.last().unwrap().ends_with("|server_error|1,0"));
    assert_eq!(telemetry.pending_failures(), []);
}
