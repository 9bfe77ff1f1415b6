//! The fields of a form: `application/x-www-form-urlencoded` or `multipart/form-data`.

use std::collections::HashMap;

/// The fields of a form by name, the first value of each.
#[derive(Debug, Default)]
pub struct Form(HashMap<String, String>);

impl Form {
    /// Reads a body as the form its content type says it is; `None` if it says something else.
    #[must_use]
    pub fn of(content_type: &str, body: &[u8]) -> Option<Self> {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Some(Self::urlencoded(body));
        }
        if media_type.eq_ignore_ascii_case("multipart/form-data") {
            return Self::multipart(boundary(content_type)?, body);
        }
        None
    }

    /// Reads url-encoded fields, as they stand in a body or in a query.
    #[must_use]
    pub fn urlencoded(text: &[u8]) -> Self {
        let mut fields = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            fields
                .entry(name.into_owned())
                .or_insert_with(|| value.into_owned());
        }
        Self(fields)
    }

    /// The text parts of a multipart body; files and parts without a name are passed over.
    fn multipart(boundary: &str, body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let mut fields = HashMap::new();
        for part in text.split(&format!("--{boundary}")).skip(1) {
            let Some((head, value)) = part.split_once("\r\n\r\n") else {
                continue;
            };
            let disposition = head
                .lines()
                .find(|line| starts_with_ignoring_case(line, "content-disposition:"));
            let Some(name) = disposition.and_then(|line| attribute(line, "name")) else {
                continue;
            };
            fields
                .entry(name.to_owned())
                .or_insert_with(|| value.strip_suffix("\r\n").unwrap_or(value).to_owned());
        }
        Some(Self(fields))
    }

    /// The first value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    attribute(content_type, "boundary").filter(|boundary| !boundary.is_empty() && boundary.len() <= 70)
}

/// The value of `name=value` or `name="value"` among the attributes after the first `;`.
fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split(';').skip(1).find_map(|attribute| {
        let (key, value) = attribute.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"'))
    })
}

fn starts_with_ignoring_case(line: &str, start: &str) -> bool {
    line.get(..start.len())
        .is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urlencoded_fields_are_decoded_and_the_first_value_counts() {
        let form = Form::of(
            "application/x-www-form-urlencoded; charset=UTF-8",
            b"a=1+2&b=%C3%A9&a=3",
        )
        .unwrap();
        assert_eq!(
            form.get("a"),
            Some("1 2"),
            "a plus is a blank, the first value counts"
        );
        assert_eq!(form.get("b"), Some("é"), "escapes are UTF-8");
        assert_eq!(form.get("c"), None, "what is not there is not there");
    }

    #[test]
    fn multipart_fields_are_found_by_name() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"a\":1}\r\n--x--\r\n";
        let form = Form::of("multipart/form-data; boundary=x", body).unwrap();
        assert_eq!(
            form.get("json"),
            Some("{\"a\":1}"),
            "the value is what stands between blank line and boundary"
        );
    }

    #[test]
    fn other_bodies_are_no_form() {
        assert!(
            Form::of("application/json", b"a=1").is_none(),
            "the content type decides"
        );
        assert!(
            Form::of("multipart/form-data", b"--x").is_none(),
            "a boundary is needed"
        );
        assert!(
            Form::of("multipart/form-data; boundary=x", b"\xff").is_none(),
            "so is text"
        );
    }
}
