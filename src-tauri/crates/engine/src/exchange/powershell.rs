//! A plan as a PowerShell script, for Windows PowerShell 5.1 and PowerShell 7.
//!
//! .NET's own client and not `curl.exe`: PowerShell 5.1 drops double quotes from the arguments of a program and
//! recodes what goes through a pipe, so no body would arrive as it was. The body is base64 in the script.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::delivery::Outgoing;

use super::words::{Parts, plain_text};

/// The script that sends the body byte for byte and the same headers, redirects not followed. .NET sets `Host` and
/// `Content-Length` itself, orders headers its own way and folds `/../` in a path.
#[must_use]
pub fn powershell(outgoing: &Outgoing) -> String {
    let parts = Parts::of(outgoing);
    let mut lines = vec![
        "Add-Type -AssemblyName System.Net.Http".to_owned(),
        "$handler = [System.Net.Http.HttpClientHandler]::new()".to_owned(),
        "$handler.AllowAutoRedirect = $false".to_owned(),
        "$handler.UseCookies = $false".to_owned(),
        "$request = [System.Net.Http.HttpRequestMessage]::new()".to_owned(),
        format!(
            "$request.Method = [System.Net.Http.HttpMethod]::new({})",
            word(&parts.line.method)
        ),
        format!(
            "$request.RequestUri = [Uri]::new({})",
            word(outgoing.url.as_bytes())
        ),
        "$request.Headers.ExpectContinue = $false".to_owned(),
    ];
    let has_content = !outgoing.body.is_empty()
        || parts.has_length
        || parts.headers.iter().any(|header| is_of_content(&header.name));
    if has_content {
        let body = STANDARD.encode(&outgoing.body);
        lines.push(format!("$body = [Convert]::FromBase64String('{body}')"));
        lines.push("$request.Content = [System.Net.Http.ByteArrayContent]::new($body)".to_owned());
    }
    for header in &parts.headers {
        let place = if is_of_content(&header.name) {
            "$request.Content.Headers"
        } else {
            "$request.Headers"
        };
        let (name, value) = (word(&header.name), word(&header.value));
        lines.push(format!("[void]{place}.TryAddWithoutValidation({name}, {value})"));
    }
    lines.push(
        "$response = [System.Net.Http.HttpClient]::new($handler).SendAsync($request).Result".to_owned(),
    );
    lines.push("[int]$response.StatusCode".to_owned());
    lines.push("$response.Content.ReadAsStringAsync().Result".to_owned());
    lines.join("\n")
}

/// .NET keeps these with the content and refuses them elsewhere.
fn is_of_content(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(b"content-") || matches!(&name[..], b"allow" | b"expires" | b"last-modified")
}

/// A string in single quotes, in which PowerShell evaluates nothing; it takes the typographic quotes for plain ones.
/// What is not plain text is base64.
fn word(bytes: &[u8]) -> String {
    match plain_text(bytes) {
        Some(text) => {
            let mut word = String::with_capacity(text.len() + 2);
            word.push('\'');
            for character in text.chars() {
                if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
                    word.push(character);
                }
                word.push(character);
            }
            word.push('\'');
            word
        }
        None => {
            // Header bytes that are not UTF-8 travel as Latin-1, in which each byte is a character.
            let encoding = if std::str::from_utf8(bytes).is_ok() {
                "UTF8"
            } else {
                "GetEncoding(28591)"
            };
            format!(
                "([Text.Encoding]::{encoding}.GetString([Convert]::FromBase64String('{}')))",
                STANDARD.encode(bytes)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::delivery::Edit;

    #[test]
    fn a_quote_of_any_kind_stays_inside_its_string() {
        assert_eq!(
            word("a'b\u{2019}; rm \u{201b}$(x)`n".as_bytes()),
            "'a''b\u{2019}\u{2019}; rm \u{201b}\u{201b}$(x)`n'",
            "doubled"
        );
    }

    #[test]
    fn what_is_not_plain_text_is_base64() {
        assert!(
            word(b"a\x1bb").contains("UTF8.GetString") && word(b"\xff").contains("GetEncoding(28591)"),
            "by its kind"
        );
        assert!(word(b"a\x1bb").is_ascii(), "no control character is left");
    }

    #[test]
    fn the_script_has_all_there_is() {
        let headers = vec![
            ("Content-Type".into(), b"text/plain".to_vec()),
            ("X-A".into(), b"1".to_vec()),
        ];
        let edit = Edit {
            method: "PUT".into(),
            url: "http://t/x".into(),
            headers,
            body: Bytes::from_static(b"\0"),
        };
        let script = powershell(&edit.plan().unwrap());
        for wanted in [
            "[System.Net.Http.HttpMethod]::new('PUT')",
            "[Uri]::new('http://t/x')",
            "FromBase64String('AA==')",
            "[void]$request.Content.Headers.TryAddWithoutValidation('Content-Type', 'text/plain')",
            "[void]$request.Headers.TryAddWithoutValidation('X-A', '1')",
        ] {
            assert!(script.contains(wanted), "{wanted} in {script}");
        }
    }
}
