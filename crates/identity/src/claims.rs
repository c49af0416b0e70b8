//! What is in a token.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The `iss` of every token in this shop.
pub const ISSUER: &str = "comptoir-auth";
/// The `aud` of users' access tokens; a service token's is the service that it is for.
pub const AUDIENCE: &str = "comptoir";

/// What a user may do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Buys things.
    Customer,
    /// Runs the shop.
    Staff,
}

/// What a service may ask of another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read prices and availability (at catalog).
    Products,
    /// Reserve, commit, release and return stock (at catalog).
    Stock,
    /// Read and clear a member's cart (at cart).
    Carts,
    /// Authorise, capture, void and refund (at payment).
    Payments,
    /// Follow the revocation feed (at auth).
    Revocations,
    /// Record what an audit found (at order).
    Audits,
}

/// A user's access token.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct UserClaims {
    /// Who issued the token.
    pub iss: String,
    /// Whom it is for: [`AUDIENCE`].
    pub aud: String,
    /// The user's id.
    pub sub: Uuid,
    /// The session it belongs to; ending the session revokes it.
    pub sid: Uuid,
    /// What the user may do.
    pub roles: Vec<Role>,
    /// When it was issued, in Unix seconds.
    pub iat: i64,
    /// When it ends, in Unix seconds.
    pub exp: i64,
}

/// A service's token for another service.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ServiceClaims {
    /// Who issued the token.
    pub iss: String,
    /// The service it is for.
    pub aud: String,
    /// The service that calls.
    pub sub: String,
    /// What it may ask for.
    pub scope: Scope,
    /// When it was issued, in Unix seconds.
    pub iat: i64,
    /// When it ends, in Unix seconds.
    pub exp: i64,
}
