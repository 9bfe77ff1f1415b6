//! Rust as it is written for a person, compiled and run.
//!
//! The files beside this one are what [`snippet`] writes; they are made anew with
//! `HOOKBENCH_WRITE=1 cargo test -p hookbench-signature golden`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use hookbench_signature::{Language, snippet};

use super::{Case, URL, cases_of, schemes};

/// A snippet beside the provider it is for; what it is called with differs.
macro_rules! snippets {
    ($($module:ident, $provider:literal, $call:expr;)+) => {
        $(
            #[expect(unreachable_pub, reason = "code for other people's programs, as it is given to them")]
            mod $module;
        )+

        const CALLS: &[(&str, &str, fn(&Case) -> bool)] = &[$((stringify!($module), $provider, $call)),+];
    };
}

#[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
fn now(case: &Case) -> f64 {
    case.now as f64
}

snippets! {
    authorize_net, "authorize-net", |case| authorize_net::verify(&case.secret, &case.headers, &case.body);
    box_v2, "box", |case| box_v2::verify(&case.secret, &case.headers, &case.body, now(case));
    docusign, "docusign", |case| docusign::verify(&case.secret, &case.headers, &case.body);
    github, "github", |case| github::verify(&case.secret, &case.headers, &case.body);
    hubspot, "hubspot", |case| hubspot::verify(&case.secret, &case.headers, &case.body, URL, "POST", now(case));
    notion, "notion", |case| notion::verify(&case.secret, &case.headers, &case.body);
    openai, "openai", |case| openai::verify(&case.secret, &case.headers, &case.body, now(case));
    patreon, "patreon", |case| patreon::verify(&case.secret, &case.headers, &case.body);
    postmark, "postmark", |case| postmark::verify(&case.secret, &case.headers, &case.body);
    recurly, "recurly", |case| recurly::verify(&case.secret, &case.headers, &case.body);
    sanity, "sanity", |case| sanity::verify(&case.secret, &case.headers, &case.body);
    slack, "slack", |case| slack::verify(&case.secret, &case.headers, &case.body, now(case));
    stripe, "stripe", |case| stripe::verify(&case.secret, &case.headers, &case.body, now(case));
    svix, "svix", |case| svix::verify(&case.secret, &case.headers, &case.body, now(case));
    telegram, "telegram", |case| telegram::verify(&case.secret, &case.headers, &case.body);
    twilio, "twilio", |case| twilio::verify(&case.secret, &case.headers, &case.body, URL);
    workos, "workos", |case| workos::verify(&case.secret, &case.headers, &case.body, now(case));
}

#[test]
fn rust_takes_what_is_signed_and_nothing_else() {
    let mut stale = BTreeMap::new();
    let schemes: BTreeMap<_, _> = schemes().into_iter().collect();
    for (module, provider, verify) in CALLS {
        let scheme = &schemes[*provider];
        let path =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/snippets/golden/{module}.rs"));
        let code = snippet(scheme, Language::Rust).unwrap();
        if fs::read_to_string(&path).is_ok_and(|kept| kept.replace("\r\n", "\n") == code) {
            for case in cases_of(provider, scheme) {
                assert_eq!(verify(&case), case.holds, "{provider}, {}", case.what);
            }
        } else {
            stale.insert(path, code);
        }
    }
    if std::env::var_os("HOOKBENCH_WRITE").is_some() {
        for (path, code) in &stale {
            fs::write(path, code).unwrap();
        }
    }
    let paths: Vec<_> = stale.keys().collect();
    assert!(paths.is_empty(), "these are not what is written now: {paths:?}");
}
