//! The code that is written for a person is run, where its language is on this machine: it takes what the provider
//! signed, and nothing that differs from it by a bit.
//!
//! A language that is not here is passed over with a word. Rust is compiled with these tests, from `snippets/`.

mod golden;
mod made_up;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_signature::{
    Draft, Hash, Language, Message, Micros, NotExpressible, Scheme, Secret, SecretDecoding, Verdict, check,
    literal, sign, snippet,
};
use serde_json::{Value, json};

use crate::provider;
use made_up::{UNREADABLE, made_up, secret_of, signed_at_no_time, signed_with_nothing};

const AT: Micros = Micros(1_700_000_000_000_000);
const URL: &str = "https://hooks.example.test/in/abc?x=1";
const FORM: &str = "b=two+words&a=%E2%9C%93&a=1&c=&a=1";
const JSON: &str = "{\"id\":\"evt_123\",\"name\":\"Zo\u{eb} \u{2713}\"}";

/// One request, and whether its signature holds.
struct Case {
    provider: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
    secret: String,
    /// The secret is not in its own form: code may stop with an error there, where it takes nothing.
    is_unreadable: bool,
    now: i64,
    holds: bool,
    /// What it is about.
    what: &'static str,
}

/// A file of the catalogue, of which the scheme is looked at.
#[derive(serde::Deserialize)]
struct File {
    id: String,
    scheme: Option<Scheme>,
}

/// The schemes of the catalogue that are complete without a choice of the person's.
fn schemes() -> Vec<(String, Scheme)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/providers");
    let mut schemes: Vec<(String, Scheme)> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let file: File = toml::from_str(&fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
            let scheme = file.scheme?.resolve(&BTreeMap::new()).ok()?;
            Some((file.id, scheme))
        })
        .collect();
    schemes.sort_by(|(one, _), (other, _)| one.cmp(other));
    schemes
}

/// Providers whose check can be written down, and schemes that are made up for what no provider has at once.
fn expressible() -> Vec<(String, Scheme)> {
    schemes()
        .into_iter()
        .filter(|(_, scheme)| snippet(scheme, Language::Node).is_ok())
        .chain(made_up())
        .collect()
}

fn cases_of(name: &str, scheme: &Scheme) -> Vec<Case> {
    let code = snippet(scheme, Language::Node).unwrap();
    let is_form = code.contains("const form = ");
    let covers_body = is_form || code.contains("digest.update(body)");
    let body = if is_form { FORM } else { JSON };
    let kind = if is_form {
        "application/x-www-form-urlencoded"
    } else {
        "application/json"
    };
    let secret = secret_of(name);
    let draft = Draft {
        method: "POST",
        target: "/in/abc?x=1",
        url: Some(URL),
        headers: &[
            (b"Content-Type", kind.as_bytes()),
            (b"Klaviyo-Timestamp", b"1700000000"),
        ],
        body: body.as_bytes(),
    };
    let signed =
        sign(scheme, &draft, &secret, AT, Some("msg_1")).unwrap_or_else(|error| panic!("{name}: {error}"));
    let body = signed.body.unwrap_or_else(|| body.as_bytes().to_vec());
    let body = body.as_slice();
    let mut headers: BTreeMap<String, String> = signed
        .headers
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    headers.insert("content-type".to_owned(), kind.to_owned());
    headers.insert("klaviyo-timestamp".to_owned(), "1700000000".to_owned());
    let case = |what, holds, headers: &BTreeMap<String, String>, body: &[u8], now| Case {
        provider: name.to_owned(),
        headers: headers.clone(),
        body: body.to_vec(),
        secret: secret.expose().to_owned(),
        is_unreadable: false,
        now,
        holds,
        what,
    };
    let now = AT.seconds();
    let mut cases = vec![case("as it was signed", true, &headers, body, now)];
    let mut flipped = body.to_vec();
    flipped[2] ^= 1;
    cases.push(case("one bit of the body", !covers_body, &headers, &flipped, now));
    let mut other = headers.clone();
    for (header, value) in &mut other {
        if header != "content-type"
            && (header.contains("signature")
                || header.contains("hmac")
                || header.contains("mac")
                || header == "authorization"
                || header.contains("token")
                || header.contains("secret")
                || header.contains("auth")
                || header.contains("sig"))
            && !header.contains("timestamp")
            && !header.contains("settings")
            && !header.contains("version")
            && !header.contains("algorithm")
        {
            let last = value.pop().unwrap();
            // The last digit of base64 may carry bits that are not looked at; the one before it is.
            let before = value.pop().unwrap();
            value.push(if before == 'a' { 'b' } else { 'a' });
            value.push(last);
        }
    }
    cases.push(case(
        "a digit of the signature",
        other == headers,
        &other,
        body,
        now,
    ));
    // Not the last digit, which in base64 may carry bits that are not looked at.
    let mut wrong = secret.expose().as_bytes().to_vec();
    let place = wrong.len() - 4;
    wrong[place] = if wrong[place] == b'A' { b'B' } else { b'A' };
    cases.push(Case {
        secret: String::from_utf8(wrong).unwrap(),
        ..case("another secret", false, &headers, body, now)
    });
    let nothing: BTreeMap<_, _> = headers
        .iter()
        .filter(|(header, _)| header.as_str() == "content-type")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    cases.push(case("no header at all", false, &nothing, body, now));
    let with = |more: Vec<(&str, String)>| -> BTreeMap<String, String> {
        let more = more.into_iter().map(|(name, value)| (name.to_owned(), value));
        nothing.clone().into_iter().chain(more).collect()
    };
    for (unset, more) in signed_with_nothing(name) {
        cases.push(Case {
            secret: unset.to_owned(),
            is_unreadable: UNREADABLE.contains(&unset),
            ..case(
                "signed with nothing, and no secret",
                false,
                &with(more),
                body,
                now,
            )
        });
    }
    for more in signed_at_no_time(name, secret.expose()) {
        cases.push(case("signed at no time", false, &with(more), body, now));
    }
    if code.contains("now") {
        cases.push(case("a day later", false, &headers, body, now + 86_400));
        if code.contains("age >= -") {
            cases.push(case("a day before", false, &headers, body, now - 86_400));
        }
        for value in ["", "soon"] {
            let mut broken = headers.clone();
            let mut changed = false;
            for (header, text) in &mut broken {
                if header.contains("timestamp") && header != "klaviyo-timestamp" {
                    value.clone_into(text);
                    changed = true;
                }
            }
            if changed {
                cases.push(case("a time that is none", false, &broken, body, now));
            }
        }
    }
    cases
}

