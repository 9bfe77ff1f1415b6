//! How a request was framed on the wire: what is lost when its body is kept without the framing.

use super::{Header, HttpVersion};

/// Something about the form of a request that a reader should know, though it did not stop it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Both `Content-Length` and `Transfer-Encoding`: a proxy and a server may disagree on where it ends.
    AmbiguousFraming,
    /// `Content-Length` came more than once.
    RepeatedContentLength,
    /// No `Host` header in an HTTP/1.1 request (RFC 9112 section 3.2 wants exactly one).
    NoHost,
    /// More than one `Host` header.
    SeveralHosts,
    /// Lines end in a bare line feed.
    BareLineFeed,
    /// The head could not be recorded exactly and was rebuilt from what the parser saw.
    RebuiltHead,
    /// The sender asked to switch protocols; it was answered as plain HTTP.
    UpgradeAsked,
    /// The target is a whole URL, as a proxy would get it.
    AbsoluteTarget,
    /// A header value or the target has bytes that are not UTF-8.
    NotUtf8,
    /// `Transfer-Encoding` names more than `chunked`: the body is kept in that coding, as it was sent.
    TransferCoded,
    /// It was taken from a HAR file, which does not have the bytes of the head: that was put together from its parts.
    HeadFromHar,
    /// It was taken from a HAR file that has the fields of its body and not the bytes: they were put together.
    BodyFromHar,
    /// It was exported with credentials and signatures masked, and taken in again so.
    MaskedExport,
}

impl Mark {
    /// The mark in a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::AmbiguousFraming => {
                "It has both Content-Length and Transfer-Encoding: a proxy and a server may disagree on where it ends."
            }
            Self::RepeatedContentLength => "Content-Length came more than once.",
            Self::NoHost => "It has no Host header, which HTTP/1.1 asks for.",
            Self::SeveralHosts => "It has more than one Host header.",
            Self::BareLineFeed => "Its lines end in a bare line feed.",
            Self::RebuiltHead => {
                "Its head could not be recorded exactly and was rebuilt from what was understood."
            }
            Self::UpgradeAsked => "It asked to switch protocols and was answered as plain HTTP.",
            Self::AbsoluteTarget => "Its target is a whole URL, as a proxy would get it.",
            Self::TransferCoded => "Its body has a transfer coding beside chunked and is kept in it.",
            Self::NotUtf8 => "It has bytes in its head that are not UTF-8.",
            Self::HeadFromHar => {
                "Its head was rebuilt from a HAR file, which tells the headers and not the bytes on the wire."
            }
            Self::BodyFromHar => {
                "Its body was rebuilt from the form fields in a HAR file; the bytes may have been others."
            }
            Self::MaskedExport => {
                "Credentials and signatures were masked when it was exported, so its signature cannot hold."
            }
        }
    }
}

impl Mark {
    /// These marks as they are kept in a file: each as a value, since a later version may have others.
    ///
    /// # Errors
    /// One cannot be written.
    pub(crate) fn values_of(marks: &[Self]) -> Result<Vec<serde_json::Value>, serde_json::Error> {
        marks.iter().map(serde_json::to_value).collect()
    }

    /// The marks of these values. One that a later version invented is left out.
    pub(crate) fn of_values(values: Vec<serde_json::Value>) -> Vec<Self> {
        let marks = values.into_iter().map(serde_json::from_value);
        marks.filter_map(Result::ok).collect()
    }
}

/// Chunks as they are kept in a file: count, smallest, largest, the first of them.
pub(crate) type KeptChunks = (u64, u64, u64, Vec<u64>);

/// The chunks in which a body came: counted, and the first of them by their sizes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChunkSizes {
    /// How many there were, without the empty one that ends the body.
    pub count: u64,
    /// The smallest, in bytes; 0 where there was none.
    pub smallest: u64,
    /// The largest, in bytes.
    pub largest: u64,
    /// The sizes of the first [`ChunkSizes::LISTED`], in the order in which they came.
    pub first: Vec<u64>,
}

impl ChunkSizes {
    /// How many sizes are kept one by one. A body has millions of chunks if its sender wants.
    pub const LISTED: usize = 32;

    /// As they are kept in a file.
    pub(crate) fn to_kept(&self) -> KeptChunks {
        (self.count, self.smallest, self.largest, self.first.clone())
    }

    /// Of what was kept in a file, of which no more sizes are listed than ever are.
    pub(crate) fn of_kept((count, smallest, largest, mut first): KeptChunks) -> Self {
        first.truncate(Self::LISTED);
        Self {
            count,
            smallest,
            largest,
            first,
        }
    }

    /// Takes note of one more.
    pub fn add(&mut self, size: u64) {
        self.smallest = if self.count == 0 {
            size
        } else {
            self.smallest.min(size)
        };
        self.largest = self.largest.max(size);
        self.count += 1;
        if self.first.len() < Self::LISTED {
            self.first.push(size);
        }
    }
}

