//! The shop that is tested, and the refusal to test somebody else's.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::net::lookup_host;
use url::Url;

/// Where requests go, with the client that sends them.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) base: Url,
    pub(crate) http: reqwest::Client,
}

/// Shorter than the five seconds after which the services close a connection that nobody uses.
const IDLE: Duration = Duration::from_secs(4);

impl Target {
    /// Looks the name up once: what was allowed is what is asked, whatever the name says later.
    pub(crate) async fn new(base: &Url, deadline: Duration, is_mine: bool) -> anyhow::Result<Self> {
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            bail!("{base} is not an address of a shop");
        }
        let host = base.host_str().context("the address has no host")?;
        let port = base
            .port_or_known_default()
            .context("the address has no port")?;
        let host = host.trim_matches(['[', ']']);
        let addresses: Vec<SocketAddr> = lookup_host((host, port))
            .await
            .with_context(|| format!("{host} is not known here"))?
            .collect();
        if let Some(public) = addresses.iter().find(|it| !is_near(it.ip()))
            && !is_mine
        {
            bail!(
                "{host} is {}, which is neither loopback nor a private network; a load test of somebody \
                 else's shop is an attack. If it is yours, say --i-own-this-target",
                public.ip()
            );
        }
        let http = reqwest::Client::builder()
            .timeout(deadline)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(usize::MAX)
            .resolve_to_addrs(host, &addresses)
            // Nothing of the API redirects, and a redirect could lead to another host.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("comptoir-load/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            base: base.clone(),
            http,
        })
    }
}

/// Whether it is this machine or a network that the internet does not route to.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_loopback_and_private() {
        for near in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "::1",
            "fd00::1",
        ] {
            assert!(is_near(near.parse().unwrap()), "{near}");
        }
        for far in [
            "1.1.1.1",
            "172.32.0.1",
            "0.0.0.0",
            "100.64.0.1",
            "::ffff:8.8.8.8",
            "2606:4700::1",
            "::",
        ] {
            assert!(!is_near(far.parse().unwrap()), "{far}");
        }
    }

    #[tokio::test]
    async fn a_public_target_is_refused_unless_it_is_owned() {
        let target = async |url: &str, is_mine| {
            let url = url.parse().unwrap();
            Target::new(&url, Duration::from_secs(1), is_mine).await
        };
        let refused = target("http://192.0.2.1:8080", false).await.unwrap_err();
        assert!(
            refused.to_string().contains("--i-own-this-target"),
            "{refused}"
        );
        assert!(target("http://192.0.2.1:8080", true).await.is_ok());
        assert!(target("http://localhost:8080", false).await.is_ok());
        assert!(target("http://[::1]:8080", false).await.is_ok());
        assert!(target("ftp://localhost", true).await.is_err());
    }
}
