//! Parsers of `x-client-xtra-sku`, `x-ms-clitelem`, and `x-ms-clientdata`: no panics, offsets within the value.

#![no_main]

use libfuzzer_sys::fuzz_target;
use token_telemetry::entra::read;

fuzz_target!(|value: &[u8]| {
    let (telemetry, data) = (read::client_telemetry(value), read::client_data(value));
    let faults = [telemetry.as_ref().err(), data.as_ref().err()];
    for error in faults.into_iter().flatten() {
        assert!(error.offset() <= value.len());
    }
    if let Ok(Some(telemetry)) = &telemetry {
        let _age = telemetry.token_age();
        assert!(telemetry.ring().is_none_or(|ring| !ring.contains(',')));
    }
    if let Ok(Some(data)) = &data {
        assert!(
            data.account_type()
                .is_none_or(|text| text.len() <= value.len())
        );
    }
    match read::extra_sku(value) {
        Err(error) => assert!(error.offset() <= value.len()),
        Ok(None) => assert!(value.is_empty()),
        Ok(Some(extra)) => assert_eq!(extra.to_string().as_bytes(), value),
    }
});
