//! Where a delivery goes: an `http` or `https` URL taken apart without being rewritten.
//!
//! A general URL parser would fold `/a/../b` and re-encode a query; a path that a person typed is sent as it was
//! typed, so the authority alone is interpreted here. Nothing here resolves a name.

use std::fmt;
use std::net::IpAddr;

/// How the target is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain text.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that goes without saying.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Who is asked: a name still to be resolved, or an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name in its ASCII form, lower case.
    Name(String),
    /// An address.
    Address(IpAddr),
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Address(IpAddr::V4(address)) => address.fmt(formatter),
            Self::Address(IpAddr::V6(address)) => write!(formatter, "[{address}]"),
        }
    }
}

/// Scheme, host and port: what a connection is made to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Plain or TLS.
    pub scheme: Scheme,
    /// The name or address.
    pub host: Host,
    /// The port, given or by default.
    pub port: u16,
}

impl Origin {
    /// The value of a `Host` header: the port only where it is not the default.
    #[must_use]
    pub fn host_header(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// `host:port`, as messages show it.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// `scheme://host[:port]`, the default port left out.
impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme.as_str(), self.host_header())
    }
}

/// A target URL taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    origin: Origin,
    path: Option<String>,
    query: Option<String>,
}

/// A text that is no URL a request can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// Nothing was given.
    #[error("no target URL is given")]
    Empty,
    /// A line break or another control character.
    #[error("the URL has a control character at position `{position}`")]
    ControlCharacter {
        /// Which character, from 1.
        position: usize,
    },
    /// No `://`.
    #[error("`{text}` does not say `http://` or `https://`")]
    NoScheme {
        /// What was given.
        text: String,
    },
    /// Neither `http` nor `https`.
    #[error("`{scheme}` is not a scheme that a request can be sent by")]
    WrongScheme {
        /// What was given.
        scheme: String,
    },
    /// Nothing between `://` and the path.
    #[error("the URL has no host")]
    NoHost,
    /// `user:password@host`; the text is not repeated, since it may hold a password.
    #[error("the URL has a user name before its host")]
    UserInformation,
    /// No host of this form exists.
    #[error("`{host}` is not a host name or address")]
    BadHost {
        /// What was given.
        host: String,
    },
    /// Not 1 to 65535.
    #[error("`{port}` is not a port")]
    BadPort {
        /// What was given.
        port: String,
    },
}

impl DestinationError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Empty => "give a URL such as `http://localhost:3000`".to_owned(),
            Self::ControlCharacter { .. } => "a URL is one line; remove the character".to_owned(),
            Self::NoScheme { text } => format!("write `http://{text}`"),
            Self::WrongScheme { .. } => "use `http://` or `https://`".to_owned(),
            Self::NoHost => "write a host after `://`, e.g. `http://localhost:3000`".to_owned(),
            Self::UserInformation => "send it in an `Authorization` header instead".to_owned(),
            Self::BadHost { .. } => "check the part between `://` and the path".to_owned(),
            Self::BadPort { .. } => "a port is a number from 1 to 65535".to_owned(),
        }
    }
}

impl Destination {
    /// Takes `text` apart. White space around it is ignored, a fragment is dropped since it is never sent, and a
    /// space or a character outside ASCII in the path or query is percent-encoded; all else stays as typed.
    ///
    /// # Errors
    /// If the text is not an `http` or `https` URL with a host and without user information.
    pub fn parse(text: &str) -> Result<Self, DestinationError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(DestinationError::Empty);
        }
        if let Some(index) = text.chars().position(char::is_control) {
            return Err(DestinationError::ControlCharacter { position: index + 1 });
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(without_scheme(text));
        };
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ if scheme.contains(['/', '?', '#', '@']) => return Err(without_scheme(text)),
            _ => {
                return Err(DestinationError::WrongScheme {
                    scheme: scheme.to_owned(),
                });
            }
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let (host, port) = host_and_port(authority, scheme)?;

        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(encoded(query))),
            None => (rest, None),
        };
        let path = (!matches!(path, "" | "/")).then(|| encoded(path));
        if path.as_ref().is_some_and(|path| !path.starts_with('/')) {
            return Err(DestinationError::BadHost {
                host: format!("{authority}{rest}"),
            });
        }
        Ok(Self {
            origin: Origin { scheme, host, port },
            path,
            query,
        })
    }

    /// What a connection is made to.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The path, where the URL has one of its own: `/` alone is none.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The query without its question mark; may be empty.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }
}

impl std::str::FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, DestinationError> {
        Self::parse(text)
    }
}

