//! Key pairs of our own, to sign in place of senders whose private key only they have.
//!
//! What is signed with one is valid for a receiver only if it is told to trust the test key, and must be marked as
//! made here; a provider's own key is never involved.

use base64::Engine as _;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaKeyPair,
};

use crate::encoding::{STANDARD, URL_SAFE};
use crate::message::{Draft, Micros};
use crate::scheme::{Algorithm, Scheme};
use crate::secret::Secret;
use crate::sign::{self, SignError, Signed};

/// RSA keys cannot be made here, so this one is given; it protects nothing.
const RSA: &str = include_str!("test_key/rsa.txt");

/// The first bytes of a `SubjectPublicKeyInfo` for each kind of key.
const ED25519_INFO: &[u8] = &[
    0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
];
const P256_INFO: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86,
    0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The kinds of test keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ed25519,
    P256,
    Rsa,
}

/// A key pair for tests.
#[derive(Clone)]
pub struct TestKey {
    kind: Kind,
    pkcs8: Vec<u8>,
}

impl std::fmt::Debug for TestKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TestKey")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl TestKey {
    /// A key for a scheme's algorithm. Ed25519 and P-256 keys are new; the RSA key is the same one each time.
    ///
    /// This is the one place that asks the system for randomness, besides the nonces of ECDSA: the library that signs
    /// takes it from nowhere else.
    pub fn generate(scheme: &Scheme) -> Result<Self, SignError> {
        let kind = kind(scheme).ok_or(SignError::Unsigned)?;
        let random = SystemRandom::new();
        let pkcs8 = match kind {
            Kind::Ed25519 => {
                Ed25519KeyPair::generate_pkcs8(&random).map(|document| document.as_ref().to_vec())
            }
            Kind::P256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)
                .map(|document| document.as_ref().to_vec()),
            Kind::Rsa => Ok(rsa_key()),
        };
        Ok(Self {
            kind,
            pkcs8: pkcs8.map_err(|_| SignError::TestKey)?,
        })
    }

    /// A key that was kept.
    pub fn from_pkcs8(scheme: &Scheme, pkcs8: &[u8]) -> Result<Self, SignError> {
        let key = Self {
            kind: kind(scheme).ok_or(SignError::Unsigned)?,
            pkcs8: pkcs8.to_vec(),
        };
        key.public_der().map(|_| key)
    }

    /// The private key, to be kept.
    #[must_use]
    pub fn to_pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public key as PEM: what a receiver, and this program, must be told to trust.
    pub fn public_pem(&self) -> Result<String, SignError> {
        let text = STANDARD.encode(self.public_der()?);
        let lines: Vec<&str> = (0..text.len())
            .step_by(64)
            .map(|at| &text[at..text.len().min(at + 64)])
            .collect();
        Ok(format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        ))
    }

    /// The public key as a secret of the scheme: PEM, or the text behind the scheme's own prefix (`whpk_`).
    pub fn public_secret(&self, scheme: &Scheme) -> Result<Secret, SignError> {
        let way = scheme.ways().find(|way| kind_of(way) == Some(self.kind));
        let prefix = way.and_then(|way| way.secret.iter().find_map(|form| form.only_with.as_deref()));
        let text = match (prefix, self.kind) {
            (Some(prefix), Kind::Ed25519) => {
                format!("{prefix}{}", STANDARD.encode(self.ed25519()?.public_key()))
            }
            _ => self.public_pem()?,
        };
        Ok(Secret::new("test key", text))
    }

    fn public_der(&self) -> Result<Vec<u8>, SignError> {
        Ok(match self.kind {
            Kind::Ed25519 => [ED25519_INFO, self.ed25519()?.public_key().as_ref()].concat(),
            Kind::P256 => [P256_INFO, self.p256(false)?.public_key().as_ref()].concat(),
            Kind::Rsa => self.rsa()?.public_key().as_ref().to_vec(),
        })
    }

    fn ed25519(&self) -> Result<Ed25519KeyPair, SignError> {
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&self.pkcs8).map_err(|_| SignError::TestKey)
    }

    fn p256(&self, fixed: bool) -> Result<EcdsaKeyPair, SignError> {
        let algorithm = if fixed {
            &ECDSA_P256_SHA256_FIXED_SIGNING
        } else {
            &ECDSA_P256_SHA256_ASN1_SIGNING
        };
        EcdsaKeyPair::from_pkcs8(algorithm, &self.pkcs8, &SystemRandom::new()).map_err(|_| SignError::TestKey)
    }

    fn rsa(&self) -> Result<RsaKeyPair, SignError> {
        RsaKeyPair::from_pkcs8(&self.pkcs8).map_err(|_| SignError::TestKey)
    }

    fn sign(&self, algorithm: Algorithm, content: &[u8]) -> Result<Vec<u8>, SignError> {
        let random = SystemRandom::new();
        let refused = || SignError::Asymmetric(algorithm.title());
        match (self.kind, algorithm) {
            (Kind::Ed25519, Algorithm::Ed25519) => Ok(self.ed25519()?.sign(content).as_ref().to_vec()),
            (Kind::P256, Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Fixed) => {
                let pair = self.p256(algorithm == Algorithm::EcdsaP256Sha256Fixed)?;
                pair.sign(&random, content)
                    .map(|signature| signature.as_ref().to_vec())
                    .map_err(|_| SignError::TestKey)
            }
            (Kind::Rsa, Algorithm::RsaSha256 | Algorithm::RsaSha512 | Algorithm::RsaPssSha256) => {
                let pair = self.rsa()?;
                let padding: &dyn ring::signature::RsaEncoding = match algorithm {
                    Algorithm::RsaSha256 => &RSA_PKCS1_SHA256,
                    Algorithm::RsaSha512 => &RSA_PKCS1_SHA512,
                    _ => &RSA_PSS_SHA256,
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, content, &mut signature)
                    .map_err(|_| SignError::TestKey)?;
                Ok(signature)
            }
            // SHA-1 is not signed with: the library refuses to make what nobody should trust.
            _ => Err(refused()),
        }
    }

    /// The `alg` of tokens made with this key, and the algorithm behind it.
    const fn token_algorithm(&self) -> (&'static str, Algorithm) {
        match self.kind {
            Kind::Ed25519 => ("EdDSA", Algorithm::Ed25519),
            Kind::P256 => ("ES256", Algorithm::EcdsaP256Sha256Fixed),
            Kind::Rsa => ("RS256", Algorithm::RsaSha256),
        }
    }
}

