//! What the services' tests share: an authority that signs tokens, good and bad, and a client.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod authority;
mod client;
mod document;

pub use authority::{Authority, User};
pub use client::{Answer, Client};
pub use document::assert_committed;