/// How the request was framed on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Framing {
    /// `Content-Length` as declared, in bytes.
    pub declared_length: Option<u64>,
    /// The body came in chunks.
    pub chunked: bool,
    /// In which.
    pub chunks: ChunkSizes,
    /// The sender waited for `100 Continue`.
    pub expect_continue: bool,
    /// The place of the request on its connection, from 0.
    pub position: u32,
    /// Trailer fields that came after a chunked body.
    pub trailers: Vec<Header>,
    /// What a reader should know of its form.
    pub marks: Vec<Mark>,
}

/// One thing about the framing, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FramingFact {
    /// What it is about, e.g. `Body`.
    pub name: &'static str,
    /// The fact.
    pub text: String,
}

impl Framing {
    /// The framing as a person reads it, without the marks.
    #[must_use]
    pub fn facts(&self, version: HttpVersion) -> Vec<FramingFact> {
        let fact = |name, text| FramingFact { name, text };
        let mut facts = Vec::new();
        if version != HttpVersion::Unknown {
            facts.push(fact("Version", version.as_str().to_owned()));
        }
        facts.push(fact("Body", self.body_fact()));
        if !self.trailers.is_empty() {
            let fields = if self.trailers.len() == 1 {
                "field"
            } else {
                "fields"
            };
            facts.push(fact(
                "Trailers",
                format!("{} {fields} after the body", self.trailers.len()),
            ));
        }
        if self.expect_continue {
            facts.push(fact("Expect", "the sender waited for 100 Continue".to_owned()));
        }
        let nth = u64::from(self.position) + 1;
        facts.push(fact("Connection", format!("request {nth} on its connection")));
        facts
    }

    fn body_fact(&self) -> String {
        let declared = self
            .declared_length
            .map(|length| format!("Content-Length {length}"));
        if !self.chunked {
            return declared.unwrap_or_else(|| "no length declared".to_owned());
        }
        let ChunkSizes {
            count,
            smallest,
            largest,
            first,
        } = &self.chunks;
        let sizes = match *count {
            0 => "no chunk".to_owned(),
            1 => format!("1 chunk of {largest} bytes"),
            _ if smallest == largest => format!("{count} chunks of {largest} bytes each"),
            _ => {
                let listed: Vec<String> = first.iter().map(u64::to_string).collect();
                let rest = if *count > first.len() as u64 { ", …" } else { "" };
                format!(
                    "{count} chunks of {smallest} to {largest} bytes: {}{rest}",
                    listed.join(", ")
                )
            }
        };
        match declared {
            Some(declared) => format!("chunked, {sizes}; {declared} was declared too"),
            None => format!("chunked, {sizes}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked(sizes: &[u64]) -> Framing {
        let mut framing = Framing {
            chunked: true,
            ..Framing::default()
        };
        for size in sizes {
            framing.chunks.add(*size);
        }
        framing
    }

    #[test]
    fn framing_is_told_in_words() {
        let cases = [
            (Framing::default(), "no length declared"),
            (chunked(&[]), "chunked, no chunk"),
            (chunked(&[7]), "chunked, 1 chunk of 7 bytes"),
            (chunked(&[4, 4]), "chunked, 2 chunks of 4 bytes each"),
            (
                chunked(&[5, 1024, 7]),
                "chunked, 3 chunks of 5 to 1024 bytes: 5, 1024, 7",
            ),
        ];
        for (framing, wanted) in cases {
            assert_eq!(framing.body_fact(), wanted, "{framing:?}");
        }
        let facts = Framing {
            position: 2,
            expect_continue: true,
            declared_length: Some(3),
            ..Framing::default()
        }
        .facts(HttpVersion::Http11);
        let told: Vec<_> = facts
            .iter()
            .map(|fact| format!("{}: {}", fact.name, fact.text))
            .collect();
        assert_eq!(
            told,
            [
                "Version: HTTP/1.1",
                "Body: Content-Length 3",
                "Expect: the sender waited for 100 Continue",
                "Connection: request 3 on its connection",
            ],
            "people count from one"
        );
    }

    #[test]
    fn what_is_kept_in_a_file_reads_back_and_what_is_unknown_in_it_is_left_out() {
        let sizes: Vec<u64> = (1..=40).collect();
        let chunks = chunked(&sizes).chunks;
        assert_eq!(
            ChunkSizes::of_kept(chunks.to_kept()),
            chunks,
            "the chunks as they were"
        );
        let listed = ChunkSizes::of_kept((40, 1, 40, sizes)).first.len();
        assert_eq!(listed, ChunkSizes::LISTED, "a file of another's lists no more");
        let marks = [Mark::NoHost, Mark::NotUtf8];
        let mut values = Mark::values_of(&marks).unwrap();
        values.insert(1, serde_json::json!("of_a_later_version"));
        values.push(serde_json::json!({ "in": "another form" }));
        assert_eq!(Mark::of_values(values), marks, "the known ones in their order");
    }

    #[test]
    fn the_list_of_sizes_is_bounded_and_the_count_is_not() {
        let sizes: Vec<u64> = (1..=100_000).collect();
        let ChunkSizes {
            count,
            smallest,
            largest,
            first,
        } = chunked(&sizes).chunks;
        assert_eq!(
            (count, smallest, largest),
            (100_000, 1, 100_000),
            "all are counted"
        );
        assert_eq!(first, sizes[..ChunkSizes::LISTED], "the first are listed");
    }
}
