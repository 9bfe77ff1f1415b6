//! Where an address lies, and whether it is our own listener. Pure: what is checked here is the very address that is
//! connected to, so a name cannot mean another one in between.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// How far away an address is; of several the farthest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// This machine.
    Loopback,
    /// A private network (RFC 1918, RFC 4193).
    Private,
    /// Anywhere else. Link-local addresses are here too, since clouds keep their metadata there.
    Other,
}

impl Reach {
    /// `loopback`, `private` or `other`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::Other => "other",
        }
    }

    /// Where `address` lies.
    #[must_use]
    pub const fn of(address: IpAddr) -> Self {
        // `::ffff:127.0.0.1` is 127.0.0.1; connecting to the unspecified address reaches this machine.
        match address.to_canonical() {
            IpAddr::V4(address) if address.is_loopback() || address.is_unspecified() => Self::Loopback,
            IpAddr::V6(address) if address.is_loopback() || address.is_unspecified() => Self::Loopback,
            IpAddr::V4(address) if address.is_private() => Self::Private,
            IpAddr::V6(address) if address.is_unique_local() => Self::Private,
            IpAddr::V4(_) | IpAddr::V6(_) => Self::Other,
        }
    }

    /// The farthest of `addresses`; `Other` where there are none.
    #[must_use]
    pub fn of_all(addresses: &[SocketAddr]) -> Self {
        addresses
            .iter()
            .map(|address| Self::of(address.ip()))
            .max()
            .unwrap_or(Self::Other)
    }
}

/// The first of `addresses` that reaches one of the `listening` sockets of our own.
///
/// `is_here` says whether an address is one of this machine's: a listener on `0.0.0.0` is reached by each of them.
pub fn own_listener(
    addresses: &[SocketAddr],
    listening: &[SocketAddr],
    is_here: impl Fn(IpAddr) -> bool,
) -> Option<SocketAddr> {
    addresses.iter().copied().find(|address| {
        let wanted = address.ip().to_canonical();
        listening
            .iter()
            .filter(|own| own.port() == address.port())
            .any(|own| {
                let bound = own.ip().to_canonical();
                if bound.is_unspecified() {
                    return Reach::of(wanted) == Reach::Loopback || is_here(wanted);
                }
                bound == wanted || (wanted.is_unspecified() && bound == loopback_of(wanted))
            })
    })
}

const fn loopback_of(unspecified: IpAddr) -> IpAddr {
    match unspecified {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_as_far_as_it_is() {
        for (address, wanted) in [
            ("127.0.0.1", Reach::Loopback),
            ("127.9.9.9", Reach::Loopback),
            ("::1", Reach::Loopback),
            ("0.0.0.0", Reach::Loopback),
            ("::", Reach::Loopback),
            ("::ffff:127.0.0.1", Reach::Loopback),
            ("10.1.2.3", Reach::Private),
            ("172.16.0.1", Reach::Private),
            ("192.168.1.1", Reach::Private),
            ("::ffff:192.168.1.1", Reach::Private),
            ("fd00::1", Reach::Private),
            ("172.32.0.1", Reach::Other),
            ("169.254.169.254", Reach::Other),
            ("fe80::1", Reach::Other),
            ("8.8.8.8", Reach::Other),
            ("2001:db8::1", Reach::Other),
        ] {
            assert_eq!(Reach::of(address.parse().unwrap()), wanted, "`{address}`");
        }
        let mixed = [socket("127.0.0.1:1"), socket("8.8.8.8:1")];
        assert_eq!(
            Reach::of_all(&mixed),
            Reach::Other,
            "a name that is also far away is far away"
        );
    }

    #[test]
    fn the_own_listener_is_known_under_each_of_its_addresses() {
        let here = |address: IpAddr| address == "192.168.1.7".parse::<IpAddr>().unwrap();
        for (target, listening, wanted) in [
            ("127.0.0.1:4665", "127.0.0.1:4665", true),
            ("127.0.0.1:4666", "127.0.0.1:4665", false),
            ("127.0.0.2:4665", "127.0.0.1:4665", false),
            ("0.0.0.0:4665", "127.0.0.1:4665", true),
            ("[::]:4665", "[::1]:4665", true),
            ("[::ffff:127.0.0.1]:4665", "127.0.0.1:4665", true),
            ("127.0.0.9:4665", "0.0.0.0:4665", true),
            ("192.168.1.7:4665", "0.0.0.0:4665", true),
            ("192.168.1.8:4665", "0.0.0.0:4665", false),
            ("[::1]:4665", "[::]:4665", true),
        ] {
            let found = own_listener(&[socket(target)], &[socket(listening)], here).is_some();
            assert_eq!(found, wanted, "`{target}` while we listen on `{listening}`");
        }
    }
}
