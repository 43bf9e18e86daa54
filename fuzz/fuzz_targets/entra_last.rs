//! Parsers of `x-client-last-telemetry`: no panics, offsets within the value, stable rendering.

#![no_main]

use libfuzzer_sys::fuzz_target;
use token_telemetry::entra::{Dialect, read};

fuzz_target!(|value: &[u8]| {
    match read::last(value) {
        Err(error) => assert!(error.offset() <= value.len()),
        Ok(None) => assert!(value.is_empty()),
        Ok(Some(last)) => {
            for dialect in last.dialects() {
                let parsed = dialect.read_last(value).expect("the dialect matches");
                assert_eq!(parsed.expect("not empty").render(dialect).as_bytes(), value);
            }
        }
    }
    // Pick one dialect per input, whether the value matches it or not.
    let presets = Dialect::presets();
    let any = value.iter().fold(0, |sum, byte| sum + usize::from(*byte));
    let dialect = &presets[any % presets.len()];
    if let Ok(Some(parsed)) = dialect.read_last(value) {
        let written = parsed.render(dialect);
        assert_eq!(dialect.read_last(&written), Ok(Some(parsed)));
    }
});
