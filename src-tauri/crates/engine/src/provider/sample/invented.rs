//! A secret for trying out, in the form that a provider's secrets have.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookbench_signature::{Algorithm, Secret, SecretDecoding};

use super::super::Provider;

impl Provider {
    /// A made-up secret that this provider's scheme can use, so that a sample can be signed and checked before the
    /// person has a secret. `None` where nothing is signed or only the provider holds the key.
    pub fn invented_secret(&self, mut random: impl FnMut(&mut [u8])) -> Option<Secret> {
        let scheme = self.scheme.as_ref()?;
        let mut bytes = [0_u8; 32];
        random(&mut bytes);
        let algorithm = scheme.algorithm.get();
        if algorithm.is_some_and(|algorithm| algorithm.is_asymmetric() || algorithm == Algorithm::None) {
            return None;
        }
        if algorithm == Some(Algorithm::Jwt)
            && !scheme.jwt_algorithms.iter().any(|name| name.starts_with("HS"))
        {
            return None;
        }
        if algorithm == Some(Algorithm::Basic) {
            return Some(Secret::new(
                "sample",
                format!("hookbench:{}", hex::encode(&bytes[..16])),
            ));
        }
        let form = scheme.secret.first()?;
        let text = match form.decode {
            SecretDecoding::Base64 => STANDARD.encode(bytes),
            _ => hex::encode(bytes),
        };
        let prefix = form
            .only_with
            .as_ref()
            .or(form.strip.as_ref())
            .map_or("", String::as_str);
        let text = format!("{prefix}{text}");
        Some(Secret::new(
            "sample",
            match &form.split {
                Some(separator) => vec![text; form.part.unwrap_or(0) + 1].join(separator),
                None => text,
            },
        ))
    }
}
