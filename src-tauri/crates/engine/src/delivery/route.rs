//! The way to a target: where it is, which path a request gets there, and what happens to header lines on the way.

use bytes::Bytes;

use super::destination::{Destination, DestinationError, Origin};
use super::edit::is_token;
use super::header_rule;
use super::plan::Outgoing;
use crate::model::{HeaderRule, PathRule, TargetRules};

/// The way to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    destination: Destination,
    path: PathRule,
    headers: Vec<HeaderRule>,
    withholds: bool,
}

/// Rules that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// The URL is none that a request can be sent to.
    #[error(transparent)]
    Url(#[from] DestinationError),
    /// A path that does not begin with a slash, or has what no path can have.
    #[error("`{path}` is not a path")]
    Path {
        /// What was given.
        path: String,
    },
    /// A name that no header can have.
    #[error("header rule `{line}`: `{name}` is not a header name")]
    HeaderName {
        /// Which rule, from 1.
        line: usize,
        /// What was given.
        name: String,
    },
    /// A value that would begin another line.
    #[error("header rule `{line}`: the value of `{name}` has a control character in it")]
    HeaderValue {
        /// Which rule, from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// A header that says how long the body is.
    #[error("header rule `{line}`: `{name}` follows from the body and cannot be set")]
    Framing {
        /// Which rule, from 1.
        line: usize,
        /// The name.
        name: String,
    },
}

impl RouteError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Url(error) => error.hint(),
            Self::Path { .. } => "a path begins with a slash, e.g. `/webhooks/stripe`".to_owned(),
            Self::HeaderName { .. } => {
                "a name has letters, digits and `!#$%&'*+-.^_`|~`, and no space before the colon".to_owned()
            }
            Self::HeaderValue { .. } => "put each header on one line of its own".to_owned(),
            Self::Framing { .. } => "leave this rule out".to_owned(),
        }
    }
}

impl Route {
    /// The way to a URL, with nothing done to anything.
    #[must_use]
    pub const fn to(destination: Destination) -> Self {
        Self {
            destination,
            path: PathRule::Url,
            headers: Vec::new(),
            withholds: false,
        }
    }

    /// The way to `url` under the `rules` of a target.
    ///
    /// # Errors
    /// If the URL or a rule cannot be followed.
    pub fn new(url: &str, rules: &TargetRules) -> Result<Self, RouteError> {
        let destination = Destination::parse(url)?;
        let path = |path: &String| {
            let fits = path.starts_with('/') && !path.contains(char::is_control) && !path.contains('#');
            if fits {
                Ok(super::destination::encoded(path))
            } else {
                Err(RouteError::Path {
                    path: path.escape_default().to_string(),
                })
            }
        };
        let path = match &rules.path {
            PathRule::Url => PathRule::Url,
            PathRule::Keep => PathRule::Keep,
            PathRule::Fixed(fixed) => PathRule::Fixed(path(fixed)?),
            PathRule::Prefix { from, to } => PathRule::Prefix {
                from: path(from)?,
                to: if to.is_empty() { String::new() } else { path(to)? },
            },
        };
        for (index, rule) in rules.headers.iter().enumerate() {
            check(index + 1, rule)?;
        }
        Ok(Self {
            destination,
            path,
            headers: rules.headers.clone(),
            withholds: false,
        })
    }

    /// The same, on which credentials that a captured request came with stay behind.
    #[must_use]
    pub const fn withholding(mut self) -> Self {
        self.withholds = true;
        self
    }

    /// Whether they do.
    pub(crate) const fn withholds(&self) -> bool {
        self.withholds
    }

    /// What a connection is made to.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        self.destination.origin()
    }

    /// What the header rules make of `outgoing`.
    #[must_use]
    pub fn with_headers(&self, outgoing: Outgoing) -> Outgoing {
        header_rule::apply(outgoing, &self.headers)
    }

    /// The target of the request line for a request that was sent to `captured`, a path with or without a query.
    pub(crate) fn target_of(&self, captured: &Bytes) -> Bytes {
        let mark = captured
            .iter()
            .position(|byte| *byte == b'?')
            .unwrap_or(captured.len());
        self.target(captured, &captured[..mark], &captured[mark..])
    }

    /// The target of the request line for a request that was sent to `path` with `query` (its question mark included).
    pub(super) fn target(&self, captured: &Bytes, path: &[u8], query: &[u8]) -> Bytes {
        let own = self.destination.path();
        let base = own.unwrap_or_default().trim_end_matches('/').as_bytes();
        let (path, own_query): (Vec<u8>, Option<&str>) = match &self.path {
            PathRule::Url => match (own, self.destination.query()) {
                (None, None) => return captured.clone(),
                (own, _) => (
                    own.map_or_else(|| path.to_vec(), |own| own.as_bytes().to_vec()),
                    None,
                ),
            },
            PathRule::Keep | PathRule::Prefix { .. } if !path.starts_with(b"/") => return captured.clone(),
            PathRule::Keep => ([base, path].concat(), None),
            PathRule::Prefix { from, to } => {
                let from = from.trim_end_matches('/').as_bytes();
                let rest = path
                    .strip_prefix(from)
                    .filter(|rest| rest.is_empty() || rest.starts_with(b"/"));
                let to = to.trim_end_matches('/').as_bytes();
                let mapped = rest.map_or_else(|| path.to_vec(), |rest| [to, rest].concat());
                ([base, &mapped].concat(), None)
            }
            PathRule::Fixed(fixed) => match fixed.split_once('?') {
                Some((path, query)) => ([base, path.as_bytes()].concat(), Some(query)),
                None => ([base, fixed.as_bytes()].concat(), None),
            },
        };
        let mut target = if path.is_empty() { b"/".to_vec() } else { path };
        match own_query.or(self.destination.query()) {
            Some(own) => {
                target.push(b'?');
                target.extend_from_slice(own.as_bytes());
            }
            None => target.extend_from_slice(query),
        }
        target.into()
    }
}

