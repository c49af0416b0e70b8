//! Forms: what arrives was made by a page of ours for this very visitor, or it is refused.

use std::pin::Pin;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{failure::Failure, visit::Visit};

/// The fields of a form whose hidden field `csrf` proves where it came from.
pub(crate) struct Form<T>(pub(crate) T);

/// All fields of such a form in their order, where their names are not known beforehand.
pub(crate) type Fields = Vec<(String, String)>;

#[derive(Deserialize)]
struct Proof {
    csrf: String,
}

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visit = Visit::from_request(request, payload);
        // Bounded by the application's `PayloadConfig`.
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let visit = visit.await?;
            let body = body.await.map_err(|_too_large| Failure::BadForm)?;
            let proof: Proof =
                serde_urlencoded::from_bytes(&body).map_err(|_missing| Failure::StaleForm)?;
            if !visit.is_proof(&proof.csrf) {
                return Err(Failure::StaleForm);
            }
            serde_urlencoded::from_bytes(&body)
                .map(Self)
                .map_err(|_wrong| Failure::BadForm)
        })
    }
}

/// A path of this shop, to go to afterwards: whatever else a link says (another site's address, a path that
/// browsers take for one) becomes the home page.
pub(crate) fn local_path(asked: &str) -> &str {
    let plain = asked.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    if plain && asked.starts_with('/') && !asked.starts_with("//") {
        asked
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for kept in [
            "/",
            "/cart",
            "/search?q=th%C3%A9&sort=name",
            "/products/brie#details",
        ] {
            assert_eq!(local_path(kept), kept);
        }
        for refused in [
            "",
            "cart",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\tevil",
            "/\r\nSet-Cookie: a=b",
            " //evil.example",
        ] {
            assert_eq!(local_path(refused), "/", "{refused:?}");
        }
    }
}