fn without_scheme(text: &str) -> DestinationError {
    // What stands before an `@` may be a password, so it is not repeated.
    if text
        .split(['/', '?', '#'])
        .next()
        .is_some_and(|authority| authority.contains('@'))
    {
        return DestinationError::UserInformation;
    }
    DestinationError::NoScheme {
        text: text.to_owned(),
    }
}

fn host_and_port(authority: &str, scheme: Scheme) -> Result<(Host, u16), DestinationError> {
    if authority.contains('@') {
        return Err(DestinationError::UserInformation);
    }
    let host_end = match authority.strip_prefix('[') {
        Some(_) => authority.find(']').map_or(authority.len(), |bracket| bracket + 1),
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(host_end);
    if host.is_empty() {
        return Err(DestinationError::NoHost);
    }
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => scheme.default_port(),
        Some("") => scheme.default_port(),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits
            .parse::<u16>()
            .ok()
            .filter(|port| *port != 0)
            .ok_or_else(|| DestinationError::BadPort {
                port: digits.to_owned(),
            })?,
        _ => {
            return Err(DestinationError::BadPort {
                port: port.trim_start_matches(':').to_owned(),
            });
        }
    };
    // This reads addresses as a browser does (`127.1`, `0x7f000001`), so that none slips past the guard as a name.
    let host = match url::Host::parse(host) {
        Ok(url::Host::Domain(name)) => Host::Name(name),
        Ok(url::Host::Ipv4(address)) => Host::Address(address.into()),
        Ok(url::Host::Ipv6(address)) => Host::Address(address.into()),
        Err(_) => {
            return Err(DestinationError::BadHost {
                host: host.to_owned(),
            });
        }
    };
    Ok((host, port))
}

pub(super) fn encoded(text: &str) -> String {
    const SPACE: &percent_encoding::AsciiSet = &percent_encoding::AsciiSet::EMPTY.add(b' ');
    percent_encoding::utf8_percent_encode(text, SPACE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Destination {
        Destination::parse(text).unwrap()
    }

    #[test]
    fn a_url_is_taken_apart_without_being_rewritten() {
        let destination = parsed(" HTTP://LocalHost:3000/a/../b//c;d?x=%7e&[1] é#part ");
        assert_eq!(
            destination.origin().to_string(),
            "http://localhost:3000",
            "scheme and host have no case"
        );
        assert_eq!(
            destination.path(),
            Some("/a/../b//c;d"),
            "dot segments go as typed"
        );
        assert_eq!(
            destination.query(),
            Some("x=%7e&[1]%20%C3%A9"),
            "only what cannot stand in a request line is encoded"
        );
    }

    #[test]
    fn a_bare_slash_is_no_path() {
        for text in ["http://h", "http://h/", "http://h/#x"] {
            assert_eq!(
                (parsed(text).path(), parsed(text).query()),
                (None, None),
                "`{text}` keeps the captured target"
            );
        }
        assert_eq!(parsed("http://h?").query(), Some(""), "an empty query is a query");
    }

    #[test]
    fn the_host_header_names_the_port_where_it_is_not_the_default() {
        for (text, wanted) in [
            ("http://h:80", "h"),
            ("http://h:443", "h:443"),
            ("https://h:", "h"),
            ("https://[::1]:8443", "[::1]:8443"),
            ("http://127.1:8", "127.0.0.1:8"),
            ("http://bücher.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(parsed(text).origin().host_header(), wanted, "`{text}`");
        }
    }

    #[test]
    fn each_fault_of_a_url_has_its_own_error() {
        use DestinationError as E;
        for (text, wanted) in [
            ("  ", E::Empty),
            (
                "localhost:3000",
                E::NoScheme {
                    text: "localhost:3000".into(),
                },
            ),
            ("ftp://h", E::WrongScheme { scheme: "ftp".into() }),
            ("http:///x", E::NoHost),
            ("http://:80", E::NoHost),
            ("http://me:pw@h/", E::UserInformation),
            ("me:pw@h/", E::UserInformation),
            ("http://h:x", E::BadPort { port: "x".into() }),
            ("http://h:0", E::BadPort { port: "0".into() }),
            ("http://h:65536", E::BadPort { port: "65536".into() }),
            ("http://a b", E::BadHost { host: "a b".into() }),
            ("http://[::1", E::BadHost { host: "[::1".into() }),
            ("http://h\\x", E::BadHost { host: "h\\x".into() }),
            ("http://h/\r\nX: y", E::ControlCharacter { position: 10 }),
        ] {
            let error = Destination::parse(text).unwrap_err();
            assert_eq!(error, wanted, "`{text}`");
            assert!(
                !error.hint().is_empty() && !format!("{error} {}", error.hint()).contains("pw"),
                "`{text}`"
            );
        }
    }
}
