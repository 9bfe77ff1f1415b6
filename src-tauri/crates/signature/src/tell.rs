//! Telling a judgement as a [`Report`]: words, spans, texts. Nothing is decided here.

mod notes;
mod sentence;

use crate::content::Segment;
use crate::encoding;
use crate::judge::{Attempt, Fact, Judgement, Reason, Subject};
use crate::jwt::{Token, Unfit};
use crate::message::{Message, Micros};
use crate::read::time;
use crate::report::{
    Age, CONTENT_CAP, Candidate, Check, Content, Digests, Found, KeyUsed, Part, PartKind, Report, Span,
    TokenParts,
};
use crate::scheme::{Algorithm, Scheme, SecretForm, TimestampUnit};
use crate::secret::Secret;
use crate::template::Source;
use crate::view::Place;

/// What stands for something that may not be shown.
const MASK: &str = "••••••••";

/// The same in signed content, of a fixed length.
const SECRET_MASK: &[u8] = b"********";

/// The question that was judged.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'q> {
    pub(crate) scheme: &'q Scheme,
    pub(crate) message: &'q Message<'q>,
    pub(crate) secrets: &'q [Secret],
}

pub(crate) fn tell(judgement: &Judgement<'_>, asked: &Asked<'_>) -> Report {
    let way = judgement.way.map(|(_, way)| way);
    let algorithm = way.and_then(|way| way.algorithm.get());
    let attempt = judgement.attempt.as_ref();
    let age = age(judgement, asked.message.received_at);
    let key = attempt.and_then(|attempt| key_used(judgement, attempt, asked.secrets));
    Report {
        verdict: judgement.verdict,
        sentence: sentence::sentence(judgement, asked, age.as_ref(), key.as_ref()),
        way: way.and_then(|way| way.title.clone()),
        algorithm: algorithm.map(Algorithm::title),
        found: judgement
            .places
            .iter()
            .map(|place| found(place, way, asked.message))
            .collect(),
        candidates: candidates(judgement, algorithm),
        content: attempt.and_then(content),
        digests: attempt.and_then(|attempt| digests(judgement, attempt)),
        token: judgement.token.as_ref().map(|token| {
            let (header, claims) = token.documents();
            TokenParts {
                header: header.to_owned(),
                claims: claims.to_owned(),
            }
        }),
        checks: key_check(judgement, asked)
            .into_iter()
            .chain(judgement.facts.iter().map(check))
            .collect(),
        notes: notes::notes(judgement, asked, age.as_ref()),
        key,
        age,
    }
}

/// A place as a person names it.
pub(crate) fn place_name(source: &Source) -> String {
    match source {
        Source::Header(name) => name.clone(),
        Source::Json(path) => format!("`{path}` in the body"),
        Source::Form(name) => format!("the form field `{name}`"),
        Source::Query(name) => format!("the query parameter `{name}`"),
        Source::Claim(name) => format!("the claim `{name}`"),
        Source::Item(key) => format!("the item `{key}`"),
        Source::Timestamp => "the timestamp".to_owned(),
        Source::Id => "the id".to_owned(),
        other => format!("`{other}`"),
    }
}

fn found(place: &Place<'_>, way: Option<&Scheme>, message: &Message<'_>) -> Found {
    let name = place
        .header_index
        .and_then(|index| message.headers.get(index))
        .map_or_else(
            || place_name(place.source),
            |(name, _)| String::from_utf8_lossy(name).into_owned(),
        );
    let (text, parts) = match way.and_then(|way| way.algorithm.get()) {
        Some(Algorithm::Token | Algorithm::Basic) => masked(place),
        Some(Algorithm::Jwt) => masked_token(place),
        _ => shown(place, way),
    };
    Found {
        place: name,
        header_index: place.header_index,
        text,
        parts,
    }
}

fn shown(place: &Place<'_>, way: Option<&Scheme>) -> (String, Vec<Part>) {
    let text = String::from_utf8_lossy(&place.text).into_owned();
    if text.len() != place.text.len() {
        // Bytes were replaced, so spans of the original would point elsewhere.
        return (text, Vec::new());
    }
    let is_time = |key: &str| {
        let rule = way.and_then(|way| way.timestamp.as_ref());
        rule.is_some_and(|rule| {
            rule.from
                .iter()
                .any(|source| matches!(source, Source::Item(name) if name == key))
        })
    };
    let mut parts = Vec::new();
    let prefix = place.apart.prefix.map(|span| Part {
        kind: PartKind::Prefix,
        label: None,
        span,
    });
    parts.extend(prefix);
    for group in &place.apart.groups {
        for (index, item) in group.items.iter().enumerate() {
            let label = item
                .key
                .and_then(|span| text.get(span.start..span.end))
                .map(str::to_owned);
            let kind = match &label {
                _ if item.is_signature => PartKind::Signature,
                Some(key) if is_time(key) => PartKind::Timestamp,
                None if is_time(&index.to_string()) => PartKind::Timestamp,
                _ => PartKind::Other,
            };
            parts.push(Part {
                kind,
                label,
                span: item.value,
            });
        }
    }
    (text, parts)
}

