//! Who is at the other end of the line.

use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};
use problem::Problem;

use crate::Auth;

/// The address and the name of what sent a request.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) address: IpAddr,
    /// Shortened: enough to recognise a device by.
    pub(super) user_agent: Option<String>,
}

const USER_AGENT: usize = 200;

impl FromRequest for Client {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let trusted = request
            .app_data::<web::Data<Auth>>()
            .is_some_and(|it| it.trust_forwarded_for);
        let forwarded = trusted.then(|| forwarded_for(request)).flatten();
        let peer = request.peer_addr().map(|it| it.ip());
        ready(Ok(Self {
            // Without any, they all count as one.
            address: forwarded
                .or(peer)
                .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            user_agent: request
                .headers()
                .get(header::USER_AGENT)
                .and_then(|it| it.to_str().ok())
                .map(|it| it.chars().take(USER_AGENT).collect()),
        }))
    }
}

/// The last entry: the one that our own proxy wrote. Those before it are whatever the client says.
fn forwarded_for(request: &HttpRequest) -> Option<IpAddr> {
    let header = request.headers().get_all("x-forwarded-for").last()?;
    let entry = header.to_str().ok()?.rsplit(',').next()?.trim();
    let with_port = || entry.parse::<SocketAddr>().map(|it| it.ip());
    entry.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_the_last_proxy_is_believed() {
        let of = |headers: &[&str]| {
            let request = headers.iter().fold(TestRequest::default(), |it, header| {
                it.append_header(("x-forwarded-for", *header))
            });
            forwarded_for(&request.to_http_request()).map(|it| it.to_string())
        };
        assert_eq!(of(&["192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(of(&["10.0.0.1, 192.0.2.2"]).as_deref(), Some("192.0.2.2"));
        assert_eq!(of(&["10.0.0.1", "192.0.2.3"]).as_deref(), Some("192.0.2.3"));
        assert_eq!(of(&["[2001:db8::1]:443"]).as_deref(), Some("2001:db8::1"));
        assert_eq!(of(&["unknown"]), None);
        assert_eq!(of(&[]), None);
    }
}
