//! Go, with nothing beside its standard library.
//!
//! It has no expression that can fail: what is an expression elsewhere is a few lines here, also as the text of a
//! variable and as a key.

use super::dialect::{Dialect, Pairs, each, first_of, is_outside, needed, when};
use super::plan::Plan;
use super::text::{of_fixed_length, quoted};
use crate::scheme::{Hash, SecretDecoding, TimestampUnit};

pub(super) const GO: Dialect = Dialect {
    comment: "//",
    sigil: "",
    file: |heads, code| {
        let imports = needed(IMPORTS, code).join("\"\n\t\"");
        format!("{heads}package webhook\n\nimport (\n\t\"{imports}\"\n)\n\n{code}")
    },

    text,
    separator: text,
    ascii: bytes,
    bytes,

    parameters: [
        "secret string, headers map[string]string, body []byte",
        "address string",
        "method string",
        "now time.Time",
    ],
    opening: |_, parameters| format!("func Verify({parameters}) bool {{"),
    refuse_if: |test| format!("\tif {test} {{\n\t\treturn false\n\t}}"),
    bind: |variable, value| format!("\t{variable} := {value}"),
    is_empty: Some(|variable| format!("{variable} == \"\"")),
    starts_with: |text, prefix| format!("strings.HasPrefix({text}, {prefix})"),

    header: |name| format!("headers[{name}]"),
    first: |names, variable| {
        first_of(
            names,
            |name| format!("headers[{name}]"),
            |name| format!("\n\tif {variable} == \"\" {{\n\t\t{variable} = headers[{name}]\n\t}}"),
        )
    },
    lacks: Some(|name| format!("_, found := headers[{name}]; !found")),
    is_none_of: |name, values| each(values, " && ", |value| format!("headers[{name}] != {value}")),
    is_no_form: "!strings.HasPrefix(headers[\"content-type\"], \"application/x-www-form-urlencoded\")",

    name: "name",
    is: |name| format!("name == {name}"),
    or: " || ",
    texts: |plan, test| {
        let time = when(plan.lists_time(), "\ttimestamp := \"\"\n");
        let names = "\tfor name, value := range headers {\n\t\tif";
        format!("{time}\treceived := []string{{}}\n{names} !({test}) {{\n\t\t\tcontinue\n\t\t}}")
    },
    after_prefix: |prefix, _| {
        format!(
            "\t\tif !strings.HasPrefix(value, {prefix}) {{
\t\t\tcontinue
\t\t}}
\t\tvalue = strings.TrimPrefix(value, {prefix})"
        )
    },
    received: "\t\treceived = append(received, strings.TrimSpace(value))\n\t}",
    items: |list, separator, trim| {
        let at = if list.assign.is_none() { "at" } else { "_" };
        format!("\t\tfor {at}, item := range strings.Split(value, {separator}) {{{trim}")
    },
    trim: "\n\t\t\titem = strings.TrimSpace(item)",
    received_from: |position, time| {
        let time = time.map(|at| in_loop(&format!("at == {at}"), "timestamp = item"));
        in_loop(&format!("at >= {position}"), RECEIVED_ITEM) + &time.unwrap_or_default() + "\t\t}\n\t}"
    },
    received_of,
    item: None,
    value: None,

    age: |unit| {
        let (signed_at, age) = match unit {
            TimestampUnit::Seconds => (NUMBER, "float64(now.UnixNano())/1e9 - signedAt"),
            TimestampUnit::Milliseconds => (NUMBER, "float64(now.UnixNano())/1e9 - signedAt/1000"),
            TimestampUnit::Rfc3339 => (
                "time.Parse(time.RFC3339Nano, timestamp)",
                "now.Sub(signedAt).Seconds()",
            ),
        };
        format!("\tsignedAt, err := {signed_at}\n\tif err != nil {{\n\t\treturn false\n\t}}\n\tage := {age}")
    },
    is_outside,

    stripped: |prefix, _| format!("strings.TrimPrefix(secret, {prefix})"),
    of_text: |secret| format!("key = []byte({secret})"),
    of_hex: |secret| read("hex.DecodeString", secret),
    of_base64: |secret| read("base64.StdEncoding.DecodeString", secret),
    hashed: |hash, key| format!("{key}\nhashed := {}(key)\nkey = hashed[:]", sum(hash)),
    choice: |test, one, other| {
        format!(
            "if {test} {{\n{}\n}} else {{\n{}\n}}",
            indented(one),
            indented(other)
        )
    },
    key,
    is_nothing: |key| format!("len({key}) == 0"),

    pieces: ["body", "key", PATH, "[]byte(form)"],
    url: |escapes| match escapes.concat().join(", ").as_str() {
        "" => "address".to_owned(),
        escapes => format!("strings.NewReplacer({escapes}).Replace(address)"),
    },
    id: "id",
    form: r#"	fields, failed := url.ParseQuery(string(body))
	if failed != nil {
		return false
	}
	names := []string{}
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	form := ""
	for _, name := range names {
		sort.Strings(fields[name])
		for at, value := range fields[name] {
			if at == 0 || fields[name][at-1] != value {
				form += name + value
			}
		}
	}"#,

    hmac: |hash| format!("hmac.New({}, key)", new(hash)),
    plain: |hash| format!("{}()", new(hash)),
    digest: |digest, pieces| {
        let writes = each(pieces, "", |piece| format!("\n\tdigest.Write({piece})"));
        let parse = "\tparsed, broken := url.Parse(address)\n\tif broken != nil {\n\t\treturn false\n\t}\n";
        let parse = when(pieces.iter().any(|piece| piece == PATH), parse);
        format!("{parse}\tdigest := {digest}{writes}")
    },
    hex: |_| "hex.EncodeToString(digest.Sum(nil))".to_owned(),
    hex_upper: |_| "strings.ToUpper(hex.EncodeToString(digest.Sum(nil)))".to_owned(),
    base64: |_| "base64.StdEncoding.EncodeToString(digest.Sum(nil))".to_owned(),
    base64url: |_| "base64.RawURLEncoding.EncodeToString(digest.Sum(nil))".to_owned(),
    sent: ["secret", "base64.StdEncoding.EncodeToString([]byte(secret))"],

    cases: ["value", "strings.ToLower(value)"],
    closing: |value| {
        format!(
            "\tfor _, value := range received {{
\t\tif hmac.Equal([]byte(expected), []byte({value})) {{
\t\t\treturn true
\t\t}}
\t}}
\treturn false
}}"
        )
    },
};

