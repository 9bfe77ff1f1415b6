//! TLS towards a target, with the reason named when it fails: "certificate unknown" helps nobody at a bench.

use std::io;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, Error};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::destination::{Host, Origin};
use super::verifier::{Judged, Unjudged, unusable};

/// Whose certificates are believed.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// The roots of the operating system.
    #[default]
    System,
    /// Those, and these: a certificate authority of one's own, or a certificate that signed itself.
    Also(Vec<CertificateDer<'static>>),
    /// Anybody's: who sits in between reads and changes everything.
    Anything,
}

/// Why TLS could not be agreed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFailure {
    /// No certificate could be judged.
    #[error("no trusted root certificates were found on this machine")]
    NoRoots,
    /// Nobody we trust signed it.
    #[error("the certificate of `{host}` was issued by nobody this machine trusts")]
    UnknownIssuer {
        /// The host.
        host: String,
    },
    /// Its time is over.
    #[error("the certificate of `{host}` has expired")]
    Expired {
        /// The host.
        host: String,
    },
    /// Its time has not come.
    #[error("the certificate of `{host}` is not valid yet")]
    NotYetValid {
        /// The host.
        host: String,
    },
    /// It is somebody else's.
    #[error("the certificate that `{host}` shows is for another name ({names})")]
    WrongName {
        /// The host.
        host: String,
        /// Whom it is for, each in backticks.
        names: String,
    },
    /// Something else is wrong with it.
    #[error("the certificate of `{host}` is not valid: {reason}")]
    Certificate {
        /// The host.
        host: String,
        /// What the verifier says.
        reason: String,
    },
    /// The bytes that came are not TLS.
    #[error("`{authority}` does not speak TLS")]
    NotTls {
        /// Host and port.
        authority: String,
    },
    /// The target said why it will not.
    #[error("`{authority}` refused the TLS handshake: `{alert}`")]
    Alert {
        /// Host and port.
        authority: String,
        /// The alert.
        alert: String,
    },
    /// The connection ended during the handshake.
    #[error("`{authority}` closed the connection during the TLS handshake")]
    Closed {
        /// Host and port.
        authority: String,
    },
    /// No version or cipher in common, and the like.
    #[error("no TLS with `{authority}`: {reason}")]
    Other {
        /// Host and port.
        authority: String,
        /// What went wrong.
        reason: String,
    },
}

impl TlsFailure {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NoRoots => "install the certificates of your system (on Debian: `ca-certificates`)",
            Self::UnknownIssuer { .. } => {
                "add its issuer to the certificates of this machine, or use `http://`"
            }
            Self::Expired { .. } => "renew it on the target",
            Self::NotYetValid { .. } => "check the clock of this machine and of the target",
            Self::WrongName { .. } => "use a name that the certificate is for",
            Self::Certificate { .. } => "renew it on the target",
            Self::NotTls { .. } => "use `http://`",
            Self::Alert { .. } | Self::Closed { .. } | Self::Other { .. } => {
                "check that the port is the one for HTTPS; look at the target's log"
            }
        }
    }
}

/// The configuration that all connections of a client share.
pub(super) async fn connector(trust: &Trust) -> Result<TlsConnector, TlsFailure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::Anything => Arc::new(Unjudged(provider.signature_verification_algorithms)),
        Trust::System => Arc::new(Judged::new(&provider, Vec::new()).await?),
        Trust::Also(certificates) => Arc::new(Judged::new(&provider, certificates.clone()).await?),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Agrees on TLS over an open connection.
pub(super) async fn handshake(
    connector: &TlsConnector,
    origin: &Origin,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, TlsFailure> {
    let name = match &origin.host {
        Host::Address(address) => ServerName::from(*address),
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(|error| TlsFailure::Other {
            authority: origin.authority(),
            reason: error.to_string(),
        })?,
    };
    connector
        .connect(name, stream)
        .await
        .map_err(|error| named(&error, origin))
}

fn named(error: &io::Error, origin: &Origin) -> TlsFailure {
    let (host, authority) = (origin.host.to_string(), origin.authority());
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                TlsFailure::Closed { authority }
            }
            _ => TlsFailure::Other {
                authority,
                reason: error.to_string(),
            },
        };
    };
    match tls {
        Error::InvalidCertificate(fault) => named_certificate(fault, host),
        Error::InvalidMessage(_) => TlsFailure::NotTls { authority },
        Error::AlertReceived(alert) => TlsFailure::Alert {
            authority,
            alert: format!("{alert:?}"),
        },
        other => TlsFailure::Other {
            authority,
            reason: other.to_string(),
        },
    }
}

fn named_certificate(fault: &CertificateError, host: String) -> TlsFailure {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFailure::Expired { host },
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFailure::NotYetValid { host }
        }
        CertificateError::UnknownIssuer => TlsFailure::UnknownIssuer { host },
        CertificateError::NotValidForName => TlsFailure::WrongName {
            host,
            names: "not told".to_owned(),
        },
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<_> = presented
                .iter()
                .map(|name| format!("`{}`", name.escape_default()))
                .collect();
            let names = if names.is_empty() {
                "for none at all".to_owned()
            } else {
                names.join(", ")
            };
            TlsFailure::WrongName { host, names }
        }
        other => TlsFailure::Certificate {
            host,
            reason: other.to_string(),
        },
    }
}

#[cfg(test)]
#[path = "tests/tls.rs"]
mod tests;
