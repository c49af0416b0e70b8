//! The extractors: a handler that takes one cannot be reached without a valid token.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, http::header, web};
use problem::Problem;
use uuid::Uuid;

use crate::{Identity, Refused, Role, Scope};

/// A user who is signed in.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user's id.
    pub user: Uuid,
    /// The session the token belongs to.
    pub session: Uuid,
    /// What the user may do.
    pub roles: Vec<Role>,
}

/// A user who runs the shop; anybody else is answered 403.
#[derive(Clone, Debug)]
pub struct Staff(pub Caller);

/// Another service of the shop.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its name.
    pub service: String,
    /// What its token is good for.
    scope: Scope,
}

impl Caller {
    /// The caller, if the request carries a token: for routes that guests may use too. A token that is
    /// there must be valid.
    pub async fn if_signed_in(request: &HttpRequest) -> Result<Option<Self>, Problem> {
        if request.headers().contains_key(header::AUTHORIZATION) {
            caller(request).await.map(Some)
        } else {
            Ok(None)
        }
    }
}

impl Peer {
    /// Fails unless the token was issued for `scope`.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.scope == scope {
            Ok(())
        } else {
            Err(Problem::forbidden())
        }
    }
}

type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { caller(&request).await })
    }
}

impl FromRequest for Staff {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = caller(&request).await?;
            if caller.roles.contains(&Role::Staff) {
                Ok(Self(caller))
            } else {
                Err(Problem::forbidden())
            }
        })
    }
}

impl FromRequest for Peer {
    type Error = Problem;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let claims = identity(&request)?
                .peer(bearer(&request)?)
                .await
                .map_err(refused)?;
            Ok(Self {
                service: claims.sub,
                scope: claims.scope,
            })
        })
    }
}

async fn caller(request: &HttpRequest) -> Result<Caller, Problem> {
    let claims = identity(request)?
        .user(bearer(request)?)
        .await
        .map_err(refused)?;
    Ok(Caller {
        user: claims.sub,
        session: claims.sid,
        roles: claims.roles,
    })
}

fn identity(request: &HttpRequest) -> Result<&web::Data<Identity>, Problem> {
    request
        .app_data::<web::Data<Identity>>()
        .ok_or_else(|| Problem::internal("this service has no identity"))
}

fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.strip_prefix("Bearer "))
        .ok_or_else(unauthenticated)
}

fn refused(refused: Refused) -> Problem {
    unauthenticated().detail(refused.to_string())
}

fn unauthenticated() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "unauthenticated",
        "Authentication required",
    )
}
