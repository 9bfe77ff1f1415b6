//! What is secret by its name: of a header, of a parameter of a query, of a field.

use std::sync::Arc;

use hookbench_signature::{Scheme, Source};

use crate::model::Header;

/// What one of many texts takes beside its bytes.
pub(super) const OVERHEAD: usize = 64;

/// Places of a head that hold signatures or tokens, beside those that are usually secret.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct SigningPlaces {
    /// Names of headers; one that ends in `*` stands for all that begin so.
    pub(crate) headers: Vec<String>,
    /// Names of parameters of the query.
    pub(crate) parameters: Vec<String>,
    /// Headers that are called as if they were secret and say, with just these values, how is signed.
    pub(crate) open: Vec<(String, String)>,
}

impl SigningPlaces {
    /// Those of all ways to sign: which of them a request was signed by is not asked.
    pub(crate) fn add(&mut self, scheme: &Scheme) {
        let signatures = scheme.ways().filter_map(|way| way.signature.as_ref());
        for source in signatures.flat_map(|signature| &signature.from) {
            let (names, name) = match source {
                Source::Header(name) => (&mut self.headers, name),
                Source::Query(name) => (&mut self.parameters, name),
                _ => continue,
            };
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let asked = scheme.ways().flat_map(|way| {
            let required = way.require.iter().map(|one| (&one.from, &one.is));
            required.chain(way.when.iter().map(|one| (&one.from, &one.is)))
        });
        for (source, values) in asked {
            let Source::Header(name) = source else { continue };
            for value in values {
                let pair = (name.clone(), value.clone());
                if !self.open.contains(&pair) {
                    self.open.push(pair);
                }
            }
        }
    }

    /// `shared`, and `more` where that is not in it: nobody has places of their own who knows no others.
    pub(super) fn with(shared: &Arc<Self>, more: &Arc<Self>) -> Arc<Self> {
        if Arc::ptr_eq(shared, more) || shared.has(more) {
            return Arc::clone(shared);
        }
        if more.has(shared) {
            return Arc::clone(more);
        }
        let mut all = Self::clone(shared);
        all.extend(more);
        Arc::new(all)
    }

    fn has(&self, others: &Self) -> bool {
        let has_all = |names: &[String], others: &[String]| others.iter().all(|name| names.contains(name));
        has_all(&self.headers, &others.headers)
            && has_all(&self.parameters, &others.parameters)
            && others.open.iter().all(|pair| self.open.contains(pair))
    }

    /// These places too.
    fn extend(&mut self, others: &Self) {
        for (names, more) in [
            (&mut self.headers, &others.headers),
            (&mut self.parameters, &others.parameters),
        ] {
            let more: Vec<String> = more
                .iter()
                .filter(|name| !names.contains(name))
                .cloned()
                .collect();
            names.extend(more);
        }
        let more: Vec<_> = others
            .open
            .iter()
            .filter(|pair| !self.open.contains(pair))
            .cloned()
            .collect();
        self.open.extend(more);
    }

    /// How many bytes they take, about.
    pub(super) fn size(&self) -> usize {
        let names = self.headers.iter().chain(&self.parameters);
        let open = self.open.iter().flat_map(|(name, value)| [name, value]);
        names.chain(open).map(|text| text.len() + OVERHEAD).sum()
    }

    /// Whether the value of a header of this name is masked.
    pub(super) fn hides_name(&self, name: &[u8]) -> bool {
        is_meant(name, &self.headers) || is_secret_name(name)
    }

    fn is_open(&self, header: &Header) -> bool {
        self.open
            .iter()
            .any(|(name, value)| header.is(name) && header.value.eq_ignore_ascii_case(value.as_bytes()))
    }

    /// Whether the value of a parameter of this name is masked.
    pub(super) fn hides_parameter(&self, name: &str) -> bool {
        self.parameters.iter().any(|meant| meant == name) || is_secret_name(name.as_bytes())
    }

    /// Whether the value of `header` is masked whole.
    pub(crate) fn hides(&self, header: &Header) -> bool {
        self.hides_name(&header.name) && !self.is_open(header)
    }
}

/// Whether a name is one of these, of which one that ends in `*` stands for all that begin so.
fn is_meant(name: &[u8], names: &[String]) -> bool {
    names.iter().any(|meant| match meant.strip_suffix('*') {
        Some(start) => name
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes())),
        None => name.eq_ignore_ascii_case(meant.as_bytes()),
    })
}

