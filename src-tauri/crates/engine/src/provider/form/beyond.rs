//! What a provider file says that the form does not show.

use crate::provider::Provider;

/// In words, one for each thing.
pub(super) fn beyond(provider: &Provider) -> Vec<String> {
    let mut beyond = Vec::new();
    let mut tell = |holds: bool, what: String| {
        if holds {
            beyond.push(what);
        }
    };
    tell(
        provider.detect.len() > 1,
        "further rules of recognition".to_owned(),
    );
    tell(
        provider
            .detect
            .first()
            .is_some_and(|rule| !rule.unless.is_empty() || rule.when.iter().any(|one| !one.tests.is_empty())),
        "what is asked of the places that it is recognised by".to_owned(),
    );
    tell(
        !provider.event.names.is_empty(),
        "names of its event types".to_owned(),
    );
    tell(!provider.handshake.is_empty(), "answers to handshakes".to_owned());
    tell(
        !provider.parameters.is_empty(),
        "values that each endpoint chooses".to_owned(),
    );
    let Some(scheme) = &provider.scheme else {
        return beyond;
    };
    let ways = scheme.alternatives.len();
    tell(
        ways > 0,
        format!("{ways} more {} to sign", if ways == 1 { "way" } else { "ways" }),
    );
    let digests = usize::from(super::digest_of(&scheme.require).is_some());
    tell(
        scheme.require.len() > digests,
        "facts that must hold beside the signature".to_owned(),
    );
    tell(
        !scheme.when.is_empty(),
        "conditions of this way to sign".to_owned(),
    );
    let is_finer = scheme.secret.iter().any(|form| {
        form.only_with.is_some() || form.not_with.is_some() || form.split.is_some() || form.part.is_some()
    });
    tell(
        scheme.secret.len() > 1 || is_finer,
        "further forms of the secret".to_owned(),
    );
    tell(
        scheme.each.is_some(),
        "parts of the body that are signed one by one".to_owned(),
    );
    tell(
        scheme.document.is_some(),
        "where the JSON document is, which is not the body".to_owned(),
    );
    tell(!scheme.parameters.is_empty(), "parameters".to_owned());
    let signature = scheme.signature.as_ref();
    tell(
        signature.is_some_and(|one| one.groups.is_some() || one.key_from_secret.is_some() || one.bare),
        "finer points of how the header is taken apart".to_owned(),
    );
    beyond
}
