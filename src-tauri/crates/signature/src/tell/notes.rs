//! What is worth knowing though it does not change the verdict.

use super::{Asked, place_name, sentence};
use crate::examine;
use crate::judge::{AgeOutcome, Fact, Judgement, Subject};
use crate::key::Made;
use crate::report::{Age, Note, NoteCode};
use crate::scheme::{Algorithm, Hash, Scheme, SecretDecoding, SecretForm};
use crate::template::Source;
use crate::verdict::Verdict;
use crate::view::{Scene, View};

/// Keys shorter than this can be guessed.
const SHORT_KEY: usize = 8;

pub(super) fn notes(judgement: &Judgement<'_>, asked: &Asked<'_>, age: Option<&Age>) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |code, text: String| notes.push(Note { code, text });
    let Some((index, way)) = judgement.way else {
        return notes;
    };
    let Some(algorithm) = way.algorithm.get() else {
        return notes;
    };
    if algorithm == Algorithm::None || judgement.places.is_empty() {
        return notes;
    }
    if let Some(text) = not_covered(judgement, asked, way, algorithm) {
        note(NoteCode::NotCovered, text);
    }
    body_notes(asked.message.body, judgement.verdict, &mut note);
    if let Some(hash) = weak_hash(algorithm) {
        let hash = hash.title();
        note(
            NoteCode::WeakHash,
            format!("{hash} is no longer recommended; use a stronger signature if the provider has one"),
        );
    }
    secret_notes(judgement, asked, way, &mut note);
    if judgement.matched
        && let Some(attempt) = &judgement.attempt
    {
        let mut all = judgement
            .places
            .iter()
            .enumerate()
            .flat_map(|(place, found)| found.apart.signatures().map(move |(_, span)| (place, span)));
        let position = all.position(|found| found == (attempt.place, attempt.span));
        if let Some(position) = position.filter(|position| *position > 0) {
            let text = format!(
                "signature {} matched, not the first: a receiver must try each of them",
                position + 1
            );
            note(NoteCode::NotFirst, text);
        }
    }
    age_notes(judgement, way, age, &mut note);
    if asked.message.url.is_none() && way.content.iter().any(|template| template.reads(&Source::Url)) {
        let url = asked.message.effective_url();
        note(
            NoteCode::UrlAssumed,
            format!("the URL the sender used is not known; `{url}` was put together from the request"),
        );
    }
    for (other, alternative) in asked
        .scheme
        .ways()
        .enumerate()
        .filter(|(other, _)| *other != index)
    {
        if let Some(text) = other_signature(alternative, asked) {
            let title = alternative
                .title
                .clone()
                .unwrap_or_else(|| format!("way {}", other + 1));
            note(
                NoteCode::OtherSignature,
                format!("{text} came too ({title}) and was not used"),
            );
        }
    }
    notes
}

fn body_notes(body: &[u8], verdict: Verdict, note: &mut impl FnMut(NoteCode, String)) {
    if body.is_empty() {
        note(
            NoteCode::BodyEmpty,
            "the body is empty; several SDKs refuse that whatever the signature".to_owned(),
        );
        return;
    }
    if body.is_ascii() {
        return;
    }
    if std::str::from_utf8(body).is_err() {
        let text = if verdict == Verdict::Valid {
            "valid on the bytes, but a receiver that decodes the body to text before checking will refuse it"
        } else {
            "the body is not UTF-8; a receiver that decodes it to text first cannot check it"
        };
        note(NoteCode::BodyNotText, text.to_owned());
    }
    if body.starts_with(&[0xEF, 0xBB, 0xBF]) {
        note(
            NoteCode::ByteOrderMark,
            "the body starts with a byte order mark, which some SDKs drop before checking".to_owned(),
        );
    }
    if crate::read::form::position(body, &[0xEF, 0xBF, 0xBD]).is_some() {
        let text = "the body holds U+FFFD: something before us may have replaced bytes it could not read";
        note(NoteCode::ReplacementCharacters, text.to_owned());
    }
}

fn secret_notes(
    judgement: &Judgement<'_>,
    asked: &Asked<'_>,
    way: &Scheme,
    note: &mut impl FnMut(NoteCode, String),
) {
    let by_key = way
        .algorithm
        .get()
        .is_some_and(|algorithm| algorithm.is_asymmetric() || algorithm == Algorithm::Jwt);
    for secret in asked
        .secrets
        .iter()
        .filter(|secret| !crate::key::is_blank(secret))
    {
        let name = secret.name();
        let unusable = way
            .secret
            .iter()
            .all(|form| matches!(form.key(secret), Made::Unreadable));
        if unusable {
            let form = way.secret.first().map(SecretForm::describe).unwrap_or_default();
            note(
                NoteCode::SecretUnusable,
                format!("no key can be made of `{name}`: it is not {form}"),
            );
        }
        let is_text = way.secret.iter().any(|form| form.decode == SecretDecoding::Text);
        if !by_key && is_text && secret.expose().trim() != secret.expose() {
            note(
                NoteCode::SecretBlanks,
                format!("`{name}` has blanks or a line end around it, and they count"),
            );
        }
        if let (true, Some(received_at)) = (by_key, asked.message.received_at)
            && let Some(text) = sentence::certificate_note(secret.expose(), received_at)
        {
            note(NoteCode::CertificateDates, text);
        }
    }
    if let Some(key) = judgement
        .attempt
        .as_ref()
        .and_then(|attempt| judgement.keys.get(attempt.key))
    {
        if !by_key && key.bytes.len() < SHORT_KEY {
            note(
                NoteCode::EmptyKey,
                format!("the key has only {} bytes", key.bytes.len()),
            );
        }
        if let (true, Some(source)) = (by_key, &way.key_source) {
            note(
                NoteCode::KeyByHand,
                format!("the key was given by hand; a receiver takes {source}"),
            );
        }
    }
}