/// Packages, each with what shows that it is used.
const IMPORTS: &[(&str, &str)] = &[
    ("crypto/hmac", "hmac."),
    ("crypto/md5", "md5."),
    ("crypto/sha1", "sha1."),
    ("crypto/sha256", "sha256."),
    ("crypto/sha512", "sha512."),
    ("encoding/base64", "base64."),
    ("encoding/hex", "hex."),
    ("net/url", "url."),
    ("sort", "sort."),
    ("strconv", "strconv."),
    ("strings", "strings."),
    ("time", "time."),
];

const NUMBER: &str = "strconv.ParseFloat(timestamp, 64)";
const PATH: &str = "[]byte(parsed.EscapedPath())";
const RECEIVED_ITEM: &str = "received = append(received, item)";

fn text(text: &str) -> String {
    quoted(text, &[], of_fixed_length)
}

fn bytes(text: &str) -> String {
    format!("[]byte({text})")
}

/// A statement under a condition, for each item.
fn in_loop(test: &str, statement: &str) -> String {
    format!("\t\t\tif {test} {{\n\t\t\t\t{statement}\n\t\t\t}}\n")
}

fn received_of(pairs: &Pairs) -> String {
    let mut code = format!("\t\t\tparts := strings.SplitN(item, {}, 2)\n", pairs.assign);
    let is_of = |key: &str| format!("len(parts) == 2 && parts[0] == {key}");
    code += &in_loop(&is_of(&pairs.key), "received = append(received, parts[1])");
    if pairs.bare {
        code += &in_loop("len(parts) == 1", RECEIVED_ITEM);
    }
    if let Some(key) = &pairs.time {
        code += &in_loop(
            &format!("{} && timestamp == \"\"", is_of(key)),
            "timestamp = parts[1]",
        );
    }
    code + "\t\t}\n\t}"
}

fn read(function: &str, secret: &str) -> String {
    format!("if key, err = {function}({secret}); err != nil {{\n\treturn false\n}}")
}

fn key(plan: &Plan, key: &str) -> String {
    let fails = plan.forms.iter().any(|form| form.decode != SecretDecoding::Text);
    // Reading the time has made an `err` already.
    let error = when(fails && !plan.is_aged(), "\tvar err error\n");
    format!("\tvar key []byte\n{error}{}", indented(key))
}

fn indented(statements: &str) -> String {
    let lines: Vec<String> = statements.lines().map(|line| format!("\t{line}")).collect();
    lines.join("\n")
}

const fn new(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "md5.New",
        Hash::Sha1 => "sha1.New",
        Hash::Sha256 => "sha256.New",
        Hash::Sha384 => "sha512.New384",
        Hash::Sha512 => "sha512.New",
    }
}

const fn sum(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "md5.Sum",
        Hash::Sha1 => "sha1.Sum",
        Hash::Sha256 => "sha256.Sum256",
        Hash::Sha384 => "sha512.Sum384",
        Hash::Sha512 => "sha512.Sum512",
    }
}
