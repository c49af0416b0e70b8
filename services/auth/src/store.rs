//! All of this service's SQL.
//!
//! Every function is one statement and takes an executor, so that a caller can put several into one
//! transaction.

pub(crate) mod addresses;
pub(crate) mod keys;
pub(crate) mod revocations;
pub(crate) mod sessions;
pub(crate) mod users;