fn age_notes(
    judgement: &Judgement<'_>,
    way: &Scheme,
    age: Option<&Age>,
    note: &mut impl FnMut(NoteCode, String),
) {
    let Some(rule) = &way.timestamp else { return };
    let has_tolerance = rule.past.is_some() || rule.future.is_some();
    match judgement.age.as_ref().map(|age| age.outcome) {
        None if has_tolerance && judgement.matched => {
            let places: Vec<String> = rule.from.iter().map(place_name).collect();
            note(
                NoteCode::AgeNotJudged,
                format!("the age was not judged: {} is not there", places.join(" or ")),
            );
        }
        Some(AgeOutcome::NotJudged) if has_tolerance => {
            note(
                NoteCode::AgeNotJudged,
                "the age was not judged: the time of receipt is not known".to_owned(),
            );
        }
        Some(AgeOutcome::Unreadable) => {
            note(
                NoteCode::AgeNotJudged,
                "the age was not judged: the time cannot be read".to_owned(),
            );
        }
        _ => {}
    }
    if let Some(micros) = age
        .and_then(|age| age.age_micros)
        .filter(|micros| *micros < -1_000_000)
    {
        note(
            NoteCode::FromTheFuture,
            format!(
                "the sender's clock was {} s ahead of ours",
                micros.unsigned_abs() / 1_000_000
            ),
        );
    }
}

/// What the signature does not protect, in words.
fn not_covered(
    judgement: &Judgement<'_>,
    asked: &Asked<'_>,
    way: &Scheme,
    algorithm: Algorithm,
) -> Option<String> {
    if let Some(text) = &way.not_covered {
        return Some(text.clone());
    }
    if matches!(algorithm, Algorithm::Token | Algorithm::Basic) {
        return Some("the token says who sent this; nothing of the message is signed".to_owned());
    }
    let has_body = !asked.message.body.is_empty();
    let has_body_digest = has_body_digest(judgement, way);
    if algorithm == Algorithm::Jwt {
        return (has_body && !has_body_digest).then(|| "the token does not cover the body".to_owned());
    }
    // Of another body than a form there are no fields to be signed.
    let is_form = Scene::new(way, asked.message).is_form();
    let reads_body = way.content.iter().any(|template| {
        template.reads_any(|source| match source {
            Source::Body | Source::Json(_) | Source::Form(_) | Source::FormPhp(_) => true,
            Source::FormSorted => is_form,
            _ => false,
        })
    });
    if has_body && !reads_body && !has_body_digest {
        return Some("the body is not signed".to_owned());
    }
    let time_is_outside = way.timestamp.as_ref().is_some_and(|rule| {
        rule.from
            .iter()
            .all(|source| matches!(source, Source::Header(_) | Source::Query(_)))
            && !way.content.iter().any(|template| {
                template.reads_any(|source| {
                    matches!(source, Source::Timestamp | Source::SignedHeaders(_))
                        || rule.from.contains(source)
                })
            })
    });
    time_is_outside.then(|| "the timestamp is not signed".to_owned())
}

/// Whether a digest of the body is among what is signed: asked for, or found where it may be left out.
fn has_body_digest(judgement: &Judgement<'_>, way: &Scheme) -> bool {
    let is_asked = || {
        way.require
            .iter()
            .any(|required| required.body_digest.is_some() && !required.optional)
    };
    let is_found = |fact: &Fact<'_>| match fact.subject {
        Subject::Required(required) => required.body_digest.is_some() && fact.found.is_some(),
        Subject::Ends | Subject::Starts => false,
    };
    is_asked() || judgement.facts.iter().any(is_found)
}

fn weak_hash(algorithm: Algorithm) -> Option<Hash> {
    let hash = algorithm.hmac_hash().or(algorithm.plain_hash());
    let hash = if algorithm == Algorithm::RsaSha1 {
        Some(Hash::Sha1)
    } else {
        hash
    };
    hash.filter(|hash| matches!(hash, Hash::Md5 | Hash::Sha1))
}

/// The name of another way's signature, if it is in the message.
fn other_signature(alternative: &Scheme, asked: &Asked<'_>) -> Option<String> {
    let scene = Scene::new(alternative, asked.message);
    let view = View::of(&scene);
    let can_be_read =
        |condition: &crate::scheme::Condition| condition.absent || examine::holds(condition, &view);
    if !alternative.when.iter().all(can_be_read) {
        return None;
    }
    let used: Vec<&Source> = asked
        .scheme
        .ways()
        .flat_map(|way| &way.signature)
        .flat_map(|found| &found.from)
        .collect();
    let sources = &alternative.signature.as_ref()?.from;
    let source = sources
        .iter()
        .find(|source| used.iter().filter(|other| *other == source).count() == 1)?;
    view.get(source).filter(|value| !value.is_empty())?;
    Some(place_name(source))
}
