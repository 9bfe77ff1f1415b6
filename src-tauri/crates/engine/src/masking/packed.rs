//! Looking through a body that may be packed, and what of one is given away.

use std::borrow::Cow;

use bytes::Bytes;

use super::body::{Unreadable, each_span, is_one_value, masked_body, there};
use super::head::MASKED;
use super::learned::Secrets;
use super::path::MaskPath;
use crate::body::coding::{self, Coding, LONGEST};
use crate::model::Header;
use crate::unpacking::header;

/// What is in a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// The body itself.
    Plain,
    /// What comes out of it, to its end.
    Packed(Vec<u8>),
    /// It is packed, and cannot be looked through to its end: what comes out of it until then, and why no more.
    Unknown(Vec<u8>, Unfound),
}

/// Why what is masked in a body cannot be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfound {
    /// It looks like JSON and is none, or is packed and breaks off.
    Unreadable,
    /// More comes out of it than is unpacked.
    TooLong,
}

impl Inside {
    pub(super) fn of(body: &[u8], headers: &[Header]) -> Self {
        let named = headers.iter().filter(|header| header.is("content-encoding"));
        let named: Vec<Cow<'_, str>> = named.map(|line| String::from_utf8_lossy(&line.value)).collect();
        let named = named.join(",");
        let is_named = named
            .split(',')
            .map(str::trim)
            .any(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"));
        if body.is_empty() {
            return Self::Plain;
        }
        let codings = coding::codings(is_named.then_some(&named), header(headers, "content-type"), body);
        if codings.is_empty() && is_named {
            // Nobody here knows that coding.
            return Self::Unknown(Vec::new(), Unfound::Unreadable);
        }
        if !codings.is_empty() {
            return Self::unpacked(&codings, body);
        }
        // Nothing says so, and a reader may unpack it all the same.
        match coding::by_first_bytes(body) {
            Some(coding @ (Coding::Gzip | Coding::Zstd)) => match Self::unpacked(&[coding], body) {
                Self::Unknown(bytes, _) if bytes.is_empty() => Self::Plain,
                inside => inside,
            },
            _ => Self::Plain,
        }
    }

    fn unpacked(codings: &[Coding], body: &[u8]) -> Self {
        match coding::unpack(codings, body, LONGEST) {
            None => Self::Plain,
            Some(unpacked) if unpacked.problem.is_some() => {
                Self::Unknown(unpacked.bytes, Unfound::Unreadable)
            }
            Some(unpacked) if unpacked.cut => Self::Unknown(unpacked.bytes, Unfound::TooLong),
            Some(unpacked) => Self::Packed(unpacked.bytes),
        }
    }
}

/// A body with the chosen values masked, and what is secret elsewhere in the same request hidden; `None` where nothing of
/// that is in it. Where it cannot be looked for, or stands in what is packed, all of it is a mark.
pub(crate) fn given_body(
    body: &[u8],
    headers: &[Header],
    paths: &[MaskPath],
    secrets: &Secrets,
) -> Option<Bytes> {
    if body.is_empty() {
        return None;
    }
    let content_type = headers.iter().find(|header| header.is("content-type"));
    let content_type = content_type.map(|line| line.value.trim_ascii());
    let whole = || Some(Bytes::from_static(MASKED));
    match Inside::of(body, headers) {
        Inside::Plain => match masked_body(body, content_type, paths, secrets) {
            Ok(given) => given.map(Into::into),
            Err(Unreadable) => whole(),
        },
        Inside::Packed(bytes) => {
            let mut has_chosen = false;
            let found = each_span(&bytes, content_type, paths, &mut |_| has_chosen = true);
            let is_open = found.is_ok() && !has_chosen && !secrets.are_in(&bytes) && !secrets.are_in(body);
            if is_open { None } else { whole() }
        }
        // It may be behind what could be read.
        Inside::Unknown(..) if !paths.is_empty() || !secrets.is_empty() => whole(),
        Inside::Unknown(..) => None,
    }
}

/// A body that goes into a copy, looked into once. What is packed and has something secret in it goes unpacked.
pub(crate) struct Copied<'b> {
    body: &'b [u8],
    content_type: Option<Vec<u8>>,
    inside: Inside,
}

impl<'b> Copied<'b> {
    pub(crate) fn of(body: &'b [u8], headers: &[Header]) -> Self {
        let content_type = headers.iter().find(|header| header.is("content-type"));
        Self {
            body,
            content_type: content_type.map(|line| line.value.trim_ascii().to_vec()),
            inside: Inside::of(body, headers),
        }
    }

    fn bytes(&self) -> &[u8] {
        match &self.inside {
            Inside::Plain => self.body,
            Inside::Packed(bytes) | Inside::Unknown(bytes, _) => bytes,
        }
    }

