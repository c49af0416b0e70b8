//! All of the catalog's SQL.
//!
//! Every function is one statement and takes an executor; transactions are opened by the use cases.

pub(crate) mod categories;
pub(crate) mod products;
pub(crate) mod reservations;
pub(crate) mod search;
pub(crate) mod seed;
pub(crate) mod stock;
