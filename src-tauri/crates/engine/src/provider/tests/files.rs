//! Each file is loaded, each sample made, signed, recognised and checked.

use std::collections::BTreeMap;

use hookbench_signature::{Algorithm, Micros, Secret, Source, TestKey, Verdict, check};

use super::super::*;
use crate::model::Timestamp;

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_795_176_251_482_001);

/// Dice that always fall the same way.
pub(super) fn dice() -> impl FnMut(&mut [u8]) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move |bytes| {
        for byte in bytes {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56).to_le_bytes()[0];
        }
    }
}

fn render(provider: &Provider, sample: &str, secret: Option<&Secret>) -> RenderedRequest {
    let parameters = parameters(provider);
    let url = format!("https://hooks.example/{}", provider.id);
    let setting = SampleSetting {
        now: NOW,
        url: &url,
        secret,
        parameters: &parameters,
    };
    provider
        .render_sample(sample, &setting, dice())
        .unwrap_or_else(|error| {
            panic!("the sample `{sample}` of `{}` can be made: {error}", provider.id);
        })
}

/// Something for each parameter without a default, so that announced schemes are tried as well.
fn parameters(provider: &Provider) -> BTreeMap<String, String> {
    provider
        .all_parameters()
        .filter(|(_, parameter)| parameter.default.is_none())
        .map(|(name, parameter)| {
            (
                name.to_owned(),
                parameter
                    .choices
                    .first()
                    .cloned()
                    .unwrap_or_else(|| format!("Chosen-{name}")),
            )
        })
        .collect()
}

#[test]
fn the_list_of_files_is_the_folder() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/providers");
    let mut on_disk: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    on_disk.sort();
    let listed: Vec<_> = embedded::FILES
        .iter()
        .filter_map(|(name, _)| name.strip_suffix(".toml"))
        .map(str::to_owned)
        .collect();
    assert_eq!(listed, on_disk, "every file is in the program, in order");
}

#[test]
fn every_file_is_named_after_its_provider_and_says_enough() {
    let catalogue = Catalogue::embedded().unwrap();
    for (provider, (file, _)) in catalogue.all().iter().zip(embedded::FILES) {
        let id = &provider.id;
        assert_eq!(
            *file,
            format!("{id}.toml"),
            "a provider is found by its file's name"
        );
        assert!(provider.sample.len() >= 2, "`{id}` has at least two samples");
        assert!(provider.docs.is_some(), "`{id}` says where its documentation is");
        assert!(!provider.detect.is_empty(), "`{id}` can be recognised somehow");
    }
}

#[test]
fn a_provider_reads_back_what_it_writes() {
    for provider in Catalogue::embedded().unwrap().all() {
        let text = provider.to_toml().unwrap();
        let again = Provider::read(&provider.id, &text).unwrap();
        assert_eq!(
            &again, provider,
            "a scheme of one's own is exported and imported in this form"
        );
    }
}

#[test]
fn every_sample_is_signed_so_that_its_own_check_holds() {
    for provider in Catalogue::embedded().unwrap().all() {
        let secret = provider.invented_secret(dice());
        for sample in &provider.sample {
            let what = format!("`{}` of `{}`", sample.name, provider.id);
            let request = render(provider, &sample.name, secret.as_ref());
            let Some(scheme) = provider.scheme(&parameters(provider)).unwrap() else {
                assert_eq!(request.signing, Signing::Unsigned, "{what}: nothing signs it");
                continue;
            };
            if sample.unsigned {
                assert_eq!(
                    request.signing,
                    Signing::Unsigned,
                    "{what}: the provider does not sign this one"
                );
                continue;
            }
            let Some(secret) = &secret else {
                assert!(
                    matches!(request.signing, Signing::NotSigned(_)),
                    "{what}: nobody has the key"
                );
                continue;
            };
            assert_eq!(request.signing, Signing::Signed, "{what} is signed");
            let facts = Facts::new(&request.method, &request.target, &request.headers, &request.body);
            let url = format!("https://hooks.example{}", request.target);
            let message = facts.message(Some(&url), Some(Micros(NOW.as_micros())));
            let secrets = [Secret::new("another", "no key of anybody"), secret.clone()];
            let checked = check(&scheme, &message, &secrets);
            assert_eq!(checked.verdict, Verdict::Valid, "{what} holds");
            assert_eq!(
                checked.secret,
                Some(1),
                "{what}: and it is this secret that made it"
            );
        }
    }
}

