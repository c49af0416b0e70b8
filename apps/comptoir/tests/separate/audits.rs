//! Audits on record, where the services are processes of their own.

use serde_json::json;

use crate::{harness::House, people::Person};

#[tokio::test]
async fn staff_see_what_the_operators_audit_found() {
    let house = House::open("audits").await;
    let staff = Person::staff(&house).await.front;
    let list = "/api/orders/admin/audits";
    assert_eq!(staff.get(list).await.expect(200).body["items"], json!([]));

    let report = house.audit().await;
    let recorded = staff.get(list).await.expect(200).body;
    assert_eq!(recorded["items"].as_array().expect("a list").len(), 1);
    let recorded = &recorded["items"][0];
    assert_eq!(recorded["clean"], true);
    // The database counts in microseconds.
    let finished_at = recorded["finished_at"].as_str().expect("a time");
    let at = report["at"].as_str().expect("a time");
    assert!(at.starts_with(finished_at.trim_end_matches('Z')), "{at}");
    for (recorded, found) in recorded["invariants"]
        .as_array()
        .expect("a list")
        .iter()
        .zip(report["invariants"].as_array().expect("a list"))
    {
        assert_eq!(recorded["name"], found["invariant"]);
        assert_eq!(recorded["promise"], found["promise"]);
        assert_eq!(recorded["violations"], 0);
    }
    assert_eq!(recorded["invariants"].as_array().expect("a list").len(), 5);
}
