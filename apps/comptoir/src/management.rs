//! Where a running shop takes its operator's questions: on loopback, from whoever can read its folder.

use std::net::TcpListener;

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::{StatusCode, header},
    post, web,
};
use anyhow::Context as _;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use problem::Problem;
use url::Url;

use crate::{audit::Options, auditor::Auditor};

/// The listener while it is open.
#[derive(Debug)]
pub(crate) struct Management {
    handle: ServerHandle,
    url: Url,
}

struct State {
    token: String,
    auditor: Auditor,
}

/// Opens it on a free port. The questions are answered over the services' own pools: an embedded
/// database has no other connection to give.
pub(crate) fn open(token: String, auditor: Auditor) -> anyhow::Result<Management> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("cannot listen on loopback")?;
    let url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
    let state = web::Data::new(State { token, auditor });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(problem::json_config())
            .service(post_audit)
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(listener)?
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(Management { handle, url })
}

impl Management {
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) async fn stop(self) {
        self.handle.stop(true).await;
    }
}

#[post("/audit")]
async fn post_audit(
    state: web::Data<State>,
    request: HttpRequest,
    options: web::Json<Options>,
) -> Result<HttpResponse, Problem> {
    let token = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|it| it.as_bytes().strip_prefix(b"Bearer "))
        .unwrap_or_default();
    if verify_slices_are_equal(token, state.token.as_bytes()).is_err() {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "The token is not this shop's",
        ));
    }
    let report = state
        .auditor
        .audit(&options)
        .await
        .map_err(|error| Problem::internal(error.into_boxed_dyn_error()))?;
    Ok(HttpResponse::Ok().json(report))
}