fn rsa_key() -> Vec<u8> {
    crate::encoding::base64_any(RSA.as_bytes()).unwrap_or_default()
}

fn kind(scheme: &Scheme) -> Option<Kind> {
    scheme.ways().find_map(kind_of)
}

fn kind_of(way: &Scheme) -> Option<Kind> {
    match way.algorithm.get()? {
        Algorithm::Ed25519 => Some(Kind::Ed25519),
        Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Fixed => Some(Kind::P256),
        Algorithm::RsaSha1 | Algorithm::RsaSha256 | Algorithm::RsaSha512 | Algorithm::RsaPssSha256 => {
            Some(Kind::Rsa)
        }
        Algorithm::Jwt => way.jwt_algorithms.iter().find_map(|name| match name.as_str() {
            "EdDSA" => Some(Kind::Ed25519),
            "ES256" => Some(Kind::P256),
            "RS256" => Some(Kind::Rsa),
            _ => None,
        }),
        _ => None,
    }
}

/// Signs a draft with a test key, as the sender would with its own. The caller marks what it sends as made here.
pub fn sign_with_test_key(
    scheme: &Scheme,
    draft: &Draft<'_>,
    key: &TestKey,
    at: Micros,
    id: Option<&str>,
) -> Result<Signed, SignError> {
    let public = key.public_secret(scheme)?;
    let is_for_key = |way: &&Scheme| kind_of(way) == Some(key.kind);
    let chosen = sign::choose(scheme, draft, &public)?;
    let way = Some(chosen)
        .filter(is_for_key)
        .or_else(|| scheme.ways().find(is_for_key))
        .unwrap_or(chosen);
    let signer = |algorithm: Algorithm, pieces: &[&[u8]]| key.sign(algorithm, &pieces.concat());
    let list_key = way
        .signature
        .as_ref()
        .and_then(|signature| signature.key.as_deref());
    if way.algorithm.get() == Some(Algorithm::Jwt) {
        let make = |claims: &str| {
            let (name, algorithm) = key.token_algorithm();
            let header = format!("{{\"alg\":\"{name}\",\"typ\":\"JWT\",\"kid\":\"test-key\"}}");
            let signed = format!("{}.{}", URL_SAFE.encode(header), URL_SAFE.encode(claims));
            let signature = key.sign(algorithm, signed.as_bytes())?;
            Ok(format!("{signed}.{}", URL_SAFE.encode(signature)))
        };
        return sign::sign_token_with(way, draft, at, &make);
    }
    sign::sign_with(way, draft, &[], list_key, at, id, &signer)
}