#[test]
fn every_sample_is_recognised() {
    let catalogue = Catalogue::embedded().unwrap();
    for provider in catalogue.all() {
        let secret = provider.invented_secret(dice());
        for sample in &provider.sample {
            let request = render(provider, &sample.name, secret.as_ref());
            let facts = Facts::new(&request.method, &request.target, &request.headers, &request.body);
            let found = match catalogue.detect(&facts) {
                Detected::One(id) => id == provider.id,
                Detected::Ambiguous(ids) => ids.contains(&provider.id),
                Detected::None => false,
            };
            assert!(
                found,
                "`{}` of `{}`: {:?}",
                sample.name,
                provider.id,
                catalogue.detect(&facts)
            );
        }
    }
}

#[test]
fn every_json_sample_is_json_and_has_its_event_and_key() {
    for provider in Catalogue::embedded().unwrap().all() {
        let secret = provider.invented_secret(dice());
        for sample in &provider.sample {
            let what = format!("`{}` of `{}`", sample.name, provider.id);
            let request = render(provider, &sample.name, secret.as_ref());
            let facts = Facts::new(&request.method, &request.target, &request.headers, &request.body);
            if sample.content_type.contains("json") && !sample.body.is_empty() && sample.form.is_empty() {
                assert!(
                    facts.json().is_some(),
                    "{what} is JSON: {}",
                    String::from_utf8_lossy(&request.body)
                );
            }
            let parameters = parameters(provider);
            if !provider.event.from.is_empty() && request.method == "POST" {
                assert!(
                    provider.event_with(&facts, &parameters).is_some(),
                    "{what} has an event"
                );
            }
        }
    }
}

#[test]
fn a_changed_body_does_not_hold_where_the_body_is_signed() {
    for provider in Catalogue::embedded().unwrap().all() {
        let Some(secret) = provider.invented_secret(dice()) else {
            continue;
        };
        let scheme = provider.scheme(&parameters(provider)).unwrap().unwrap();
        let body_is_signed = scheme.ways().all(|way| {
            let digest = way
                .require
                .iter()
                .any(|requirement| requirement.body_digest.is_some());
            let token = match way.algorithm.get() {
                Some(Algorithm::Token | Algorithm::Basic) => true,
                Some(Algorithm::Jwt) => !digest,
                _ => false,
            };
            !token && way.content.iter().all(|content| content.reads(&Source::Body))
        });
        if !body_is_signed {
            continue;
        }
        for sample in provider
            .sample
            .iter()
            .filter(|sample| !sample.unsigned && sample.method == "POST")
        {
            let mut request = render(provider, &sample.name, Some(&secret));
            let mut body = request.body.to_vec();
            let Some(letter) = body.iter().rposition(u8::is_ascii_alphanumeric) else {
                continue;
            };
            body[letter] ^= 1;
            request.body = body.into();
            let facts = Facts::new(&request.method, &request.target, &request.headers, &request.body);
            let url = format!("https://hooks.example{}", request.target);
            let message = facts.message(Some(&url), Some(Micros(NOW.as_micros())));
            let verdict = check(&scheme, &message, std::slice::from_ref(&secret)).verdict;
            assert_ne!(verdict, Verdict::Valid, "`{}` of `{}`", sample.name, provider.id);
        }
    }
}

#[test]
fn what_only_the_provider_can_sign_is_signed_with_a_test_key() {
    let mut tried = Vec::new();
    for provider in Catalogue::embedded().unwrap().all() {
        let Some(scheme) = provider.scheme(&parameters(provider)).unwrap() else {
            continue;
        };
        if provider.invented_secret(dice()).is_some() {
            continue;
        }
        let key = TestKey::generate(&scheme).unwrap();
        for sample in provider.sample.iter().filter(|sample| !sample.unsigned) {
            let what = format!("`{}` of `{}`", sample.name, provider.id);
            let url = format!("https://hooks.example/{}", provider.id);
            let parameters = parameters(provider);
            let setting = SampleSetting {
                now: NOW,
                url: &url,
                secret: None,
                parameters: &parameters,
            };
            let request = provider
                .render_sample_with_test_key(&sample.name, &setting, &key, dice())
                .unwrap();
            if let Signing::NotSigned(reason) = &request.signing {
                // Signatures over SHA-1 are checked and no longer made.
                assert!(reason.contains("SHA-1"), "{what}: {reason}");
                continue;
            }
            let facts = Facts::new(&request.method, &request.target, &request.headers, &request.body);
            let message = facts.message(Some(&url), Some(Micros(NOW.as_micros())));
            let secret = key.public_secret(&scheme).unwrap();
            assert_eq!(
                check(&scheme, &message, &[secret]).verdict,
                Verdict::Valid,
                "{what} holds"
            );
            tried.push(provider.id.clone());
        }
    }
    tried.dedup();
    assert!(tried.len() >= 8, "there are several such providers: {tried:?}");
}
