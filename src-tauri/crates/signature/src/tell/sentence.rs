//! The verdict in one sentence.

use super::{Asked, place_name};
use crate::asymmetric;
use crate::grammar::Fault;
use crate::judge::{Judgement, Reason, Subject};
use crate::jwt::Unfit;
use crate::report::{Age, KeyUsed};
use crate::scheme::{Algorithm, Scheme, SecretForm};
use crate::secret::Secret;
use crate::shortened;
use crate::template::Source;
use crate::view::Scene;

pub(super) fn sentence(
    judgement: &Judgement<'_>,
    asked: &Asked<'_>,
    age: Option<&Age>,
    key: Option<&KeyUsed>,
) -> String {
    let way = judgement.way.map_or(asked.scheme, |(_, way)| way);
    let algorithm = way.algorithm.get().unwrap_or(Algorithm::None);
    let place = where_it_belongs(way);
    let item = match judgement.item {
        Some((_, count)) if count > 1 && judgement.reason == Reason::Holds => {
            format!(" So are the others: {count} items are signed, each on its own.")
        }
        Some((_, count)) if count > 1 && matches!(judgement.reason, Reason::BrokenDocument(_)) => {
            String::new()
        }
        Some((item, count)) if count > 1 => format!(" Of {count} signed items this is number {}.", item + 1),
        _ => String::new(),
    };
    let told = match &judgement.reason {
        Reason::Holds => right(algorithm, way, key),
        Reason::NoWay { is_there: true } => {
            "There is a signature, and none of the scheme's ways of signing fits this message.".to_owned()
        }
        Reason::NoWay { is_there: false } => {
            "None of the scheme's ways of signing fits this message.".to_owned()
        }
        Reason::Unsigned => "This provider does not sign its messages.".to_owned(),
        Reason::Parameter(name) => format!("The scheme's parameter `{name}` has no value yet."),
        Reason::NothingThere => format!("There is no signature: {place} is missing or empty."),
        Reason::Lacking(source) => format!(
            "{} is signed and is not there.",
            capital(&source_name(way, source))
        ),
        Reason::NoSignature(fault) => no_signature(way, *fault, &place),
        Reason::NotASignature => match algorithm {
            Algorithm::Jwt => format!("{} is no JSON web token.", capital(&place)),
            Algorithm::Basic => format!("{} is not base64.", capital(&place)),
            _ => format!("{} holds characters that no signature has.", capital(&place)),
        },
        Reason::NoSecret => match &way.key_source {
            Some(source) => format!("There is a signature and no secret to check it with. It is {source}."),
            None => "There is a signature and no secret to check it with.".to_owned(),
        },
        Reason::NoKey => no_key(way, asked),
        Reason::Unfit { secret, why } => unfit(judgement, asked, *secret, why),
        Reason::Mismatch => wrong(algorithm, &tried(judgement, asked)) + &other_key(way, asked),
        Reason::AlgorithmRefused(name) => format!(
            "The token says it is signed with `{name}`, and only {} is accepted.",
            way.jwt_algorithms.join(" or ")
        ),
        Reason::AlgorithmUnsupported(name) => {
            format!("The token is signed with `{name}`, an algorithm that cannot be checked here.")
        }
        Reason::BrokenDocument(fault) => format!(
            "The signature is right for what could be read, but what is signed is read out of a JSON document that is \
             broken or does not end where it should: {fault}."
        ),
        Reason::TimeUnreadable => {
            "The signature is right, but the time that is signed cannot be read.".to_owned()
        }
        Reason::TooOld => {
            let seconds = age.and_then(|age| age.age_micros).unwrap_or_default() / 1_000_000;
            let past = age.and_then(|age| age.past).unwrap_or_default();
            format!(
                "The signature is right, but it was {seconds} s old when it was received; {past} s are allowed."
            )
        }
        Reason::TooEarly => {
            let seconds = -(age.and_then(|age| age.age_micros).unwrap_or_default() / 1_000_000);
            let future = age.and_then(|age| age.future).unwrap_or_default();
            format!(
                "The signature is right, but its time was {seconds} s in the future; {future} s are allowed."
            )
        }
        Reason::Requirement(index) => requirement(judgement, *index),
    };
    told + &item
}

