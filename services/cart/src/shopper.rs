//! Whose cart it is: the extractor that every public route takes.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use aws_lc_rs::{
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::Caller;
use problem::Problem;
use uuid::Uuid;

use crate::error::CartError;

/// The header that carries a guest's token.
pub(crate) const CART_TOKEN: &str = "x-cart-token";

/// The member who is signed in, or else a guest, who may not have a token yet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shopper {
    Member(Uuid),
    Guest(Option<TokenHash>),
}

/// What is stored of a guest's token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TokenHash([u8; 32]);

/// A guest's token, as it is given to the guest.
pub(crate) struct GuestToken([u8; 32]);

impl Shopper {
    pub(crate) fn user(&self) -> Option<Uuid> {
        match self {
            Self::Member(user) => Some(*user),
            Self::Guest(_) => None,
        }
    }

    pub(crate) fn token_hash(&self) -> Option<&[u8]> {
        match self {
            Self::Guest(Some(hash)) => Some(hash.as_bytes()),
            Self::Member(_) | Self::Guest(None) => None,
        }
    }
}

impl FromRequest for Shopper {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            // A token that has ended is answered 401: a member is never taken for a guest.
            let caller = Caller::if_signed_in(&request).await?;
            Ok(match caller {
                Some(caller) => Self::Member(caller.user),
                None => Self::Guest(TokenHash::of_request(&request)),
            })
        })
    }
}

impl TokenHash {
    /// None where there is no token, or none that this service could have given.
    pub(crate) fn of_request(request: &HttpRequest) -> Option<Self> {
        let text = request.headers().get(CART_TOKEN)?.to_str().ok()?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        Some(GuestToken(bytes).hash())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl GuestToken {
    pub(crate) fn draw() -> Result<Self, CartError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_unspecified| CartError::Random)?;
        Ok(Self(bytes))
    }

    pub(crate) fn hash(&self) -> TokenHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &self.0).as_ref());
        TokenHash(hash)
    }

    pub(crate) fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}
