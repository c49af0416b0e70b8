fn bad(name: &str, typed: String) {
    // ruleid: certificate-not-verified
    let client = builder.danger_accept_invalid_certs(true);
    // ruleid: certificate-not-verified
    let options = options.ssl_mode(PgSslMode::Disable);
    // ruleid: client-without-deadline
    let client = reqwest::Client::new();
    // ruleid: client-without-deadline
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()?;
    let other = upstream::client(&base, deadline).timeout(deadline);
    // ruleid: program-by-shell
    Command::new("sh").arg("-c").arg(format!("convert {name}"));
    // ruleid: page-with-raw-html
    let page = html! { p { (PreEscaped(typed)) } };
    // ruleid: page-with-raw-html
    let page = PreEscaped(format!("<p>{typed}</p>"));
    // ruleid: queue-without-bound
    let (tx, rx) = mpsc::unbounded_channel();
    // ruleid: queue-without-bound
    let (tx, rx) = mpsc::unbounded_channel::<Message>();
    // ruleid: thread-blocked
    std::thread::sleep(Duration::from_secs(1));
    // ruleid: cookie-within-reach
    let cookie = Cookie::build("visit", value).secure(true).same_site(SameSite::Lax).finish();
    // ruleid: cookie-within-reach
    let cookie = Cookie::build("visit", value).http_only(true).secure(false).same_site(SameSite::Lax).finish();
    // ruleid: cookie-within-reach
    let cookie = Cookie::new("visit", value);
}

fn good(base: &Url, deadline: Duration) {
    // ok: client-without-deadline
    let client = upstream::client(base, deadline).build()?;
    // ok: client-without-deadline
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(1))
        .timeout(deadline)
        .build()?;
    // ok: certificate-not-verified
    let options = options.ssl_mode(PgSslMode::VerifyFull);
    // ok: program-by-shell
    Command::new("kill").args(["-TERM", &pid]);
    // ok: page-with-raw-html
    let mark = PreEscaped("<!-- a constant -->");
    // ok: page-with-raw-html
    let style = PreEscaped(include_str!("page.css"));
    // ok: queue-without-bound
    let (tx, rx) = mpsc::channel(100);
    // ok: thread-blocked
    tokio::time::sleep(deadline).await;
    // ok: cookie-within-reach
    let cookie = Cookie::build("visit", value)
        .http_only(true)
        .secure(self.https)
        .same_site(SameSite::Lax)
        .finish();
}
