//! Why a region could not be detected: on the record, without a text, and in no header.

use token_telemetry::entra::{Dialect, MsalNetVersion};
use token_telemetry::region::{
    LegacyRegionSource, RegionAutodetectionError, RegionAutodetectionSource, RegionOutcome,
};

use crate::headers::{noting, speaking};
use crate::support::prelude::*;

fn undetected() -> Region {
    Region::not_used().with_outcome(RegionOutcome::FallbackToGlobal)
}

fn region_error(region: Region) -> Option<RegionAutodetectionError> {
    record_of(|| Acquisition::current().record_region(region)).region_error()
}

#[test]
fn error_on_record() {
    assert_eq!(region_error(undetected()), None);
    for &error in RegionAutodetectionError::ALL {
        let region = undetected().with_autodetection_error(error);
        assert_eq!(region_error(region), Some(error));
    }
}

#[test]
fn error_of_unanswered_request() {
    for (failure, error) in [
        (TransportError::Timeout, RegionAutodetectionError::Timeout),
        (
            TransportError::Connect,
            RegionAutodetectionError::Unreachable,
        ),
        (TransportError::Other, RegionAutodetectionError::Unreachable),
    ] {
        let region = undetected().with_autodetection_error(failure);
        assert_eq!(region_error(region), Some(error), "{failure:?}");
    }
}

#[test]
fn error_beside_a_configured_region() {
    let region = Region::used("westus2")
        .with_outcome(RegionOutcome::UserProvidedAutodetectionFailed)
        .with_autodetection_error(RegionAutodetectionError::ErrorStatus);
    assert_eq!(region.name(), Some("westus2"));
    assert_eq!(
        region_error(region),
        Some(RegionAutodetectionError::ErrorStatus)
    );
}

#[test]
fn error_means_failed_detection() {
    let region = Region::not_used().with_autodetection_error(RegionAutodetectionError::Timeout);
    assert_eq!(
        region.autodetection_source(),
        Some(RegionAutodetectionSource::FailedAutoDiscovery)
    );
    assert_eq!(
        region.legacy_source(),
        Some(LegacyRegionSource::FailedAutoDiscovery)
    );
    let set = region.with_autodetection_source(RegionAutodetectionSource::None);
    assert_eq!(
        set.autodetection_source(),
        Some(RegionAutodetectionSource::None)
    );
}

/// Old and new schemas say that the detection failed, and never why.
#[test]
fn headers_do_not_show_the_error() {
    let sent = |dialect: Dialect, region: Region| {
        let telemetry = speaking(dialect);
        noting(&telemetry, || Acquisition::current().record_region(region)).current()
    };
    let failed = undetected()
        .with_autodetection_source(RegionAutodetectionSource::FailedAutoDiscovery)
        .with_legacy_source(LegacyRegionSource::FailedAutoDiscovery);
    for dialect in [Dialect::default(), Dialect::msal_net(MsalNetVersion::V4_28)] {
        let expected = sent(dialect, failed.clone());
        for &error in RegionAutodetectionError::ALL {
            let region = undetected().with_autodetection_error(error);
            assert_eq!(sent(dialect, region), expected, "{error}");
        }
    }
}
