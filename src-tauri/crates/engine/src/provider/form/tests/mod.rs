//! What is typed into the form is what the file says, and nothing else of the file changes.

use super::*;
use crate::provider::Catalogue;

#[test]
fn a_form_that_nobody_touched_changes_nothing() {
    for provider in Catalogue::embedded().unwrap().all() {
        let filled = SchemeForm::of(provider).fill(provider.clone()).unwrap();
        assert_eq!(filled, *provider, "`{}` stays as it is", provider.id);
    }
}

#[test]
fn what_is_typed_is_in_the_file() {
    let blank = Provider::read("blank", BLANK).unwrap();
    let form = SchemeForm {
        id: "acme".to_owned(),
        name: "Acme".to_owned(),
        docs: "https://acme.example/webhooks".to_owned(),
        places: "header:Acme-Signature".to_owned(),
        separator: ",".to_owned(),
        assign: "=".to_owned(),
        key: "v1".to_owned(),
        trim: true,
        algorithm: "hmac-sha512".to_owned(),
        encoding: "base64".to_owned(),
        content: "{method}\\n{timestamp}.{body}\n{body}".to_owned(),
        timestamp: "item:t".to_owned(),
        past: Some(300),
        future: Some(60),
        decode: "base64".to_owned(),
        strip: "whsec_".to_owned(),
        secret_hash: "sha256".to_owned(),
        key_source: "the signing key of the subscription".to_owned(),
        digest: "header:Digest".to_owned(),
        digest_hash: "sha512".to_owned(),
        digest_encoding: "base64".to_owned(),
        detect: "header:Acme-Event".to_owned(),
        event: "{header:Acme-Event}".to_owned(),
        delivery_id: "{json:id}".to_owned(),
        ..SchemeForm::of(&blank)
    };
    let filled = form.fill(blank).unwrap();
    let content = &filled.scheme.as_ref().unwrap().content;
    assert_eq!(
        content[0].as_str(),
        "{method}\n{timestamp}.{body}",
        "a line end that is written is one"
    );
    assert_eq!(content.len(), 2, "a line end that is typed parts two templates");
    let written = Provider::read("acme", &filled.to_toml().unwrap()).unwrap();
    assert_eq!(written, filled, "the file says it all");
    assert_eq!(SchemeForm::of(&written), form, "and fills the form again");
}

#[test]
fn a_field_that_cannot_be_understood_is_named() {
    type Change = fn(&mut SchemeForm);
    let blank = Provider::read("blank", BLANK).unwrap();
    let wrong = |change: Change| {
        let mut form = SchemeForm::of(&blank);
        change(&mut form);
        form.fill(blank.clone()).unwrap_err().field.key
    };
    let cases: [(Change, &str); 9] = [
        (|form| form.content = "{bod}".to_owned(), "content"),
        (|form| form.places = "X-Sig".to_owned(), "places"),
        (|form| form.places.clear(), "places"),
        (|form| form.algorithm = "rot13".to_owned(), "algorithm"),
        (|form| form.algorithm = "jwt".to_owned(), "jwtAlgorithms"),
        (|form| form.event = "{jsn:a}".to_owned(), "event"),
        (|form| form.name = " ".to_owned(), "name"),
        (|form| form.content = "{timestamp}.{body}".to_owned(), "timestamp"),
        (|form| form.content = "{id}.{body}".to_owned(), "signedId"),
    ];
    for (change, field) in cases {
        assert_eq!(wrong(change), field, "the field that is at fault");
    }
}

#[test]
fn every_family_can_be_chosen_and_left_again() {
    let blank = Provider::read("blank", BLANK).unwrap();
    for algorithm in ["token", "basic", "ed25519", "rsa-sha256", "sha256", "none", "jwt"] {
        let form = SchemeForm {
            algorithm: algorithm.to_owned(),
            jwt_algorithms: "RS256".to_owned(),
            ..SchemeForm::of(&blank)
        };
        let filled = form.fill(blank.clone()).unwrap();
        let written = Provider::read("x", &filled.to_toml().unwrap()).unwrap();
        assert_eq!(SchemeForm::of(&written).algorithm, algorithm, "it is kept");
        let back = SchemeForm {
            algorithm: "hmac-sha256".to_owned(),
            jwt_algorithms: String::new(),
            ..SchemeForm::of(&written)
        };
        assert_eq!(back.fill(written).unwrap(), blank, "and the way back is open");
    }
}

#[test]
fn a_sender_that_does_not_sign_can_begin_to() {
    let unsigned = Provider::read("x", "id = \"x\"\nname = \"X\"\nevidence = \"D\"\n").unwrap();
    let form = SchemeForm {
        algorithm: "hmac-sha1".to_owned(),
        places: "header:X-Sum".to_owned(),
        ..SchemeForm::of(&unsigned)
    };
    let scheme = form.fill(unsigned).unwrap().scheme.unwrap();
    assert_eq!(
        scheme.signature.unwrap().from[0].to_string(),
        "header:X-Sum",
        "it has a scheme now"
    );
}

#[test]
fn what_is_asked_of_a_place_stays_asked() {
    let file = format!(
        "{}\n[[detect]]\nrank = \"body\"\nwhen = [{{ from = \"header:User-Agent\", starts_with = \"Acme/\" }}]\n",
        BLANK.split("[scheme]").next().unwrap()
    );
    let provider = Provider::read("x", &file).unwrap();
    let form = SchemeForm {
        detect: "header:User-Agent, header:X-Acme".to_owned(),
        ..SchemeForm::of(&provider)
    };
    let filled = form.fill(provider.clone()).unwrap();
    assert_eq!(filled.detect[0].when.len(), 2, "one more place");
    assert_eq!(
        filled.detect[0].when[0], provider.detect[0].when[0],
        "the old one as it was"
    );
    assert_eq!(filled.detect[0].rank, provider.detect[0].rank, "with its weight");
}
