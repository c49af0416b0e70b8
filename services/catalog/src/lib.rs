//! Products, stock and reservations.
