//! All the SQL of the service. Functions here are one statement each; transactions are opened by the use
//! cases.

pub(crate) mod audits;
pub(crate) mod orders;
pub(crate) mod outbox;
pub(crate) mod returns;
pub(crate) mod summary;
