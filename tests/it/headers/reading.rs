//! Parsing of headers: values, and errors with their offset.

use std::time::Duration;

use http::HeaderValue;
use token_telemetry::entra::FieldText;
use token_telemetry::entra::read::{self, ReadError, Reason};
use token_telemetry::entra::{
    CurrentField, CurrentTelemetry, Dialect, FieldValue, LastTelemetry, MsalNetVersion,
    ReportedFailure,
};

use crate::support::prelude::*;

type Reader<T> = fn(&'static str) -> Result<Option<T>, ReadError>;

/// Asserts the reason and the offset of each error.
fn assert_faults<T: std::fmt::Debug>(read: Reader<T>, faults: &[(&'static str, Reason, usize)]) {
    for (value, reason, offset) in faults {
        assert_eq!(fault(read(value)), (*reason, *offset), "{value}");
    }
}

fn fault<T: std::fmt::Debug>(read: Result<T, ReadError>) -> (Reason, usize) {
    let error = read.unwrap_err();
    (error.reason(), error.offset())
}

#[test]
fn current_errors_have_reason_and_offset() {
    assert_faults(
        read::current,
        &[
            ("6|1,2|", Reason::UnknownSchema, 0),
            ("05|1,2,,,|", Reason::UnknownSchema, 0),
            ("|", Reason::MissingSegment, 1),
            ("5|1004,0,,,", Reason::MissingSegment, 11),
            ("5|1004,0,,,|0,1,1,,,|", Reason::ExtraSegment, 20),
            ("5|1004,0,,|0,1,1,,,", Reason::WrongFieldCount, 2),
            ("5|1004,0,,,,|0,1,1,,,", Reason::WrongFieldCount, 2),
            // A comma in a version makes seven fields, and the sixth is not a flag.
            ("5|1004,0,,,|0,1,1,41,3,2,", Reason::UnknownLayout, 12),
            ("5|1004,0,,,|lone", Reason::UnknownLayout, 12),
            ("3|1004,0,|,,0", Reason::UnknownLayout, 10),
        ],
    );
}

#[test]
fn last_errors_have_reason_and_offset() {
    assert_faults(
        read::last,
        &[
            ("1|0|||", Reason::UnknownSchema, 0),
            ("5|0||", Reason::MissingSegment, 5),
            ("5|0||||", Reason::ExtraSegment, 6),
            ("5|x|||", Reason::NotANumber, 2),
            ("5|007|||", Reason::NotANumber, 2),
            ("5||||", Reason::NotANumber, 2),
            ("5|0|30||", Reason::UnpairedFailure, 4),
            ("5|0|30,id,31|a|", Reason::UnpairedFailure, 10),
            ("5|0|30,id|a,b|", Reason::WrongCodeCount, 12),
            ("5|0|30,id,31,id|a|", Reason::WrongCodeCount, 16),
            ("5|0||a|", Reason::WrongCodeCount, 5),
        ],
    );
}

#[test]
fn other_errors_have_reason_and_offset() {
    assert_faults(
        read::extra_sku,
        &[
            ("a|1,|,|", Reason::WrongGroup, 7),
            ("a|1,|,|,|,|", Reason::WrongGroup, 10),
            ("a,|,|,|", Reason::WrongGroup, 1),
            ("a|1|2,|,|,|", Reason::WrongGroup, 3),
        ],
    );
    assert_faults(
        read::client_telemetry,
        &[
            ("2,0,0,,I", Reason::UnknownSchema, 0),
            ("1,0,0,I", Reason::WrongFieldCount, 0),
            ("1,0,0,,I,", Reason::WrongFieldCount, 0),
            ("1,0,a|b,,I", Reason::ExtraSegment, 5),
        ],
    );
    assert_faults(
        read::client_data,
        &[
            ("AAD%7Ca", Reason::MissingSegment, 7),
            ("a|b|c|d|e|f", Reason::ExtraSegment, 10),
            ("AAD%7Ca%7Cb%7C%zz%7C", Reason::BadEscape, 14),
            ("AAD%7Ca%7Cb%7C%7C%4", Reason::BadEscape, 17),
            ("AAD%7Ca%7Cb%7C%7C%ff", Reason::NotText, 17),
        ],
    );
}

#[test]
fn invalid_utf8_is_rejected() {
    let value = b"5|1004,\xff";
    assert_eq!(fault(read::current(value)), (Reason::NotText, 7));
    assert_eq!(fault(read::last(value)), (Reason::NotText, 7));
    let value = HeaderValue::from_bytes(value).unwrap();
    assert_eq!(fault(read::current(&value)), (Reason::NotText, 7));
}

#[test]
fn empty_value_is_none() {
    assert_eq!(read::current(""), Ok(None));
    assert_eq!(read::last(""), Ok(None));
    assert_eq!(read::extra_sku(""), Ok(None));
    assert_eq!(read::client_telemetry(""), Ok(None));
    assert_eq!(read::client_data(""), Ok(None));
}

#[test]
fn unknown_codes_are_numbers() {
    let current = read::current("5|1004,9,,7,8|0,1,12,,,").unwrap().unwrap();
    let telemetry = current.telemetry();
    assert_eq!(telemetry.cache_info(), None);
    for (field, number) in [
        (CurrentField::CacheInfo, 9),
        (CurrentField::RegionSource, 7),
        (CurrentField::RegionOutcome, 8),
        (CurrentField::TokenType, 12),
    ] {
        assert_eq!(telemetry.get(field), Some(&FieldValue::Number(number)));
    }
    let known = read::current("5|1004,3,,,|0,1,6,,,").unwrap().unwrap();
    assert_eq!(
        known.telemetry().cache_info(),
        Some(CacheRefreshReason::Expired)
    );
    let mtls = FieldValue::TokenType(TokenType::MtlsPop);
    assert_eq!(known.telemetry().get(CurrentField::TokenType), Some(&mtls));
}

#[test]
fn fields_after_the_longest_layout_are_kept() {
    let value = "5|1004,2,,,|0,1,1,,,1,new,newer";
    let current = read::current(value).unwrap().unwrap();
    let names: Vec<_> = current
        .platform()
        .iter()
        .map(read::ParsedField::name)
        .collect();
    assert_eq!(names[5..], [Some("is_managed_cert_used"), None, None]);
    assert_eq!(current.telemetry().extra().len(), 2);
    assert!(current.dialects().is_empty());
    assert_eq!(current.telemetry().render(&Dialect::default()), value);

    let value = "4|0|||1,1";
    let last = read::last(value).unwrap().unwrap();
    assert_eq!(last.telemetry().extra().len(), 2);
    assert_eq!(last.dialects(), [&Dialect::msal_apple()]);
    assert_eq!(last.telemetry().render(&Dialect::msal_apple()), value);
}

#[test]
fn text_after_blank_fields_keeps_its_comma() {
    let text = |text: &'static str| FieldText::new(text).unwrap();
    let current = CurrentTelemetry::new()
        .with(CurrentField::Api, 1_u32)
        .with_extra(text("more"));
    let dialect = Dialect::msal_net(MsalNetVersion::V4_23);
    assert_eq!(current.render(&dialect), "2|1,0|,,more");

    let failure = ReportedFailure::new(1_u32, text("id"), text("code"));
    let last = LastTelemetry::new(0)
        .with_failure(failure)
        .with_extra(text("more"));
    let dialect = Dialect::msal_net(MsalNetVersion::V4_19);
    assert_eq!(last.render(&dialect), "2|0|1,id|code|,more");
}

#[test]
fn comma_in_free_text_is_an_error() {
    let value = "5|61,0,,,|sku,1.0,broker_error=a,b";
    assert_eq!(fault(read::current(value)), (Reason::UnknownLayout, 10));
    assert_eq!(
        fault(Dialect::msal_browser().read_current(value)),
        (Reason::UnknownLayout, 10)
    );
    let value = "5|0|||0";
    assert_eq!(fault(read::last(value)), (Reason::UnknownLayout, 6));
    assert_eq!(
        fault(Dialect::msal_node().read_last(value)),
        (Reason::UnknownLayout, 6)
    );
}

#[test]
fn header_lists_matching_dialects() {
    let names = |value| -> Vec<&str> {
        let current = read::current(value).unwrap().unwrap();
        current
            .dialects()
            .iter()
            .map(|dialect| dialect.name())
            .collect()
    };
    assert_eq!(names("5|1004,2,,,|0,1,1,,,"), ["default", "MSAL.NET 4.82"]);
    assert_eq!(names("5|771,2,,,|,"), ["msal-node", "msal-browser"]);
    assert_eq!(names("5|729,,,0,0|"), ["msal4j"]);
    assert_eq!(names("4|30,0|iPhone14,5"), ["msal-apple"]);
    assert_eq!(names("4|730,2|"), ["msal-python", "msal-apple"]);
    assert_eq!(names("3|1007,0,1|,,1,,,,1"), ["MSAL.NET 4.26"]);
    assert_eq!(names("2|21,1|2,,,,,,,1,0,1,1,0,0"), ["msal-android"]);
}

#[test]
fn regions_belong_to_their_failures() {
    let id = "ad8c894a-557f-48c0-b045-c129590c344e";
    let value = format!("4|0|1004,{id},1005,{id}|one,two|westus,2,,");
    let last = read::last(&value).unwrap().unwrap();
    let [one, two] = last.telemetry().failures() else {
        panic!("{last:?}");
    };
    let westus = FieldValue::from(FieldText::new("westus").unwrap());
    assert_eq!(one.get(CurrentField::RegionDetected), Some(&westus));
    assert_eq!(two.get(CurrentField::RegionDetected), None);
    assert_eq!(
        one.correlation_id(),
        &FieldValue::RequestId(id.parse().unwrap())
    );
    assert_eq!(
        last.telemetry()
            .render(&Dialect::msal_net(MsalNetVersion::V4_28)),
        value
    );
}

#[test]
fn id_in_another_spelling_stays_text() {
    for odd in ["AD8C894A-557F-48C0-B045-C129590C344E", "not-a-guid", "1"] {
        let value = format!("4|0|730,{odd}|a|");
        let last = read::last(&value).unwrap().unwrap();
        let text = FieldValue::from(FieldText::new(odd).unwrap());
        assert_eq!(last.telemetry().failures()[0].correlation_id(), &text);
        assert_eq!(last.telemetry().render(&Dialect::msal_python()), value);
    }
}

#[test]
fn response_headers_are_typed() {
    let telemetry = read::client_telemetry("1,50171,123,255.5,I")
        .unwrap()
        .unwrap();
    assert_eq!(telemetry.error(), Some(&FieldValue::Number(50171)));
    assert_eq!(telemetry.suberror(), Some(&FieldValue::Number(123)));
    assert_eq!(telemetry.token_age(), Some(Duration::from_micros(255_500)));
    assert_eq!(telemetry.ring(), Some("I"));

    let odd = read::client_telemetry("1,1.2,,NaN,").unwrap().unwrap();
    assert_eq!(odd.error().unwrap().to_string(), "1.2");
    assert_eq!((odd.suberror(), odd.ring()), (None, None));
    assert_eq!((odd.token_age(), odd.token_age_text()), (None, Some("NaN")));

    for value in ["MSA|e|s|cloud%41|none", "MSA%7Ce%7Cs%7ccloud%2541%7cnone"] {
        let data = read::client_data(value).unwrap().unwrap();
        assert_eq!(data.account_type(), Some("MSA"));
        assert_eq!((data.error(), data.suberror()), (Some("e"), Some("s")));
        assert_eq!(
            (data.cloud_instance(), data.data_boundary()),
            (Some("cloud%41"), Some("none"))
        );
    }
}

#[test]
fn longest_garbage_does_not_panic() {
    let filled = |start: &str, fields: &str, end: &str| {
        let room = read::MAX_LEN - start.len() - end.len();
        format!("{start}{}{end}", fields.repeat(room / fields.len()))
    };
    let failed = "1,1,".repeat(2_700);
    let codes = "x,".repeat(2_700);
    for garbage in [
        filled("", "|", ""),
        filled("4|1,0|", "a,", ""),
        filled("5|1,0,,,|", "0,1,1,,,,", ""),
        filled("5|", "1,", "|"),
        filled("4|0|||", "1,", ""),
        format!("4|0|{failed}1,1|{codes}x|"),
        filled("", "|,", ""),
        filled("", "%7C", ""),
        filled("", "%", ""),
        filled("", "%41", ""),
        filled("", "1,", ""),
    ] {
        assert!((read::MAX_LEN - 300..=read::MAX_LEN).contains(&garbage.len()));
        let _read = (
            read::current(&garbage).is_ok(),
            read::last(&garbage).is_ok(),
        );
        let _read = (
            read::extra_sku(&garbage).is_ok(),
            read::client_data(&garbage).is_ok(),
        );
        assert!(read::client_telemetry(&garbage).is_err());
    }
}

#[test]
fn too_long_values_are_rejected() {
    let fits = format!("5|0|||{}", ",".repeat(read::MAX_LEN - 6));
    assert_eq!(fits.len(), read::MAX_LEN);
    assert!(read::last(&fits).is_ok());
    let long = format!("{fits},");
    let too_long = (Reason::TooLong, read::MAX_LEN);
    assert_eq!(fault(read::last(&long)), too_long);
    assert_eq!(fault(read::current(&long)), too_long);
    assert_eq!(fault(read::extra_sku(&long)), too_long);
    assert_eq!(fault(read::client_telemetry(&long)), too_long);
    assert_eq!(fault(read::client_data(&long)), too_long);
    assert_eq!(fault(Dialect::default().read_last(&long)), too_long);
    assert_eq!(fault(Dialect::default().read_current(&long)), too_long);
    let message = read::last(&long).unwrap_err().to_string();
    assert_eq!(message, "value is too long, expected its end at byte 16384");
}