/// A text that is itself the secret: its prefix, and a mask of fixed length.
fn masked(place: &Place<'_>) -> (String, Vec<Part>) {
    let prefix = place
        .apart
        .prefix
        .map_or_else(Default::default, |span| place.part(span));
    let prefix = String::from_utf8_lossy(&prefix).into_owned();
    let text = format!("{prefix}{MASK}");
    let span = Span {
        start: prefix.len(),
        end: text.len(),
    };
    (
        text,
        vec![Part {
            kind: PartKind::Secret,
            label: None,
            span,
        }],
    )
}

/// A token without its signature, so that the report cannot be used to send it again.
fn masked_token(place: &Place<'_>) -> (String, Vec<Part>) {
    let text = String::from_utf8_lossy(&place.text);
    let Some((signed, _)) = text.rsplit_once('.') else {
        return masked(place);
    };
    let text = format!("{signed}.{MASK}");
    let span = Span {
        start: signed.len() + 1,
        end: text.len(),
    };
    (
        text,
        vec![Part {
            kind: PartKind::Signature,
            label: None,
            span,
        }],
    )
}

fn candidates(judgement: &Judgement<'_>, algorithm: Option<Algorithm>) -> Vec<Candidate> {
    let is_secret = matches!(
        algorithm,
        Some(Algorithm::Token | Algorithm::Basic | Algorithm::Jwt)
    );
    let matched = judgement.attempt.as_ref().filter(|_| judgement.matched);
    judgement
        .places
        .iter()
        .enumerate()
        .flat_map(|(index, place)| {
            place
                .apart
                .signatures()
                .map(move |(_, span)| (index, place, span))
        })
        .map(|(index, place, span)| Candidate {
            text: if is_secret {
                MASK.to_owned()
            } else {
                String::from_utf8_lossy(&place.part(span)).into_owned()
            },
            found: index,
            matched: matched.is_some_and(|attempt| attempt.place == index && attempt.span == span),
        })
        .collect()
}

fn key_used(judgement: &Judgement<'_>, attempt: &Attempt<'_>, secrets: &[Secret]) -> Option<KeyUsed> {
    let key = judgement.keys.get(attempt.key)?;
    let secret = secrets.get(key.secret)?;
    let (_, way) = judgement.way?;
    let asymmetric = way.algorithm.get().is_some_and(Algorithm::is_asymmetric);
    let form = way
        .secret
        .get(key.form)
        .map(SecretForm::describe)
        .unwrap_or_default();
    let public = asymmetric
        .then(|| crate::asymmetric::PublicKey::read(secret.expose()).ok())
        .flatten();
    Some(KeyUsed {
        index: key.secret,
        name: secret.name().to_owned(),
        masked: secret.masked(),
        form: public.map_or(form, |public| public.describe().to_owned()),
        key_length: key.bytes.len(),
    })
}

fn content(attempt: &Attempt<'_>) -> Option<Content> {
    let template = attempt.template?;
    let shown = |segment: &Segment<'_>| match segment.kind {
        PartKind::Secret => SECRET_MASK.len(),
        _ => segment.bytes.len(),
    };
    let whole: usize = attempt.segments.iter().map(shown).sum();
    // Of what is long the middle is left out: a time or a URL may stand behind the body.
    let (head, tail) = if whole <= CONTENT_CAP {
        (whole, whole)
    } else {
        (CONTENT_CAP / 4 * 3, whole - CONTENT_CAP / 4)
    };
    let mut bytes = Vec::new();
    let mut parts = Vec::new();
    let mut length = 0;
    for Segment {
        kind,
        label,
        bytes: piece,
    } in &attempt.segments
    {
        // The secret's own bytes never leave; a mask of fixed length stands for them, in the spans too.
        let piece: &[u8] = if *kind == PartKind::Secret {
            SECRET_MASK
        } else {
            piece
        };
        let span = Span {
            start: length,
            end: length + piece.len(),
        };
        length = span.end;
        for (at, kept) in [(span.start, 0..head), (span.start, tail..whole)] {
            let from = kept.start.saturating_sub(at).min(piece.len());
            let to = kept.end.saturating_sub(at).min(piece.len());
            bytes.extend_from_slice(&piece[from..to]);
        }
        let label = label.map(|source| match source {
            Source::Header(name) | Source::Query(name) | Source::Form(name) => name.clone(),
            Source::Json(path) => path.to_string(),
            other => other.to_string(),
        });
        parts.push(Part {
            kind: *kind,
            label,
            span,
        });
    }
    Some(Content {
        template: template.as_str().to_owned(),
        bytes,
        length,
        left_out: (head < tail).then_some(Span {
            start: head,
            end: tail,
        }),
        parts,
    })
}

