//! What is judged: one HTTP request as it was on the wire, and what is to be signed.

use std::borrow::Cow;

/// A point in time: microseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// From whole seconds since the epoch; saturates far outside any calendar.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Whole milliseconds since the epoch, rounded down.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }
}

/// A header line as sent: name and value, in the sender's case and without the line's end.
pub type HeaderLine<'a> = (&'a [u8], &'a [u8]);

/// One request as it came.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// The request target, as sent: `/stripe?env=dev`.
    pub target: &'a str,
    /// The URL the sender used, where it is known (behind a tunnel it is not what the listener sees).
    pub url: Option<&'a str>,
    /// All header lines, in order, with repeats.
    pub headers: &'a [HeaderLine<'a>],
    /// The body's bytes, after transfer framing and before any content decoding.
    pub body: &'a [u8],
    /// When it was received. `None`: the age is not judged.
    pub received_at: Option<Micros>,
}

impl<'a> Message<'a> {
    /// The values of every header line of this name, in any case, in order.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let headers: &'a [HeaderLine<'a>] = self.headers;
        headers
            .iter()
            .filter(move |(line, _)| line.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| *value)
    }

    /// The first value of this header, without surrounding blanks.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.header_values(name).next().map(<[u8]>::trim_ascii)
    }

    /// The URL to work with: the sender's if it is known, else put together from `Forwarded`-like headers, `Host`
    /// and the target.
    #[must_use]
    pub fn effective_url(&self) -> Cow<'a, str> {
        if let Some(url) = self.url {
            return Cow::Borrowed(url);
        }
        if self.target.starts_with("http://") || self.target.starts_with("https://") {
            return Cow::Borrowed(self.target);
        }
        let text = |name| {
            self.header(name)
                .and_then(|value| std::str::from_utf8(value).ok())
                .map(|value| value.split(',').next().unwrap_or(value).trim())
                .filter(|value| !value.is_empty())
        };
        let host = text("x-forwarded-host")
            .or_else(|| text("host"))
            .unwrap_or("localhost");
        let name = host.split(':').next().unwrap_or(host);
        let plain = matches!(name, "localhost" | "127.0.0.1") || host.starts_with("[::1]");
        let scheme = text("x-forwarded-proto").unwrap_or(if plain { "http" } else { "https" });
        Cow::Owned(format!("{scheme}://{host}{}", self.target))
    }
}

/// What is to be signed: a request that has not been sent yet.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The method.
    pub method: &'a str,
    /// The request target.
    pub target: &'a str,
    /// The URL it will be sent to, as the receiver knows it; schemes that sign the URL need it.
    pub url: Option<&'a str>,
    /// The header lines it has already.
    pub headers: &'a [HeaderLine<'a>],
    /// The body.
    pub body: &'a [u8],
}

impl<'a> Draft<'a> {
    /// The draft seen as a message, so that signing and checking read it in one way.
    #[must_use]
    pub fn as_message(&self) -> Message<'a> {
        Message {
            method: self.method,
            target: self.target,
            url: self.url,
            headers: self.headers,
            body: self.body,
            received_at: None,
        }
    }
}
