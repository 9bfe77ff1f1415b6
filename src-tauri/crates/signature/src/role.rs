//! What each header line is to a scheme: whoever reads a request sees which of its headers matter, and for what.
//!
//! Only places are looked at, and nothing is computed: a line has its role whether or not the signature holds.

use crate::examine;
use crate::message::Message;
use crate::scheme::{Scheme, Signature};
use crate::secret::Secret;
use crate::template::Source;
use crate::view::{Scene, View};

/// What a header line is to a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HeaderRole {
    /// It holds the signature that is checked.
    Signature,
    /// It holds a signature of another way of signing, which is not checked beside the one that is.
    OtherSignature,
    /// It holds the time of signing.
    Time,
    /// It names the key that was signed with.
    Key,
    /// It is the digest of the body.
    Digest,
    /// What it holds is signed too, or says what is.
    Signed,
    /// It must be as the scheme says beside the signature.
    Required,
    /// It says by which way is signed.
    Way,
}

/// The roles of each header line, in the order of the lines; most have none. `secrets` decide between ways of signing as
/// they do for a check.
#[must_use]
pub fn header_roles(scheme: &Scheme, message: &Message<'_>, secrets: &[Secret]) -> Vec<Vec<HeaderRole>> {
    let scenes: Vec<Scene<'_>> = scheme.ways().map(|way| Scene::new(way, message)).collect();
    let chosen = examine::choose(&scenes, secrets).map(|(index, _)| index);
    let mut lines = Lines {
        message,
        roles: vec![Vec::new(); message.headers.len()],
    };
    let Some(scene) = chosen.and_then(|index| scenes.get(index)) else {
        // Which way is meant is not known: what stands where one has its signature is one.
        for way in scheme.ways() {
            lines.give_all(way.signature.as_ref(), HeaderRole::Signature);
        }
        return lines.roles;
    };
    lines.of_way(scene);
    let others = scheme
        .ways()
        .enumerate()
        .filter(|(index, _)| Some(*index) != chosen);
    for (_, way) in others {
        lines.give_all(way.signature.as_ref(), HeaderRole::OtherSignature);
    }
    for roles in &mut lines.roles {
        if roles.contains(&HeaderRole::Signature) {
            roles.retain(|role| *role != HeaderRole::OtherSignature);
        }
        roles.sort_unstable();
    }
    lines.roles
}

struct Lines<'m> {
    message: &'m Message<'m>,
    roles: Vec<Vec<HeaderRole>>,
}

impl Lines<'_> {
    fn of_way(&mut self, scene: &Scene<'_>) {
        let way = scene.way;
        let view = View::of(scene);
        let signature = way.signature.as_ref();
        self.give_all(signature, HeaderRole::Signature);
        let timed = way.timestamp.iter().map(|rule| (&rule.from, HeaderRole::Time));
        let keyed = way.key_id.iter().map(|rule| (&rule.from, HeaderRole::Key));
        let named = way.id.iter().map(|rule| (&rule.from, HeaderRole::Signed));
        for (sources, role) in timed.chain(keyed).chain(named) {
            let is_beside =
                |source: &&Source| matches!(source, Source::Header(_)) && view.get(source).is_some();
            match sources.iter().find(is_beside) {
                Some(source) => self.give(source, role),
                // It stands in the signature's own text.
                None if sources.iter().any(is_in_signature) => self.give_all(signature, role),
                None => {}
            }
        }
        for requirement in &way.require {
            let role = match requirement.body_digest {
                Some(_) => HeaderRole::Digest,
                None => HeaderRole::Required,
            };
            self.give(&requirement.from, role);
        }
        for condition in way.when.iter().filter(|condition| !condition.absent) {
            self.give(&condition.from, HeaderRole::Way);
        }
        self.signed(scene);
    }

    /// The headers among what is signed, and those that list them.
    fn signed(&mut self, scene: &Scene<'_>) {
        let message = self.message;
        let mut listed: Vec<Vec<u8>> = Vec::new();
        for (index, (name, value)) in message.headers.iter().enumerate() {
            let lists = |source: &Source| matches!(source, Source::SignedHeaders(wanted) if name.eq_ignore_ascii_case(wanted.as_bytes()));
            let is_put_in = |source: &Source| matches!(source, Source::Header(wanted) if name.eq_ignore_ascii_case(wanted.as_bytes()));
            let content = &scene.way.content;
            if content.iter().any(|template| template.reads_any(lists)) {
                let names = value.split(|byte| b";, ".contains(byte));
                listed.extend(
                    names
                        .filter(|name| !name.is_empty())
                        .map(<[u8]>::to_ascii_lowercase),
                );
                self.put(index, HeaderRole::Signed);
            } else if content.iter().any(|template| template.reads_any(is_put_in)) {
                self.put(index, HeaderRole::Signed);
            }
        }
        for (index, (name, _)) in message.headers.iter().enumerate() {
            if listed.contains(&name.to_ascii_lowercase()) {
                self.put(index, HeaderRole::Signed);
            }
        }
    }

    /// Every line where a way has signatures.
    fn give_all(&mut self, signature: Option<&Signature>, role: HeaderRole) {
        for source in signature.iter().flat_map(|signature| &signature.from) {
            let Source::Header(name) = source else { continue };
            for index in 0..self.message.headers.len() {
                if self.is_called(index, name) {
                    self.put(index, role);
                }
            }
        }
    }

    /// The first line of a name: no other is read.
    fn give(&mut self, source: &Source, role: HeaderRole) {
        let Source::Header(name) = source else { return };
        let first = (0..self.message.headers.len()).find(|index| self.is_called(*index, name));
        first.into_iter().for_each(|index| self.put(index, role));
    }

    fn is_called(&self, index: usize, wanted: &str) -> bool {
        let Some((name, _)) = self.message.headers.get(index) else {
            return false;
        };
        match wanted.strip_suffix('*') {
            Some(start) => name
                .get(..start.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes())),
            None => name.eq_ignore_ascii_case(wanted.as_bytes()),
        }
    }

    fn put(&mut self, index: usize, role: HeaderRole) {
        if let Some(roles) = self.roles.get_mut(index)
            && !roles.contains(&role)
        {
            roles.push(role);
        }
    }
}

