//! Taking URLs apart by their text. They are signed as text, so nothing is normalised.

/// A URL's parts; together they are the URL again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// `https`
    pub(crate) scheme: &'a str,
    /// `user:pass@`
    pub(crate) user: &'a str,
    /// `example.com`
    pub(crate) host: &'a str,
    /// `:443`
    pub(crate) port: &'a str,
    /// `/path`
    pub(crate) path: &'a str,
    /// `?a=b`
    pub(crate) query: &'a str,
}

/// The scheme of a whole URL and what follows its `://`; nothing for a path, whatever its query holds.
pub(crate) fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let mut letters = scheme.bytes();
    let is_scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    is_scheme.then_some((scheme, rest))
}

/// Takes a URL apart. A text that does not begin with a scheme is a path and a query.
pub(crate) fn split(url: &str) -> Parts<'_> {
    let (scheme, rest) = scheme(url).unwrap_or(("", url));
    let (authority, tail) = if scheme.is_empty() {
        ("", rest)
    } else {
        rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
    };
    let tail = tail.split('#').next().unwrap_or(tail);
    let (path, query) = tail.split_at(tail.find('?').unwrap_or(tail.len()));
    let (user, host_port) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    let host_end = host_port.rfind(']').map_or(0, |at| at + 1);
    let colon = host_port[host_end..]
        .find(':')
        .map_or(host_port.len(), |at| host_end + at);
    let (host, port) = host_port.split_at(colon);
    Parts {
        scheme,
        user,
        host,
        port,
        path,
        query,
    }
}

impl Parts<'_> {
    /// The URL with another port text (`:443` or nothing).
    pub(crate) fn with_port(&self, port: &str) -> String {
        let Self {
            scheme,
            user,
            host,
            path,
            query,
            ..
        } = self;
        format!("{scheme}://{user}{host}{port}{path}{query}")
    }

    /// `:443` for https, `:80` for http.
    pub(crate) fn default_port(&self) -> &'static str {
        if self.scheme.eq_ignore_ascii_case("http") || self.scheme.eq_ignore_ascii_case("ws") {
            ":80"
        } else {
            ":443"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_url_again() {
        let parts = split("https://user:pa:ss@[::1]:8443/a/b?x=1&y=?#f");
        assert_eq!(
            (parts.user, parts.host, parts.port, parts.path, parts.query),
            ("user:pa:ss@", "[::1]", ":8443", "/a/b", "?x=1&y=?"),
            "each part is its own text"
        );
        assert_eq!(
            split("https://h?x").with_port(":443"),
            "https://h:443?x",
            "a URL without a path has none"
        );
        assert_eq!(split("/p?q").path, "/p", "a target is a path");
    }

    #[test]
    fn a_url_inside_a_query_does_not_make_one_of_the_whole() {
        for target in [
            "/h?next=https://q/z&signature=1",
            "h?next=https://q/z&signature=1",
        ] {
            let parts = split(target);
            assert_eq!(
                (parts.scheme, parts.host, parts.query),
                ("", "", "?next=https://q/z&signature=1"),
                "`{target}` is a path and a query"
            );
        }
        assert_eq!(split("://q/z").scheme, "", "no scheme is none");
        assert_eq!(split("1a://q/z").scheme, "", "a scheme begins with a letter");
        assert_eq!(split("git+ssh://q/z").host, "q", "and may hold more than letters");
    }
}
