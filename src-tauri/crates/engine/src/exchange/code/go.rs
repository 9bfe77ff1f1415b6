//! Go's `net/http`.

use super::super::not_expressible::NotExpressible;
use super::literal::{bytes, go_raw};
use super::{Outgoing, Source};

/// A program for Go's `net/http`. It goes through the transport itself, which follows no redirect.
///
/// # Errors
/// If `net/http` would send something else.
pub fn go(outgoing: &Outgoing) -> Result<String, NotExpressible> {
    let source = Source::of(outgoing, "`net/http`")?;
    let body = if source.has_body() {
        let raw = str::from_utf8(&outgoing.body).ok().and_then(go_raw);
        let literal = raw.unwrap_or_else(|| bytes(&outgoing.body, '"'));
        format!("strings.NewReader({literal})")
    } else {
        "http.NoBody".to_owned()
    };
    let mut lines = vec![
        "package main".to_owned(),
        String::new(),
        "import (".to_owned(),
        "\t\"fmt\"".to_owned(),
        "\t\"io\"".to_owned(),
        "\t\"net/http\"".to_owned(),
    ];
    if source.has_body() {
        lines.push("\t\"strings\"".to_owned());
    }
    lines.extend([
        ")".to_owned(),
        String::new(),
        "func main() {".to_owned(),
        format!(
            "\trequest, err := http.NewRequest({}, {}, {body})",
            bytes(source.method.as_bytes(), '"'),
            bytes(outgoing.url.as_bytes(), '"')
        ),
        "\tif err != nil {".to_owned(),
        "\t\tpanic(err)".to_owned(),
        "\t}".to_owned(),
        "\trequest.Header = http.Header{".to_owned(),
    ]);
    let mut names: Vec<&[u8]> = Vec::new();
    for header in &source.parts.headers {
        if !names.contains(&&header.name[..]) {
            names.push(&header.name);
        }
    }
    for name in names {
        let values: Vec<String> = source
            .parts
            .headers
            .iter()
            .filter(|header| header.name == name)
            .map(|header| bytes(&header.value, '"'))
            .collect();
        lines.push(format!("\t\t{}: {{{}}},", bytes(name, '"'), values.join(", ")));
    }
    lines.extend(
        [
            "\t}",
            "\tresponse, err := http.DefaultTransport.RoundTrip(request)",
            "\tif err != nil {",
            "\t\tpanic(err)",
            "\t}",
            "\tdefer response.Body.Close()",
            "\ttext, _ := io.ReadAll(response.Body)",
            "\tfmt.Println(response.StatusCode, string(text))",
            "}",
        ]
        .map(str::to_owned),
    );
    Ok(lines.join("\n"))
}
