//! Locks the API ids of an SDK with one line.

use token_telemetry::test_util::assert_api_ids_locked;
use token_telemetry_examples::contoso::ContosoApi;

#[test]
fn api_ids_are_locked() {
    assert_api_ids_locked::<ContosoApi>("api-ids.lock");
}
