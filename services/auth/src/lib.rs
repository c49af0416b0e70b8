//! Users, sessions, signing keys: the only signer of tokens.
