//! The web shop: the only place with HTML.
