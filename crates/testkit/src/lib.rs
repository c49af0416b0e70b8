//! What the services' tests share: an authority that signs tokens, good and bad, a client, and a browser.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod authority;
mod browser;
mod client;
mod document;

pub use authority::{Authority, User};
pub use browser::{Browser, Page};
pub use client::{Answer, Client};
pub use document::assert_committed;
