//! Endpoints and their secrets (never the values).

use std::collections::BTreeMap;

use super::{EndpointId, SecretId, Timestamp, request_target};

/// A path prefix on the listener with its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// The path prefix, e.g. `/stripe`: starts with a slash, ends without one (but `/` itself).
    pub path: String,
    /// The provider it is pinned to; `None` recognises each request by itself.
    pub provider: Option<String>,
    /// What the person chose for the provider's scheme, e.g. `header` = `X-Tracktik-Secret`.
    pub parameters: BTreeMap<String, String>,
    /// What its provider asks is answered as the provider requires; without this, as everything else.
    pub answers_handshakes: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The URL its sender sends to, where that is not what the listener sees: a tunnel's, a proxy's.
    pub public_url: Option<String>,
    /// How old signatures may be, in place of what the scheme says.
    pub tolerance: Tolerance,
    /// Its secrets, oldest first, those that were replaced among them.
    pub secrets: Vec<SecretRecord>,
}

impl Endpoint {
    /// What can be changed of it.
    #[must_use]
    pub fn form(&self) -> NewEndpoint {
        NewEndpoint {
            path: self.path.clone(),
            provider: self.provider.clone(),
            parameters: self.parameters.clone(),
            public_url: self.public_url.clone(),
            tolerance: self.tolerance,
            answers_handshakes: self.answers_handshakes,
        }
    }

    /// The secrets that signatures are checked with.
    pub fn current_secrets(&self) -> impl Iterator<Item = &SecretRecord> {
        self.secrets.iter().filter(|secret| secret.retired_at.is_none())
    }

    /// The URL that the sender used for a request with this target, where the endpoint has a public one.
    ///
    /// A public URL with a path stands for the endpoint's path, one without for the listener.
    #[must_use]
    pub fn url_of(&self, target: &str) -> Option<String> {
        let base = self.public_url.as_deref()?;
        let target = request_target::relative(target);
        let rest = if has_path(base) {
            rest_of(&self.path, &target)?
        } else {
            &target
        };
        Some(if rest.is_empty() {
            base.to_owned()
        } else {
            let joint = if rest.starts_with('/') {
                base.trim_end_matches('/')
            } else {
                base
            };
            format!("{joint}{rest}")
        })
    }

    /// The public URL that makes `url` the URL of a request with this target; `None` where no one does.
    #[must_use]
    pub fn public_url_for(path: &str, target: &str, url: &str) -> Option<String> {
        let target = request_target::relative(target);
        let rest = rest_of(path, &target)?;
        let base = url.strip_suffix(rest)?;
        let (_, after) = base.split_once("://")?;
        let own = path.trim_end_matches('/');
        Some(match after.strip_suffix(own).filter(|host| !host.contains('/')) {
            // The same path on both sides: the listener as a whole has another name.
            Some(_) if !own.is_empty() => base.strip_suffix(own)?.to_owned(),
            _ => base.to_owned(),
        })
    }
}

fn has_path(url: &str) -> bool {
    url.split_once("://")
        .is_some_and(|(_, rest)| rest.find('/').is_some_and(|slash| slash + 1 < rest.len()))
}

/// What follows the endpoint's path in a target.
fn rest_of<'t>(path: &str, target: &'t str) -> Option<&'t str> {
    target
        .strip_prefix(path.trim_end_matches('/'))
        .filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// How far the time of signing may be from the time of receipt, in seconds; `None` leaves it to the scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tolerance {
    /// The greatest age.
    pub past: Option<u32>,
    /// The greatest lead.
    pub future: Option<u32>,
}

impl Tolerance {
    /// Whether everything is left to the scheme.
    #[must_use]
    pub const fn is_default(&self) -> bool {
        self.past.is_none() && self.future.is_none()
    }
}

/// An endpoint on its way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// The path prefix.
    pub path: String,
    /// The provider to pin.
    pub provider: Option<String>,
    /// What the person chose for its scheme.
    pub parameters: BTreeMap<String, String>,
    /// The URL its sender sends to.
    pub public_url: Option<String>,
    /// How old signatures may be.
    pub tolerance: Tolerance,
    /// What its provider asks is answered as the provider requires.
    pub answers_handshakes: bool,
}

impl NewEndpoint {
    /// An endpoint on which nothing but its path was chosen.
    #[must_use]
    pub fn at(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            provider: None,
            parameters: BTreeMap::new(),
            answers_handshakes: true,
            public_url: None,
            tolerance: Tolerance::default(),
        }
    }
}

/// That a secret exists, and where its value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRecord {
    /// Its id; the value is kept under it.
    pub id: SecretId,
    /// The name that is shown, e.g. `Stripe test`.
    pub name: String,
    /// Where the value is.
    pub place: SecretPlace,
    /// When it was set.
    pub created_at: Timestamp,
    /// When it was replaced. Signatures are not checked with it any more; it explains those made with it.
    pub retired_at: Option<Timestamp>,
}

/// Where the value of a secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace {
    /// The keychain of the operating system.
    Keychain,
    /// A file of its own in the folder `secrets` of the data folder, readable by its owner alone.
    File,
}

impl SecretPlace {
    /// `keychain` or `file`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::File => "file",
        }
    }

    /// The place that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Keychain, Self::File]
            .into_iter()
            .find(|place| place.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str, public_url: &str, target: &str) -> Option<String> {
        let endpoint = Endpoint {
            id: EndpointId::generate(),
            path: path.to_owned(),
            provider: None,
            parameters: BTreeMap::new(),
            answers_handshakes: true,
            created_at: Timestamp::from_micros(0),
            public_url: Some(public_url.to_owned()),
            tolerance: Tolerance::default(),
            secrets: Vec::new(),
        };
        endpoint.url_of(target)
    }

    #[test]
    fn a_public_url_stands_for_the_listener_or_for_the_path() {
        for (public_url, target, wanted) in [
            ("https://t.example", "/sms?a=1", "https://t.example/sms?a=1"),
            ("https://t.example/", "/sms/x", "https://t.example/sms/x"),
            (
                "https://t.example/hooks/sms",
                "/sms",
                "https://t.example/hooks/sms",
            ),
            (
                "https://t.example/hooks/",
                "/sms/x?a=1",
                "https://t.example/hooks/x?a=1",
            ),
            (
                "https://t.example/h",
                "http://127.0.0.1:1/sms?a",
                "https://t.example/h?a",
            ),
            (
                "https://t.example",
                "/sms?next=https://q/z&s=1",
                "https://t.example/sms?next=https://q/z&s=1",
            ),
        ] {
            assert_eq!(
                url("/sms", public_url, target).as_deref(),
                Some(wanted),
                "`{target}` under `{public_url}`"
            );
        }
    }

    #[test]
    fn a_url_that_is_proved_gives_the_public_url_back() {
        for (target, proved, wanted) in [
            ("/sms?a=1", "https://t.example/sms?a=1", Some("https://t.example")),
            (
                "/sms/x",
                "https://t.example/hooks/x",
                Some("https://t.example/hooks"),
            ),
            ("/sms", "https://t.example/other", Some("https://t.example/other")),
            ("/sms?a=1", "https://t.example/sms", None),
        ] {
            let found = Endpoint::public_url_for("/sms", target, proved);
            assert_eq!(found.as_deref(), wanted, "`{proved}` for `{target}`");
            if let Some(found) = found {
                assert_eq!(
                    url("/sms", &found, target).as_deref(),
                    Some(proved),
                    "and leads back"
                );
            }
        }
    }
}
