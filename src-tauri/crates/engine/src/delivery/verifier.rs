//! Who judges the certificates that targets show.
//!
//! rustls takes a certificate that signed itself for an authority's only if it does not claim to be an authority, which
//! most self-made ones do. One that the person named is therefore accepted as it is, as long as it is for this name
//! and of today.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::tls::TlsFailure;

/// Judges by the roots of the system and by certificates that the person named.
#[derive(Debug)]
pub(super) struct Judged {
    roots: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl Judged {
    pub(super) async fn new(
        provider: &Arc<CryptoProvider>,
        named: Vec<CertificateDer<'static>>,
    ) -> Result<Self, TlsFailure> {
        // Reading a bundle of certificates takes some milliseconds of a thread that others wait for.
        let found = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
        let mut roots = RootCertStore::empty();
        if let Ok(found) = found {
            roots.add_parsable_certificates(found.certs);
        }
        roots.add_parsable_certificates(named.iter().cloned());
        if roots.is_empty() {
            return Err(TlsFailure::NoRoots);
        }
        let roots = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(|error| unusable(&error))?;
        Ok(Self { roots, named })
    }
}

impl ServerCertVerifier for Judged {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged =
            self.roots
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        // Its time is looked at before what it claims to be, so that an expired one fails by another name.
        if let Err(Error::InvalidCertificate(CertificateError::Other(_))) = &judged
            && self.named.iter().any(|named| named == end_entity)
        {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        judged
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.supported_verify_schemes()
    }
}

/// Takes any certificate: the person chose so for this target. That the other side has its key is still checked.
#[derive(Debug)]
pub(super) struct Unjudged(pub(super) WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Unjudged {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

pub(super) fn unusable(error: &impl std::fmt::Display) -> TlsFailure {
    TlsFailure::Other {
        authority: "any target".to_owned(),
        reason: error.to_string(),
    }
}
