//! Keyset pages: a cursor says after what the next page begins.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::CatalogError;

/// How many items a page may have.
pub(crate) const LIMIT: std::ops::RangeInclusive<u16> = 1..=100;
/// How many it has where the client does not say.
pub(crate) const DEFAULT_LIMIT: u16 = 24;
/// No cursor of ours is longer.
const CURSOR_LENGTH: usize = 2048;

/// The limit that was asked for, checked.
pub(crate) fn limit(asked: Option<u16>) -> Result<u16, CatalogError> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    if LIMIT.contains(&limit) {
        Ok(limit)
    } else {
        Err(CatalogError::invalid("limit", "must be 1 to 100"))
    }
}

/// A position in a list, as clients see it: opaque.
pub(crate) fn encode(position: &impl Serialize) -> String {
    // A position is a plain struct of ours, which always has a JSON form.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

/// The position that a client gives back. What it holds is not trusted with anything but where to
/// begin.
pub(crate) fn decode<T: DeserializeOwned>(cursor: &str) -> Result<T, CatalogError> {
    if cursor.len() > CURSOR_LENGTH {
        return Err(CatalogError::BadCursor);
    }
    let json = URL_SAFE_NO_PAD
        .decode(cursor)
        .map_err(|_not_ours| CatalogError::BadCursor)?;
    serde_json::from_slice(&json).map_err(|_not_ours| CatalogError::BadCursor)
}

/// Cuts the one item too many that was read to see whether there is a next page, and says where that
/// page begins.
pub(crate) fn cut<T>(
    items: &mut Vec<T>,
    limit: u16,
    position: impl FnOnce(&T) -> String,
) -> Option<String> {
    if items.len() <= usize::from(limit) {
        return None;
    }
    items.truncate(limit.into());
    items.last().map(position)
}
