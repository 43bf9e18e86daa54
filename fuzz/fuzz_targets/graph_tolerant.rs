//! Tolerant parser of `SdkVersion`: repairs only rejected values, and the result is valid.

#![no_main]

use libfuzzer_sys::fuzz_target;
use token_telemetry::graph::read;

fuzz_target!(|value: &[u8]| {
    let strict = read::recipient(value);
    match read::tolerant(value) {
        Ok(read) => {
            assert_eq!(strict.is_err(), !read.repairs.is_empty());
            let written = read.elements.to_bytes();
            if written.len() <= read::MAX_LEN {
                assert_eq!(read::recipient(&written).as_ref(), Ok(&read.elements));
            }
        }
        Err(error) => {
            assert!(strict.is_err());
            assert!(error.offset() <= value.len());
        }
    }
});