fn right(algorithm: Algorithm, way: &Scheme, key: Option<&KeyUsed>) -> String {
    let name = key.map_or("the secret", |key| key.name.as_str());
    match algorithm {
        Algorithm::Token => format!("The token is `{name}`."),
        Algorithm::Basic => format!("User and password are `{name}`."),
        Algorithm::Jwt => format!("The token is signed with `{name}` and says what it must."),
        algorithm => {
            let content = way.content.first().map_or("{body}", |template| template.as_str());
            format!(
                "The signature is right: {} over `{content}` with `{name}`.",
                algorithm.title()
            )
        }
    }
}

/// The secrets of which a key was tried, in words.
fn tried(judgement: &Judgement<'_>, asked: &Asked<'_>) -> String {
    let mut tried: Vec<usize> = judgement.keys.iter().map(|key| key.secret).collect();
    tried.dedup();
    match tried.as_slice() {
        [_] if asked.secrets.len() == 1 => "the secret".to_owned(),
        [only] => {
            let name = asked.secrets.get(*only).map_or("", Secret::name);
            format!("the secret `{name}`")
        }
        several => format!("any of the {} secrets", several.len()),
    }
}

fn wrong(algorithm: Algorithm, secrets: &str) -> String {
    match algorithm {
        Algorithm::Token => format!("The token is not {secrets}."),
        Algorithm::Basic => format!("User and password are not {secrets}."),
        Algorithm::Jwt => format!("The token is not signed with {secrets}."),
        algorithm => format!(
            "The signature is not {} of these bytes with {secrets}.",
            algorithm.title()
        ),
    }
}

/// Why the key of a token is not this one.
fn unfit(judgement: &Judgement<'_>, asked: &Asked<'_>, secret: usize, why: &Unfit) -> String {
    let name = asked.secrets.get(secret).map_or("the key", Secret::name);
    let algorithm = judgement
        .token
        .as_ref()
        .map(crate::jwt::Token::algorithm)
        .unwrap_or_default();
    match why {
        Unfit::Unreadable => format!("No public key can be read from `{name}`."),
        Unfit::Public => format!(
            "The token is signed with `{algorithm}`, which takes a shared secret, and `{name}` is a public key."
        ),
        Unfit::OtherId(id) => format!("The token names the key `{id}`, and no key in `{name}` has that id."),
        Unfit::OtherAlgorithm(meant) => {
            format!("The token is signed with `{algorithm}`, and the key in `{name}` is for `{meant}`.")
        }
        Unfit::OtherKind(kind) => {
            format!("The token is signed with `{algorithm}`, and what is in `{name}` is {kind}.")
        }
        Unfit::Ended(at) => format!(
            "The token is signed with the key in `{name}`, but that ended at {}, before it was received.",
            crate::read::time::format(*at, crate::scheme::TimestampUnit::Rfc3339)
        ),
    }
}

/// Which key the sender says it used, where it says so and no secret is named after it.
fn other_key(way: &Scheme, asked: &Asked<'_>) -> String {
    match crate::judge::key_id(&Scene::new(way, asked.message)) {
        Some(id) if asked.secrets.iter().any(|secret| secret.name() == id) => {
            format!(" The sender names the key `{id}`, so only the secret of that name was tried.")
        }
        Some(id) => {
            format!(" The sender names the key `{id}`; a secret of that name would be the one tried.")
        }
        None => String::new(),
    }
}