const fn is_in_signature(source: &Source) -> bool {
    matches!(
        source,
        Source::Item(_) | Source::Claim(_) | Source::ClaimHeader(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::HeaderLine;

    fn roles(scheme: &str, headers: &[HeaderLine<'_>]) -> Vec<Vec<HeaderRole>> {
        let scheme: Scheme = toml::from_str(scheme).unwrap();
        let message = Message {
            method: "POST",
            target: "/",
            url: None,
            headers,
            body: b"{}",
            received_at: None,
        };
        header_roles(&scheme, &message, &[])
    }

    #[test]
    fn a_time_within_the_signature_makes_the_line_both() {
        let scheme = r#"
            algorithm = "hmac-sha256"
            content = "{timestamp}.{body}"
            signature = { from = "header:Stripe-Signature", separator = ",", assign = "=", key = "v1" }
            timestamp = { from = "item:t", unit = "seconds" }
        "#;
        let found = roles(scheme, &[(b"Host", b"a"), (b"stripe-signature", b"t=1,v1=aa")]);
        assert_eq!(
            found,
            [vec![], vec![HeaderRole::Signature, HeaderRole::Time]],
            "the case of a name does not matter, and what the scheme does not name has no role"
        );
    }

    #[test]
    fn a_signature_that_another_one_outweighs_is_told_apart() {
        let scheme = r#"
            algorithm = "hmac-sha256"
            signature = { from = "header:X-Strong", prefix = "sha256=" }
            [[alternatives]]
            algorithm = "hmac-sha1"
            when = [{ from = "header:X-Strong", absent = true }]
            signature = { from = "header:X-Weak", prefix = "sha1=" }
        "#;
        let strong: HeaderLine<'_> = (b"X-Strong", b"sha256=aa");
        let weak: HeaderLine<'_> = (b"X-Weak", b"sha1=aa");
        assert_eq!(
            roles(scheme, &[strong, weak]),
            [vec![HeaderRole::Signature], vec![HeaderRole::OtherSignature]],
            "only one of them decides"
        );
        assert_eq!(
            roles(scheme, &[weak]),
            [vec![HeaderRole::Signature]],
            "alone it is the one that decides"
        );
    }

    #[test]
    fn what_is_signed_along_and_what_must_hold_is_told() {
        let scheme = r#"
            algorithm = "hmac-sha256"
            content = "{id}.{header:X-Topic}.{body}"
            signature = { from = "header:X-Sign" }
            id = { from = ["header:X-Id", "header:Other-Id"] }
            key_id = { from = "header:X-Key" }
            require = [{ from = "header:Digest", body_digest = "sha256" }, { from = "header:X-Version", is = "1" }]
        "#;
        let headers: [HeaderLine<'_>; 7] = [
            (b"X-Sign", b"aa"),
            (b"X-Topic", b"b"),
            (b"X-Id", b"1"),
            (b"X-Id", b"2"),
            (b"X-Key", b"k"),
            (b"Digest", b"d"),
            (b"X-Version", b"1"),
        ];
        assert_eq!(
            roles(scheme, &headers),
            [
                vec![HeaderRole::Signature],
                vec![HeaderRole::Signed],
                vec![HeaderRole::Signed],
                vec![],
                vec![HeaderRole::Key],
                vec![HeaderRole::Digest],
                vec![HeaderRole::Required]
            ],
            "a second line of a name is not read"
        );
    }
}
