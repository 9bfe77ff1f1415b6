//! From a name to an open connection, one stage after the other, each with its time and its own failure.
//!
//! Resolving and connecting are apart, so that the addresses a guard has judged are the ones that are connected to.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::net::TcpStream;

use super::destination::{Host, Origin};
use super::failure::Failure;

/// How long one address is waited for before the next is tried beside it (RFC 8305 section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Turns names into addresses.
#[derive(Clone)]
pub struct Resolver(Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>);

impl Resolver {
    /// The resolver of the operating system.
    #[must_use]
    pub fn system() -> Self {
        Self::from_fn(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            })
        })
    }

    /// A resolver that says what `look_up` says.
    pub fn from_fn(
        look_up: impl Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(look_up))
    }

    /// The addresses of `origin`. `localhost` is `::1` and `127.0.0.1` and `.invalid` is nothing, without asking
    /// (RFC 6761).
    ///
    /// # Errors
    /// If the name has no address.
    pub async fn resolve(&self, origin: &Origin) -> Result<Resolved, Failure> {
        let name = match &origin.host {
            Host::Address(address) => {
                return Ok(Resolved {
                    addresses: vec![SocketAddr::new(*address, origin.port)],
                    took: None,
                });
            }
            Host::Name(name) => name,
        };
        let started = Instant::now();
        let unresolved = |reason| Failure::Unresolved {
            name: name.clone(),
            reason,
        };
        let plain = name.strip_suffix('.').unwrap_or(name);
        let found = if is_or_ends(plain, "localhost") {
            vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()]
        } else if is_or_ends(plain, "invalid") {
            Vec::new()
        } else {
            (self.0)(name.clone())
                .await
                .map_err(|error| unresolved(reason(&error)))?
        };
        let mut addresses: Vec<SocketAddr> = Vec::with_capacity(found.len());
        for address in found {
            let address = SocketAddr::new(address, origin.port);
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        if addresses.is_empty() {
            return Err(unresolved(None));
        }
        Ok(Resolved {
            addresses,
            took: Some(started.elapsed()),
        })
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Resolver")
    }
}

/// The addresses of a target, to be judged and then connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// In the order in which they are tried; never empty.
    pub addresses: Vec<SocketAddr>,
    /// How long it took; `None` where nothing had to be resolved.
    pub took: Option<Duration>,
}

fn is_or_ends(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// What the resolver says beyond "no such name".
fn reason(error: &io::Error) -> Option<String> {
    let text = error.to_string();
    let text = text
        .strip_prefix("failed to lookup address information: ")
        .unwrap_or(&text);
    let plain = [
        "Name or service not known",
        "nodename nor servname provided, or not known",
        "No such host is known",
    ];
    (!plain.iter().any(|known| text.starts_with(known))).then(|| text.to_owned())
}

/// Connects to the first of `addresses` that answers, the next one started when one fails or hesitates.
pub(super) async fn connect(origin: &Origin, addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    let mut waiting = addresses.iter().copied();
    let mut running = FuturesUnordered::new();
    let mut failed: Vec<(SocketAddr, io::Error)> = Vec::new();
    loop {
        match waiting.next() {
            Some(address) => running.push(async move { (address, TcpStream::connect(address).await) }),
            None if running.is_empty() => return Err(unconnected(origin, &failed)),
            None => {}
        }
        let hesitates = async {
            if waiting.len() == 0 {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(STAGGER).await;
        };
        tokio::select! {
            Some((address, connected)) = running.next() => match connected {
                Ok(stream) => {
                    // A request goes out in one piece; waiting to fill a packet only adds delay.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => failed.push((address, error)),
            },
            () = hesitates => {}
        }
    }
}

fn unconnected(origin: &Origin, failed: &[(SocketAddr, io::Error)]) -> Failure {
    let refused: Vec<_> = failed
        .iter()
        .filter(|(_, error)| error.kind() == io::ErrorKind::ConnectionRefused)
        .map(|(address, _)| *address)
        .collect();
    match failed.first() {
        Some((_, error)) if refused.is_empty() => Failure::Unreachable {
            authority: origin.authority(),
            reason: plain(error),
        },
        _ => Failure::NothingListens {
            authority: origin.authority(),
            tried: refused,
        },
    }
}

/// The text of a system error without its number, in lower case.
pub(super) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// Whether `address` is one of this machine's: only those can be bound to.
pub(super) fn is_here(address: IpAddr) -> bool {
    std::net::UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Destination;

    fn origin(url: &str) -> Origin {
        Destination::parse(url).unwrap().origin().clone()
    }

    fn never() -> Resolver {
        Resolver::from_fn(|name| panic!("`{name}` was looked up"))
    }

    #[tokio::test]
    async fn localhost_is_both_loopback_addresses_without_asking() {
        for url in [
            "http://localhost:3000",
            "http://app.localhost:3000",
            "http://localhost.:3000",
        ] {
            let resolved = never().resolve(&origin(url)).await.unwrap();
            let wanted: Vec<SocketAddr> =
                vec!["[::1]:3000".parse().unwrap(), "127.0.0.1:3000".parse().unwrap()];
            assert_eq!(resolved.addresses, wanted, "`{url}`");
        }
    }

    #[tokio::test]
    async fn an_address_needs_no_resolving() {
        let resolved = never().resolve(&origin("http://[::1]:8")).await.unwrap();
        assert_eq!(resolved.took, None, "no stage that was not needed has a time");
    }

    #[tokio::test]
    async fn a_name_without_address_is_named() {
        let failure = never()
            .resolve(&origin("http://devbox.invalid"))
            .await
            .unwrap_err();
        assert_eq!(
            failure.to_string(),
            "the name `devbox.invalid` does not resolve",
            "`.invalid` never does"
        );
        let silent = Resolver::from_fn(|_| Box::pin(async { Ok(Vec::new()) }));
        assert!(
            silent.resolve(&origin("http://devbox")).await.is_err(),
            "no address is no answer"
        );
        let broken = Resolver::from_fn(|_| Box::pin(async { Err(io::Error::other("try again")) }));
        let failure = broken.resolve(&origin("http://devbox")).await.unwrap_err();
        assert!(
            failure.hint().unwrap().contains("`try again`"),
            "what the resolver said is told: {failure:?}"
        );
    }

    #[tokio::test]
    async fn an_address_where_nothing_listens_is_passed_over() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let addresses = [
            SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port),
            listener.local_addr().unwrap(),
        ];
        let stream = connect(&origin("http://localhost"), &addresses).await.unwrap();
        assert_eq!(
            stream.peer_addr().unwrap(),
            addresses[1],
            "the one that listens is found"
        );
    }

    #[test]
    fn this_machine_knows_its_own_addresses() {
        assert!(is_here("127.0.0.1".parse().unwrap()), "loopback is here");
        assert!(
            !is_here("192.0.2.1".parse().unwrap()),
            "a documentation address is nowhere"
        );
    }
}