    /// Which of these pointers lead to a value of it, as far as it can be read.
    pub(crate) fn there<'p>(&self, paths: &'p [MaskPath]) -> Vec<&'p MaskPath> {
        there(self.bytes(), self.content_type.as_deref(), paths)
    }

    /// Whether all of it is masked where a pointer is chosen: it has no values that one could name.
    pub(crate) fn is_one_value(&self) -> bool {
        is_one_value(self.bytes(), self.content_type.as_deref())
    }

    /// Lets `secrets` know its chosen values.
    pub(crate) fn tell(&self, secrets: &mut Secrets, paths: &[MaskPath]) {
        secrets.learn_plain(self.bytes(), self.content_type.as_deref(), paths);
    }

    /// What goes in its place, without any coding; `None` where it goes as it is.
    pub(crate) fn given(&self, paths: &[MaskPath], secrets: &Secrets) -> Result<Option<Vec<u8>>, Unfound> {
        let has_nothing_to_hide = paths.is_empty() && secrets.is_empty();
        if let Inside::Unknown(_, why) = self.inside {
            return if has_nothing_to_hide { Ok(None) } else { Err(why) };
        }
        let given = masked_body(self.bytes(), self.content_type.as_deref(), paths, secrets);
        let given = given.map_err(|Unreadable| Unfound::Unreadable)?;
        // There may be something behind what is packed.
        let is_behind = || self.inside != Inside::Plain && secrets.are_in(self.body);
        Ok(given.or_else(|| is_behind().then(|| self.bytes().to_vec())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::coding::tests::gzip;
    use crate::masking::Screen;

    fn headers(lines: &[(&'static str, &'static str)]) -> Vec<Header> {
        lines
            .iter()
            .map(|(name, value)| Header {
                name: Bytes::from_static(name.as_bytes()),
                value: Bytes::from_static(value.as_bytes()),
            })
            .collect()
    }

    #[test]
    fn what_could_not_be_looked_through_is_given_away_only_where_nothing_is_looked_for() {
        let long = gzip(&vec![b'x'; LONGEST + 1]);
        let says = |coding| headers(&[("Content-Encoding", coding)]);
        let paths = ["/a".parse::<MaskPath>().unwrap()];
        let mut secrets = Secrets::default();
        secrets.learn(b"5ecret-token");
        for (body, lines, why) in [
            (&gzip(b"open")[..20], says("gzip"), "its end did not come"),
            (b"open", says("compress"), "a coding that nobody here knows"),
            (&long, says("gzip"), "more comes out of it than is looked through"),
        ] {
            let given = |paths: &[MaskPath], secrets: &Secrets| given_body(body, &lines, paths, secrets);
            let whole = Some(Bytes::from_static(MASKED));
            assert_eq!(given(&[], &secrets), whole, "{why}: a token may be behind it");
            assert_eq!(given(&paths, &Secrets::default()), whole, "{why}: so may a value");
            assert_eq!(
                given(&[], &Secrets::default()),
                None,
                "{why}: there is nothing to look for"
            );
            let body = Bytes::copy_from_slice(body);
            let mut screen = Screen::for_tests(Vec::new());
            assert!(screen.body(&body, &lines) == body, "{why}: on a screen too");
            screen.learn(b"5ecret-token");
            assert!(
                screen.body(&body, &lines).iter().all(|byte| *byte == b'*'),
                "{why}: a screen hides it whole"
            );
        }
    }

    #[test]
    fn a_packed_body_is_given_away_only_where_nothing_chosen_is_in_it() {
        let paths = ["/a".parse::<MaskPath>().unwrap()];
        let json = ("Content-Type", "application/json");
        let (secret, open) = (&br#"{"a":"secret"}"#[..], &br#"{"b":"open"}"#[..]);
        let whole = Some(Bytes::from_static(MASKED));
        let says = |coding| ("Content-Encoding", coding);
        for (body, lines, wanted, why) in [
            (open.to_vec(), vec![json], None, "nothing chosen is in it"),
            (
                gzip(open),
                vec![json, says("gzip")],
                None,
                "nor in what comes out",
            ),
            (
                gzip(secret),
                vec![json, says("gzip")],
                whole.clone(),
                "it would have to be packed again",
            ),
            (
                gzip(secret),
                vec![json],
                whole.clone(),
                "known by its first bytes",
            ),
            (gzip(open), vec![json], None, "the same without a secret"),
            (gzip(secret), vec![], whole.clone(), "nobody says what it is"),
            (
                gzip(&gzip(secret)),
                vec![json, says("gzip"), says("gzip")],
                whole.clone(),
                "packed twice, said in two lines",
            ),
            (
                open.to_vec(),
                vec![json, says("br")],
                whole.clone(),
                "it is not what it says",
            ),
            (
                open.to_vec(),
                vec![says("compress")],
                whole.clone(),
                "a coding that nobody here knows",
            ),
            (
                gzip(open)[..20].to_vec(),
                vec![json],
                whole.clone(),
                "its end did not come",
            ),
            (
                open.to_vec(),
                vec![json, says("identity")],
                None,
                "this is no coding",
            ),
            (
                b"\x1f\x8b\x08".to_vec(),
                vec![],
                whole.clone(),
                "it only begins like one, and a pointer means nothing in it",
            ),
        ] {
            assert_eq!(
                given_body(&body, &headers(&lines), &paths, &Secrets::default()),
                wanted,
                "{why}"
            );
        }
        assert_eq!(
            Inside::of(b"\x1f\x8b\x08", &[]),
            Inside::Plain,
            "what only begins like one is all there"
        );
        assert_eq!(
            given_body(secret, &headers(&[json]), &paths, &Secrets::default()).as_deref(),
            Some(&br#"{"a":"[masked]"}"#[..]),
            "a plain one keeps what is open"
        );
        assert_eq!(
            given_body(&gzip(secret), &headers(&[says("gzip")]), &[], &Secrets::default()),
            None,
            "nothing is chosen"
        );
        let mut secrets = Secrets::default();
        secrets.learn(b"secret");
        assert_eq!(
            given_body(secret, &headers(&[json]), &[], &secrets).as_deref(),
            Some(&br#"{"a":"******"}"#[..]),
            "what is secret in its head comes up again"
        );
        assert_eq!(
            given_body(&gzip(secret), &headers(&[says("gzip")]), &[], &secrets),
            whole,
            "and in what is packed"
        );
        secrets.learn(b"secret&mail=ann");
        let form = headers(&[("Content-Type", "application/x-www-form-urlencoded")]);
        assert_eq!(
            given_body(b"a=secret&mail=ann&b=1", &form, &paths, &secrets).as_deref(),
            Some(&b"a=masked*********&b=1"[..]),
            "a mark does not break up what comes up again"
        );
    }
}
