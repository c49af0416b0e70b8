//! Ports for the services.

use std::net::TcpListener;

use uuid::Uuid;

/// Below the ports that the system gives to outgoing connections: such a one must not take the port of a
/// service that was killed before the service is back.
pub(crate) fn free_ports(count: usize) -> Vec<u16> {
    let from = u16::from_be_bytes([Uuid::new_v4().as_bytes()[0], Uuid::new_v4().as_bytes()[0]]);
    let candidates = (0..10_000).map(|it| 20_000 + (from % 10_000 + it) % 10_000);
    let held: Vec<_> = candidates
        .filter_map(|port| TcpListener::bind(("127.0.0.1", port)).ok())
        .take(count)
        .collect();
    assert_eq!(held.len(), count, "free ports");
    held.iter()
        .map(|it| it.local_addr().expect("an address").port())
        .collect()
}