fn all_cases() -> Vec<Case> {
    expressible()
        .iter()
        .flat_map(|(name, scheme)| cases_of(name, scheme))
        .collect()
}

/// What the function asks for beside secret, headers and body.
fn needs(scheme: &Scheme) -> Value {
    let code = snippet(scheme, Language::Node).unwrap();
    let line = code
        .lines()
        .find(|line| line.starts_with("function verify("))
        .unwrap();
    json!({
        "url": line.contains("url"),
        "method": line.contains("method"),
        "now": line.contains("now"),
    })
}

/// A folder of the snippets and the cases, made anew.
fn folder(language: Language, ending: &str, cases: &[Case]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("snippets-{language}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut list = Vec::new();
    for (name, scheme) in expressible() {
        let code = snippet(&scheme, language).unwrap();
        fs::write(folder.join(format!("{name}.{ending}")), code).unwrap();
        for case in cases.iter().filter(|case| case.provider == name) {
            list.push(json!({
                "file": name,
                "needs": needs(&scheme),
                "secret": case.secret,
                "isUnreadable": case.is_unreadable,
                "headers": case.headers,
                "body": BASE64.encode(&case.body),
                "url": URL,
                "method": "POST",
                "now": case.now,
            }));
        }
    }
    fs::write(folder.join("cases.json"), serde_json::to_vec(&list).unwrap()).unwrap();
    folder
}

#[expect(clippy::print_stdout, reason = "what is not tested here should be seen")]
fn passed_over(name: &str) {
    println!("passed over: {name} is not on this machine");
}

/// The first of these programs that runs here.
fn program(names: &[&'static str], asked: &str) -> Option<&'static str> {
    let found = names.iter().copied().find(|name| {
        let answered = Command::new(name).arg(asked).output();
        answered.is_ok_and(|answered| answered.status.success())
    });
    if found.is_none() {
        passed_over(names[0]);
    }
    found
}

/// Holds what a runner printed, a line a case, beside what is right.
fn judge(language: Language, cases: &[Case], run: &mut Command) {
    let answered = run.output().unwrap();
    let said = String::from_utf8_lossy(&answered.stdout);
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    assert_eq!(
        lines.len(),
        cases.len(),
        "{language}: every case is answered; it said: {}",
        String::from_utf8_lossy(&answered.stderr)
    );
    let mut wrong = String::new();
    for (case, line) in cases.iter().zip(lines) {
        if (line == "true") != case.holds {
            let _ = writeln!(wrong, "{}, {}: {line}", case.provider, case.what);
        }
    }
    assert!(wrong.is_empty(), "{language} judges wrongly:\n{wrong}");
}

#[test]
fn what_the_cases_say_is_what_the_check_says() {
    for (name, scheme) in expressible() {
        for case in cases_of(&name, &scheme) {
            let headers: Vec<(&[u8], &[u8])> = case
                .headers
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
                .collect();
            let message = Message {
                method: "POST",
                target: "/in/abc?x=1",
                url: Some(URL),
                headers: &headers,
                body: &case.body,
                received_at: Some(Micros::from_seconds(case.now)),
            };
            let verdict = check(&scheme, &message, &[Secret::new("one", case.secret.as_str())]).verdict;
            assert_eq!(
                verdict == Verdict::Valid,
                case.holds,
                "{name}, {}: {verdict}",
                case.what
            );
        }
    }
}

#[test]
fn most_schemes_with_a_secret_can_be_written_down() {
    let mut refused = BTreeMap::new();
    let mut written = 0;
    for (name, scheme) in schemes() {
        match snippet(&scheme, Language::Node) {
            Ok(_) => written += 1,
            Err(NotExpressible::Unsigned | NotExpressible::PublicKey(_) | NotExpressible::Token) => {}
            Err(reason) => {
                refused.insert(name, reason.to_string());
            }
        }
    }
    assert!(written >= 95, "{written} are written");
    assert!(refused.len() <= 14, "few are refused: {refused:#?}");
}

#[test]
fn a_key_that_hides_an_unreadable_secret_in_a_digest_is_not_written_down() {
    let mut scheme = provider::scheme("github");
    scheme.secret[0].hash = Some(Hash::Sha256);
    assert!(
        snippet(&scheme, Language::Node).is_ok(),
        "a digest of the text is"
    );
    scheme.secret[0].decode = SecretDecoding::Hex;
    for language in Language::ALL {
        assert_eq!(
            snippet(&scheme, language),
            Err(NotExpressible::Source("the SHA-256 of hex".to_owned())),
            "{language}: what cannot be decoded would give the digest of nothing, which everybody knows"
        );
    }
}

/// Lets a runner, in the first of these programs that is here, take what is signed and nothing else.
fn takes_what_is_signed(language: Language, ending: &str, programs: &[&'static str]) {
    let Some(program) = program(programs, "--version") else {
        return;
    };
    let cases = all_cases();
    let folder = folder(language, ending, &cases);
    let runner = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/runners/run.{ending}"));
    judge(language, &cases, Command::new(program).arg(runner).arg(folder));
}

#[test]
fn node_takes_what_is_signed_and_nothing_else() {
    takes_what_is_signed(Language::Node, "js", &["node"]);
}

#[test]
fn python_takes_what_is_signed_and_nothing_else() {
    takes_what_is_signed(Language::Python, "py", &["python3", "python"]);
}

#[test]
fn ruby_takes_what_is_signed_and_nothing_else() {
    takes_what_is_signed(Language::Ruby, "rb", &["ruby"]);
}

#[test]
fn php_takes_what_is_signed_and_nothing_else() {
    takes_what_is_signed(Language::Php, "php", &["php"]);
}

/// A text as Go and Java read it.
fn quoted(text: &str) -> String {
    let is_printable = |letter| matches!(letter, ' '..='~');
    literal(text.chars(), '"', is_printable, |written, letter| {
        let _ = write!(written, "\\u{:04x}", u32::from(letter));
    })
}

/// How a compiled language is given a case.
struct Spelling {
    /// A header among others.
    header: fn(&str, &str) -> String,
    /// Secret, headers and body.
    given: fn(&str, &str, &str) -> String,
    now: fn(i64) -> String,
}

impl Spelling {
    fn arguments(&self, case: &Case, needs: &Value) -> String {
        let headers: Vec<String> = case
            .headers
            .iter()
            .map(|(name, value)| (self.header)(&quoted(name), &quoted(value)))
            .collect();
        let body = quoted(&BASE64.encode(&case.body));
        let mut arguments = vec![(self.given)(&quoted(&case.secret), &headers.join(", "), &body)];
        for (name, argument) in [
            ("url", quoted(URL)),
            ("method", quoted("POST")),
            ("now", (self.now)(case.now)),
        ] {
            if needs[name] == true {
                arguments.push(argument);
            }
        }
        arguments.join(", ")
    }
}

/// The providers in order, with a name that may stand for a package.
fn packages() -> Vec<(String, Scheme, String)> {
    expressible()
        .into_iter()
        .enumerate()
        .map(|(at, (name, scheme))| (name, scheme, format!("p{at}")))
        .collect()
}

#[test]
fn java_takes_what_is_signed_and_nothing_else() {
    if program(&["javac"], "-version").is_none() {
        return;
    }
    let cases = all_cases();
    let folder = folder(Language::Java, "java-text", &cases);
    // A method of Java holds 64 KiB: each provider gets one.
    let spelling = Spelling {
        header: |name, value| format!("Map.entry({name}, {value})"),
        given: |secret, headers, body| {
            format!("{secret}, Map.ofEntries({headers}), Base64.getDecoder().decode({body})")
        },
        now: |now| format!("{now}.0"),
    };
    let mut main = String::from("import java.util.*;\npublic class Main {\n");
    let mut calls = String::new();
    for (name, scheme, package) in packages() {
        let code = snippet(&scheme, Language::Java).unwrap();
        fs::create_dir_all(folder.join(&package)).unwrap();
        fs::write(
            folder.join(&package).join("Webhook.java"),
            format!("package {package};\n{code}"),
        )
        .unwrap();
        let needs = needs(&scheme);
        let _ = writeln!(calls, "    {package}();");
        let _ = writeln!(main, "  static void {package}() throws Exception {{");
        for case in cases.iter().filter(|case| case.provider == name) {
            let given = spelling.arguments(case, &needs);
            let answer = format!("System.out.println({package}.Webhook.verify({given}));");
            let _ = if case.is_unreadable {
                writeln!(
                    main,
                    "    try {{ {answer} }} catch (IllegalArgumentException unreadable) {{ System.out.println(false); }}"
                )
            } else {
                writeln!(main, "    {answer}")
            };
        }
        main.push_str("  }\n");
    }
    let _ = writeln!(
        main,
        "  public static void main(String[] none) throws Exception {{\n{calls}  }}\n}}"
    );
    fs::write(folder.join("Main.java"), main).unwrap();
    let compiled = Command::new("javac")
        .args(["-encoding", "UTF-8", "-d", "out", "Main.java"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(
        compiled.status.success(),
        "it compiles: {}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    let run = &mut Command::new("java");
    judge(
        Language::Java,
        &cases,
        run.args(["-cp", "out", "Main"]).current_dir(&folder),
    );
}

#[test]
fn go_takes_what_is_signed_and_nothing_else() {
    if program(&["go"], "version").is_none() {
        return;
    }
    let cases = all_cases();
    let folder = folder(Language::Go, "go-text", &cases);
    let spelling = Spelling {
        header: |name, value| format!("{name}: {value}"),
        given: |secret, headers, body| format!("{secret}, map[string]string{{{headers}}}, bytes({body})"),
        now: |now| format!("time.Unix({now}, 0)"),
    };
    let mut imports = String::new();
    let mut main = String::new();
    for (name, scheme, package) in packages() {
        let code = snippet(&scheme, Language::Go).unwrap();
        fs::create_dir_all(folder.join(&package)).unwrap();
        fs::write(folder.join(&package).join("webhook.go"), code).unwrap();
        let _ = writeln!(imports, "\t{package} \"check/{package}\"");
        let needs = needs(&scheme);
        for case in cases.iter().filter(|case| case.provider == name) {
            let given = spelling.arguments(case, &needs);
            let _ = writeln!(main, "\tfmt.Println({package}.Verify({given}))");
        }
    }
    fs::write(folder.join("go.mod"), "module check\n\ngo 1.19\n").unwrap();
    fs::write(
        folder.join("main.go"),
        format!(
            "package main\n\nimport (\n\t\"encoding/base64\"\n\t\"fmt\"\n\t\"time\"\n{imports})\n\nvar _ = time.Now\n\nfunc bytes(text string) []byte {{\n\tread, _ := base64.StdEncoding.DecodeString(text)\n\treturn read\n}}\n\nfunc main() {{\n{main}}}\n"
        ),
    )
    .unwrap();
    judge(
        Language::Go,
        &cases,
        Command::new("go")
            .args(["run", "."])
            .env("GOFLAGS", "-mod=mod")
            .current_dir(&folder),
    );
}