fn check(line: usize, rule: &HeaderRule) -> Result<(), RouteError> {
    let name = rule.name();
    if !is_token(name) {
        return Err(RouteError::HeaderName {
            line,
            name: name.escape_default().to_string(),
        });
    }
    if ["content-length", "transfer-encoding"]
        .iter()
        .any(|framing| name.eq_ignore_ascii_case(framing))
    {
        return Err(RouteError::Framing {
            line,
            name: name.to_owned(),
        });
    }
    match rule {
        HeaderRule::Add { value, .. } | HeaderRule::Replace { value, .. }
            if value
                .chars()
                .any(|character| character.is_control() && character != '\t') =>
        {
            Err(RouteError::HeaderValue {
                line,
                name: name.to_owned(),
            })
        }
        HeaderRule::Add { .. } | HeaderRule::Replace { .. } | HeaderRule::Remove { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan;
    use super::*;
    use crate::model::RawHead;

    fn sent_to(url: &str, path: PathRule, target: &str) -> String {
        let rules = TargetRules {
            path,
            ..TargetRules::default()
        };
        let head = RawHead::new(Bytes::from(format!("POST {target} HTTP/1.1\r\nHost: h\r\n\r\n")));
        let route = Route::new(url, &rules).unwrap();
        plan::resend_by(&head, Bytes::new(), &route).unwrap().url
    }

    #[test]
    fn each_rule_gives_the_path_that_it_says() {
        let prefix = |from: &str, to: &str| PathRule::Prefix {
            from: from.into(),
            to: to.into(),
        };
        for (url, rule, target, wanted) in [
            ("http://h", PathRule::Url, "/a?b", "http://h/a?b"),
            ("http://h/x", PathRule::Url, "/a?b", "http://h/x?b"),
            ("http://h", PathRule::Keep, "/a?b", "http://h/a?b"),
            ("http://h/x/", PathRule::Keep, "/a//b?c", "http://h/x/a//b?c"),
            ("http://h/x?k=1", PathRule::Keep, "/a?b", "http://h/x/a?k=1"),
            (
                "http://h",
                prefix("/stripe", "/hooks/s"),
                "/stripe/1?b",
                "http://h/hooks/s/1?b",
            ),
            ("http://h", prefix("/stripe", ""), "/stripe?b", "http://h/?b"),
            (
                "http://h",
                prefix("/stripe", "/x"),
                "/stripes",
                "http://h/stripes",
            ),
            ("http://h/base", prefix("/a", "/b"), "/a", "http://h/base/b"),
            ("http://h", prefix("/", "/all/"), "/a/b", "http://h/all/a/b"),
            ("http://h", PathRule::Fixed("/f".into()), "/a?b", "http://h/f?b"),
            (
                "http://h/x",
                PathRule::Fixed("/f?q=1".into()),
                "/a?b",
                "http://h/x/f?q=1",
            ),
            ("http://h/x", PathRule::Keep, "*", "http://h*"),
        ] {
            assert_eq!(
                sent_to(url, rule.clone(), target),
                wanted,
                "`{target}` by {rule:?} to `{url}`"
            );
        }
    }

    #[test]
    fn a_rule_that_could_smuggle_is_refused() {
        let refused = |rules: TargetRules| Route::new("http://h", &rules).unwrap_err();
        for path in [
            PathRule::Fixed("x".into()),
            PathRule::Fixed("/x\r\nA: b".into()),
            PathRule::Prefix {
                from: String::new(),
                to: "/x".into(),
            },
        ] {
            let rules = TargetRules {
                path,
                ..TargetRules::default()
            };
            assert!(matches!(refused(rules), RouteError::Path { .. }), "not a path");
        }
        let header = |name: &str, value: &str| TargetRules {
            headers: vec![HeaderRule::Add {
                name: name.into(),
                value: value.into(),
            }],
            ..TargetRules::default()
        };
        assert!(
            matches!(refused(header("a b", "")), RouteError::HeaderName { .. }),
            "a name is one word"
        );
        assert!(
            matches!(refused(header("A", "b\nC: d")), RouteError::HeaderValue { .. }),
            "a value is one line"
        );
        assert!(
            matches!(refused(header("content-LENGTH", "1")), RouteError::Framing { .. }),
            "ours to say"
        );
    }
}