/// Whether what is called so is usually secret.
pub(crate) fn is_secret_name(name: &[u8]) -> bool {
    // Without the signs between their words, so that `api-key`, `api_key` and `apiKey` are one.
    const PARTS: [&[u8]; 13] = [
        b"authorization",
        b"cookie",
        b"signature",
        b"secret",
        b"token",
        b"password",
        b"passphrase",
        b"apikey",
        b"accesskey",
        b"privatekey",
        b"sessionid",
        b"hmac",
        b"credential",
    ];
    // Whole words: within another they mean something else (`author`, `compass`).
    const WORDS: [&[u8]; 5] = [b"auth", b"jwt", b"passwd", b"pwd", b"pass"];
    let lower = name.to_ascii_lowercase();
    let is_sign = |byte: &u8| matches!(byte, b'-' | b'_' | b'.' | b' ' | b'[' | b']');
    let mut words = lower.split(is_sign);
    if words.any(|word| WORDS.contains(&word)) {
        return true;
    }
    let joined: Vec<u8> = lower.iter().copied().filter(|byte| !is_sign(byte)).collect();
    PARTS
        .iter()
        .any(|part| memchr::memmem::find(&joined, part).is_some())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_header_is_secret_by_its_name_or_by_where_is_signed() {
        let places = SigningPlaces {
            headers: vec!["X-Proof-*".to_owned(), "x-own".to_owned()],
            parameters: Vec::new(),
            open: Vec::new(),
        };
        for (name, is_hidden) in [
            ("Authorization", true),
            ("COOKIE", true),
            ("X-Hub-Signature-256", true),
            ("X-Gitlab-Token", true),
            ("X-API-Key", true),
            ("X-OWN", true),
            ("x-proof-new", true),
            ("X-Proof-", true),
            ("X-Proof", false),
            ("X-Proo", false),
            ("Content-Type", false),
            ("X-GitHub-Event", false),
            ("User-Agent", false),
        ] {
            let header = Header {
                name: Bytes::from_static(name.as_bytes()),
                value: Bytes::from_static(b"v"),
            };
            assert_eq!(places.hides(&header), is_hidden, "`{name}`");
        }
    }

    #[test]
    fn all_ways_to_sign_are_known() {
        let scheme: Scheme = toml::from_str(
            r#"
            algorithm = "hmac-sha256"
            signature = { from = "header:X-Proof" }
            require = [{ from = "header:X-Signature-Version", is = "1" }]
            [[alternatives]]
            algorithm = "hmac-sha256"
            signature = { from = ["query:proof", "header:X-Other-*"] }
            "#,
        )
        .unwrap();
        let wanted = SigningPlaces {
            headers: vec!["X-Proof".to_owned(), "X-Other-*".to_owned()],
            parameters: vec!["proof".to_owned()],
            open: vec![("X-Signature-Version".to_owned(), "1".to_owned())],
        };
        let mut places = SigningPlaces::default();
        places.add(&scheme);
        assert_eq!(places, wanted, "not of the first only");
        for (value, is_hidden) in [(&b"1"[..], false), (b"2", true)] {
            let header = Header {
                name: Bytes::from_static(b"x-signature-version"),
                value: Bytes::from_static(value),
            };
            assert_eq!(
                places.hides(&header),
                is_hidden,
                "what the scheme says itself is no secret"
            );
        }
    }
}
