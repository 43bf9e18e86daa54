//! The readers of `x-client-current-telemetry`: no panic, faults inside the value, writing is stable.

#![no_main]

use libfuzzer_sys::fuzz_target;
use token_telemetry::entra::{Dialect, read};

fuzz_target!(|value: &[u8]| {
    match read::current(value) {
        Err(error) => assert!(error.offset() <= value.len()),
        Ok(None) => assert!(value.is_empty()),
        Ok(Some(current)) => {
            for dialect in current.dialects() {
                let own = dialect
                    .read_current(value)
                    .expect("it could be of the dialect");
                assert_eq!(own.expect("not empty").render(dialect).as_bytes(), value);
            }
        }
    }
    // One dialect for each input, whether the value fits it or not.
    let presets = Dialect::presets();
    let any = value.iter().fold(0, |sum, byte| sum + usize::from(*byte));
    let dialect = &presets[any % presets.len()];
    if let Ok(Some(read)) = dialect.read_current(value) {
        let written = read.render(dialect);
        assert_eq!(dialect.read_current(&written), Ok(Some(read)));
    }
});
