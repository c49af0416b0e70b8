//! Shopping carts, priced by the catalog.