fn digests(judgement: &Judgement<'_>, attempt: &Attempt<'_>) -> Option<Digests> {
    let (_, way) = judgement.way?;
    let (algorithm, encoding) = (way.algorithm.get()?, way.encoding.get()?);
    if matches!(algorithm, Algorithm::Token | Algorithm::Basic | Algorithm::Jwt) {
        return None;
    }
    let place = judgement.places.get(attempt.place)?;
    let received = String::from_utf8_lossy(&place.part(attempt.span)).into_owned();
    let expected = attempt
        .expected
        .map(|digest| encoding::encode(&digest, encoding).to_text());
    let first_difference = expected
        .as_ref()
        .and_then(|expected| first_difference(expected, &received));
    Some(Digests {
        expected_hex: attempt.expected.map(|digest| digest.hex()),
        received_hex: encoding::decode(received.as_bytes(), encoding).map(hex::encode),
        expected,
        received,
        first_difference,
    })
}

fn first_difference(expected: &str, received: &str) -> Option<usize> {
    let differs = expected
        .chars()
        .zip(received.chars())
        .position(|(one, other)| one != other);
    let (expected, received) = (expected.chars().count(), received.chars().count());
    differs.or((expected != received).then_some(expected.min(received)))
}

fn age(judgement: &Judgement<'_>, received_at: Option<Micros>) -> Option<Age> {
    use crate::judge::AgeOutcome;

    let judged = judgement.age.as_ref()?;
    let signed_at = judged.signed_at?;
    Some(Age {
        signed_at,
        text: String::from_utf8_lossy(&judged.text).into_owned(),
        age_micros: received_at.map(|received_at| received_at.0.saturating_sub(signed_at.0)),
        past: judged.rule.past,
        future: judged.rule.future,
        within: matches!(judged.outcome, AgeOutcome::Within | AgeOutcome::NotJudged),
    })
}

/// What a key says of itself that keeps it from a token.
fn key_check(judgement: &Judgement<'_>, asked: &Asked<'_>) -> Option<Check> {
    let Reason::Unfit { secret, why } = &judgement.reason else {
        return None;
    };
    let name = asked.secrets.get(*secret).map_or("the key", Secret::name);
    let algorithm = judgement.token.as_ref().map(Token::algorithm);
    let (subject, what, found) = match why {
        Unfit::Unreadable => return None,
        Unfit::OtherId(id) => ("kid", format!("the id of a key in `{name}`"), Some(id.clone())),
        Unfit::OtherAlgorithm(meant) => ("alg", format!("`{meant}`, for which `{name}` is"), algorithm),
        Unfit::OtherKind(kind) => ("alg", format!("one that {kind} can sign with"), algorithm),
        Unfit::Public => ("alg", "one that a public key can sign with".to_owned(), algorithm),
        Unfit::Ended(at) => (
            "kid",
            format!(
                "the id of a key that has not ended by {}",
                time::format(*at, TimestampUnit::Rfc3339)
            ),
            judgement.token.as_ref().and_then(|token| token.header("kid")),
        ),
    };
    Some(Check {
        subject: Source::ClaimHeader(subject.to_owned()).to_string(),
        asked: what,
        found,
        holds: false,
    })
}

fn check(fact: &Fact<'_>) -> Check {
    let found = fact
        .found
        .as_ref()
        .map(|found| String::from_utf8_lossy(found).into_owned());
    let readable = |text: &str| {
        time::parse(text.as_bytes(), TimestampUnit::Seconds).map_or_else(
            || text.to_owned(),
            |time| time::format(time, TimestampUnit::Rfc3339),
        )
    };
    let (subject, asked, found) = match fact.subject {
        Subject::Ends => (
            "claim:exp".to_owned(),
            "later than the time of receipt".to_owned(),
            found.map(|text| readable(&text)),
        ),
        Subject::Starts => (
            "claim:nbf".to_owned(),
            "not later than the time of receipt".to_owned(),
            found.map(|text| readable(&text)),
        ),
        Subject::Required(required) => {
            let asked = if let Some(hash) = required.body_digest {
                format!("the {} of the body", hash.title())
            } else if !required.host.is_empty() {
                let at = format!("an https URL at {}", required.host.join(" or "));
                match required.path_ends.as_slice() {
                    [] => at,
                    ends => format!("{at} that ends in {}", ends.join(" or ")),
                }
            } else if !required.path_ends.is_empty() {
                format!("a URL that ends in {}", required.path_ends.join(" or "))
            } else if required.is_url {
                "the URL the request was sent to".to_owned()
            } else if required.is.is_empty() {
                "present".to_owned()
            } else {
                format!("`{}`", required.is.join("` or `"))
            };
            (required.from.to_string(), asked, found)
        }
    };
    Check {
        subject,
        asked,
        found,
        holds: fact.holds,
    }
}
