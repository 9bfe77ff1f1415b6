use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::delivery::scripted::{Target, drain, post, sent, told, unhurried};
use crate::delivery::{ClientSettings, Timeouts};
use crate::model::Outcome;

/// A TLS target with a certificate that signed itself, and that certificate.
async fn tls_target(change: impl FnOnce(&mut CertificateParams)) -> (Target, CertificateDer<'static>) {
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    change(&mut parameters);
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap().der().clone();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let target = Target::with(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            // No farewell: the end of the connection is the end of the body.
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nsecret").await;
            let _ = stream.flush().await;
        }
    })
    .await;
    (target, certificate)
}

fn trusting(certificate: CertificateDer<'static>) -> ClientSettings {
    ClientSettings {
        trust: Trust::Also(vec![certificate]),
        ..unhurried()
    }
}

fn url(host: &str, target: &Target) -> String {
    format!("https://{host}:{}/", target.address.port())
}

#[tokio::test]
async fn a_trusted_certificate_lets_the_request_through() {
    let (target, certificate) = tls_target(|_| {}).await;
    let attempt = sent(trusting(certificate), &post(&url("localhost", &target), "{}")).await;
    assert_eq!(
        (attempt.outcome, attempt.status),
        (Outcome::Answered, Some(200)),
        "{:?}",
        attempt.message
    );
    assert_eq!(attempt.body, "secret", "the answer came over TLS");
    assert!(attempt.timings.tls.is_some(), "and the handshake has its time");
    let remark = attempt.message.unwrap_or_default();
    assert_eq!(
        remark, "the connection ended without a TLS farewell, so the body may not be whole",
        "as it is"
    );
}

#[tokio::test]
async fn each_fault_of_a_certificate_is_named() {
    let (target, certificate) = tls_target(|_| {}).await;
    let (_, another) = tls_target(|parameters| {
        parameters
            .distinguished_name
            .push(rcgen::DnType::CommonName, "another");
    })
    .await;
    let attempt = sent(trusting(another), &post(&url("localhost", &target), "{}")).await;
    let message = "the certificate of `localhost` was issued by nobody this machine trusts";
    assert_eq!(told(&attempt), (Outcome::TlsFailed, message), "it signed itself");

    let attempt = sent(trusting(certificate), &post(&url("127.0.0.1", &target), "{}")).await;
    let (outcome, message) = told(&attempt);
    assert_eq!(outcome, Outcome::TlsFailed, "an address is not its name");
    assert!(
        message.starts_with("the certificate that `127.0.0.1` shows is for another name ("),
        "{message}"
    );
    assert!(message.contains("localhost"), "and whose it is: {message}");

    let (target, certificate) = tls_target(|parameters| {
        parameters.not_before = rcgen::date_time_ymd(2001, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2002, 1, 1);
    })
    .await;
    let attempt = sent(trusting(certificate), &post(&url("localhost", &target), "{}")).await;
    assert_eq!(
        told(&attempt),
        (Outcome::TlsFailed, "the certificate of `localhost` has expired"),
        "long ago"
    );

    let (target, certificate) =
        tls_target(|parameters| parameters.not_before = rcgen::date_time_ymd(4000, 1, 1)).await;
    let attempt = sent(trusting(certificate), &post(&url("localhost", &target), "{}")).await;
    assert_eq!(
        told(&attempt),
        (
            Outcome::TlsFailed,
            "the certificate of `localhost` is not valid yet"
        ),
        "by far"
    );
}

#[tokio::test]
async fn a_plain_target_and_a_silent_one_are_told_apart() {
    let (_, certificate) = tls_target(|_| {}).await;
    let plain = Target::with(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            .await;
        drain(&mut stream).await;
    })
    .await;
    let attempt = sent(
        trusting(certificate.clone()),
        &post(&url("localhost", &plain), "{}"),
    )
    .await;
    let message = format!("`localhost:{}` does not speak TLS", plain.address.port());
    assert_eq!(
        told(&attempt),
        (Outcome::TlsFailed, message.as_str()),
        "it speaks HTTP"
    );
    assert_eq!(attempt.hint.as_deref(), Some("use `http://`"), "and what to do");

    let silent = Target::with(|mut stream| async move { drain(&mut stream).await }).await;
    let settings = ClientSettings {
        timeouts: Timeouts {
            connect: Duration::from_millis(800),
            ..Timeouts::default()
        },
        ..trusting(certificate)
    };
    let attempt = sent(settings, &post(&url("localhost", &silent), "{}")).await;
    let (outcome, message) = told(&attempt);
    assert_eq!(outcome, Outcome::TimedOut, "{message}");
    assert!(
        message.starts_with("no TLS handshake with `localhost:"),
        "the stage is named: {message}"
    );
}

#[tokio::test]
async fn a_tls_target_that_is_spoken_to_in_plain_http_is_recognised() {
    let (target, _) = tls_target(|_| {}).await;
    let attempt = sent(unhurried(), &post(&target.url("/"), "{}")).await;
    let message = format!(
        "`{}` answered with TLS, but was spoken to in plain HTTP",
        target.address
    );
    assert_eq!(
        told(&attempt),
        (Outcome::InvalidAnswer, message.as_str()),
        "its alert tells"
    );
    assert_eq!(attempt.hint.as_deref(), Some("use `https://`"), "and what to do");
}
