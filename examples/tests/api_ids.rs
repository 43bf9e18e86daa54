//! The one line that keeps an SDK's API ids what they were.

use token_telemetry::test_util::assert_api_ids_locked;
use token_telemetry_examples::contoso::ContosoApi;

#[test]
fn the_api_ids_of_contoso_are_what_they_were() {
    assert_api_ids_locked::<ContosoApi>("api-ids.lock");
}
