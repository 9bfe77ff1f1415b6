//! Request targets as text: `/a?b`, or a whole URL as a proxy gets it.
//!
//! A query may hold a URL, escaped or not, so that `://` somewhere does not make a URL of a target: it must begin with
//! a scheme.

use std::borrow::Cow;

/// What follows `scheme://` in a whole URL; nothing for a path.
fn after_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let mut letters = scheme.bytes();
    let is_scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    is_scheme.then_some(rest)
}

/// The target from its path on.
pub(crate) fn relative(target: &str) -> Cow<'_, str> {
    let Some(rest) = after_scheme(target) else {
        return Cow::Borrowed(target);
    };
    let tail = &rest[rest.find(['/', '?', '#']).unwrap_or(rest.len())..];
    if tail.starts_with('/') {
        Cow::Borrowed(tail)
    } else {
        Cow::Owned(format!("/{tail}"))
    }
}

/// The path of a target: what stands before its query.
pub(crate) fn path(target: &str) -> &str {
    let rest = after_scheme(target);
    let tail = rest.unwrap_or(target);
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    match rest {
        Some(_) => path.find('/').map_or("/", |slash| &path[slash..]),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_any_target_form_is_found() {
        for (target, expected) in [
            ("/a/b?c#d", "/a/b"),
            ("http://host:1/a?b", "/a"),
            ("http://host?b=/c", "/"),
            ("http://host", "/"),
            ("/a?next=https://q/z&signature=1", "/a"),
            ("/proxy/https://q/z", "/proxy/https://q/z"),
            ("a://b", "/"),
            ("*", "*"),
            ("", ""),
        ] {
            assert_eq!(path(target), expected, "`{target}`");
        }
    }

    #[test]
    fn only_what_begins_with_a_scheme_is_a_whole_url() {
        for (target, expected) in [
            ("/a?b", "/a?b"),
            ("/a?next=https://q/z", "/a?next=https://q/z"),
            ("a?next=https://q/z", "a?next=https://q/z"),
            ("http://host:1/a?b=/c", "/a?b=/c"),
            ("http://host?b=/c", "/?b=/c"),
            ("http://host", "/"),
            ("*", "*"),
        ] {
            assert_eq!(relative(target), expected, "`{target}`");
        }
    }
}
