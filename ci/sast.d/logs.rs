fn bad(user: &User, card: &Card, password: &SecretString) {
    // ruleid: personal-data-in-a-log
    tracing::info!(email = %user.email, "signed in");
    // ruleid: personal-data-in-a-log
    tracing::warn!(%user.email, "a wrong password");
    // ruleid: personal-data-in-a-log
    warn!(?card, "declined");
    // ruleid: personal-data-in-a-log
    tracing::debug!("asked with {refresh_token}");
    // ruleid: personal-data-in-a-log
    tracing::info!("signed in: {}", user.email);
    // ruleid: personal-data-in-a-log
    let span = info_span!("login", client.address = %peer);
    // ruleid: personal-data-in-a-log
    let span = info_span!("login", password);
    // ruleid: personal-data-in-a-log
    tracing::error!(
        user = %user.id,
        to = %order.shipping_address.city,
        "cannot ship"
    );
    // ruleid: secret-exposed-to-text
    let line = format!("password={}", password.expose_secret());
    // ruleid: secret-exposed-to-text
    panic!("{} is wrong", password.expose_secret());
}

fn good(user: &User, session: &Session, staff: &Staff, password: &SecretString) {
    // ok: personal-data-in-a-log
    tracing::info!(user = %user.id, "signed in");
    // ok: personal-data-in-a-log
    tracing::warn!(session = %session.id, "a refresh token came twice; the session was ended");
    // ok: personal-data-in-a-log
    tracing::warn!("an e-mail address is in use, whose password was wrong");
    // ok: personal-data-in-a-log
    tracing::warn!(%error, "a card could not be added");
    // ok: personal-data-in-a-log
    tracing::warn!(%error, "the address, or the card, was refused");
    // ok: personal-data-in-a-log
    tracing::info!(method = %card.id, "a card was added");
    // ok: personal-data-in-a-log
    let span = info_span!("call", server.address = url.host_str(), server.port = url.port());
    // ok: secret-exposed-to-text
    let hash = digest(&SHA256, password.expose_secret().as_bytes());
    if long {
        // ok: secret-exposed-to-text
        Err(garde::Error::new(format!("is longer than {limit}")))
    } else {
        Ok(password.expose_secret().to_owned())
    }
}
