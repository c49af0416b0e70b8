//! The shop on separate binaries and a PostgreSQL server, as it is deployed: whole journeys, crashes, races,
//! and who may do what. `DATABASE_URL` names the server; `ci/test -p comptoir --test separate` brings one.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test has figures to report"
)]

mod audits;
mod checkout;
mod collector;
mod crash;
mod front;
mod harness;
mod journey;
mod ledger;
mod ownership;
mod people;
mod ports;
mod races;
mod random;
mod revocation;
mod secrets;
mod stock;
mod traces;
