//! `SERVICE healthcheck`: whether the service beside it is ready, for a container that has neither a shell
//! nor another program to ask with.

use std::{
    ffi::OsString,
    io::{BufRead as _, BufReader, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use clap::Parser;

use crate::Http;

/// Asks a service that runs with the same configuration whether it is ready; exits 0 if it is.
#[derive(Parser)]
#[command(name = "healthcheck")]
struct Healthcheck<const PORT: u16> {
    #[command(flatten)]
    http: Http<PORT>,
}

/// The service has two seconds for its own database, and this is asked every few seconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// What came of it, if the command line asks for a check of a service whose port is `PORT`.
pub fn healthcheck<const PORT: u16>(
    arguments: impl IntoIterator<Item = OsString>,
) -> Option<anyhow::Result<()>> {
    let arguments = arguments.into_iter().skip(1).collect::<Vec<_>>();
    if arguments.first().is_none_or(|it| it != "healthcheck") {
        return None;
    }
    let Healthcheck { http } = Healthcheck::<PORT>::parse_from(arguments);
    Some(ask(http.management_listen))
}

/// Asks whoever listens there.
fn ask(mut address: SocketAddr) -> anyhow::Result<()> {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("nobody listens on {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut status = String::new();
    BufReader::new(stream)
        .read_line(&mut status)
        .with_context(|| format!("no answer from {address}"))?;
    ensure!(
        status.starts_with("HTTP/1.1 200 "),
        "not ready: {}",
        status.trim()
    );
    Ok(())
}