fn no_signature(way: &Scheme, fault: Option<Fault>, place: &str) -> String {
    let place = capital(place);
    let signature = way.signature.as_ref();
    match fault {
        Some(Fault::TooLong) => format!("{place} is longer than any signature."),
        Some(Fault::TooMany) => format!("{place} has more items than any signature."),
        Some(Fault::NotText) => format!("{place} holds control characters or bytes that are not ASCII."),
        Some(Fault::NoPrefix) => {
            let prefix = signature
                .and_then(|signature| signature.prefix.as_deref())
                .unwrap_or_default();
            format!("{place} does not start with `{prefix}`.")
        }
        None => match signature.and_then(|signature| signature.key.as_deref()) {
            Some(key) => format!("{place} has no item `{key}`."),
            None => format!("{place} has no signature of ours among its items."),
        },
    }
}

fn no_key(way: &Scheme, asked: &Asked<'_>) -> String {
    let form = way.secret.first().map(SecretForm::describe).unwrap_or_default();
    let names: Vec<&str> = asked.secrets.iter().map(Secret::name).collect();
    if way
        .algorithm
        .get()
        .is_some_and(|algorithm| algorithm.is_asymmetric() || algorithm == Algorithm::Jwt)
    {
        return format!("No public key can be read from `{}`.", names.join("`, `"));
    }
    format!(
        "No key can be made of `{}`: the scheme expects {form}.",
        names.join("`, `")
    )
}

fn requirement(judgement: &Judgement<'_>, index: usize) -> String {
    let Some(fact) = judgement.facts.get(index) else {
        return String::new();
    };
    let check = super::check(fact);
    match fact.subject {
        Subject::Ends => {
            format!(
                "The token is signed rightly, but it ended at {}.",
                check.found.unwrap_or_default()
            )
        }
        Subject::Starts => {
            format!(
                "The token is signed rightly, but it starts only at {}.",
                check.found.unwrap_or_default()
            )
        }
        Subject::Required(required) => {
            let name = place_name(&required.from);
            match check.found {
                Some(found) => format!(
                    "The signature is right, but {name} is `{}` and must be {}.",
                    shortened(&found, 80),
                    check.asked
                ),
                None => format!(
                    "The signature is right, but {name} is not there and must be {}.",
                    check.asked
                ),
            }
        }
    }
}

/// The places a signature may be in, in words.
fn where_it_belongs(way: &Scheme) -> String {
    let names: Vec<String> = way
        .signature
        .iter()
        .flat_map(|signature| &signature.from)
        .map(place_name)
        .collect();
    if names.is_empty() {
        "its place".to_owned()
    } else {
        names.join(" or ")
    }
}

/// A signed source in words, with the header it comes from.
fn source_name(way: &Scheme, source: &Source) -> String {
    let sources = match source {
        Source::Timestamp => way.timestamp.as_ref().map(|timestamp| timestamp.from.as_slice()),
        Source::Id => way.id.as_ref().map(|id| id.from.as_slice()),
        _ => None,
    };
    let places: Vec<String> = sources.unwrap_or_default().iter().map(place_name).collect();
    if places.is_empty() {
        place_name(source)
    } else {
        format!("{} ({})", place_name(source), places.join(" or "))
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    // Header names keep their case: `svix-id` is a name, `the timestamp` is a word.
    match characters.next() {
        Some(first) if text.starts_with("the ") => first.to_uppercase().chain(characters).collect(),
        _ => text.to_owned(),
    }
}

/// What is said of a certificate's dates.
pub(super) fn certificate_note(pasted: &str, received_at: crate::message::Micros) -> Option<String> {
    use crate::read::time::format;
    use crate::scheme::TimestampUnit::Rfc3339;

    let (from, to) = asymmetric::certificate_dates(pasted)?;
    let outside = received_at < from || received_at > to;
    outside.then(|| {
        format!(
            "the certificate is valid from {} to {}, not at the time of receipt",
            format(from, Rfc3339),
            format(to, Rfc3339)
        )
    })
}
