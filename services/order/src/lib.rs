//! Checkout, order life, returns.
