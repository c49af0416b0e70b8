//! Cards as tokens, payments and refunds through a gateway.
