//! What of a request is given away in a file: everything that is written of it passes here once, and the writer of the
//! format knows nothing of secrets.

use std::sync::Arc;

use bytes::Bytes;

use crate::exchange::har::Piece;
use crate::masking::{
    Known, MASKED, MaskPath, Secrets, SigningPlaces, blind_places, given_body, given_head, given_value,
    places_of,
};
use crate::model::{Header, KeptAnswer, RawHead};

/// What is masked in one request.
pub(crate) struct Covering {
    /// Where secrets are in its head.
    places: Arc<SigningPlaces>,
    /// The values of bodies that are masked.
    paths: Vec<MaskPath>,
    /// The name of its event is read where something is masked.
    hides_event: bool,
    /// What is hidden wherever it comes up again.
    secrets: Secrets,
    /// The same in its answer, whose body may not be readable though all of the request is.
    answered: Secrets,
    /// The path of the endpoint it came to.
    endpoint: Option<String>,
}

impl Covering {
    /// By what is known of the request, and what its answer has beside that.
    pub(crate) fn by(known: &Known, piece: &Piece) -> Self {
        let provider = piece.request.summary.recognition.provider.as_deref();
        let mut covering = Self {
            places: Arc::clone(&known.places),
            paths: known.chosen.paths.clone(),
            hides_event: known.chosen.hidden_facts(provider).0,
            secrets: known.secrets.clone(),
            answered: Secrets::default(),
            endpoint: piece.request.summary.recognition.endpoint_path.clone(),
        };
        if let Some(bytes) = piece.answer.as_ref().and_then(|answer| answer.bytes.as_ref()) {
            let (head, body) = parted(bytes);
            covering.secrets.learn_head(&head, &covering.places);
            covering.answered = covering.secrets.clone();
            let headers = head.headers();
            covering.answered.learn_body(&body, &headers, &covering.paths);
            covering.answered = covering.answered.telling();
        }
        covering.secrets = covering.secrets.telling();
        covering
    }

    /// All of a request as it may be given away.
    pub(crate) fn cover(&self, mut piece: Piece) -> Piece {
        let request = &mut piece.request;
        let headers = request.head.headers();
        if let Some(body) = self.covered_body(&piece.body, &headers, &self.secrets) {
            piece.body = body;
            piece.is_masked = true;
        }
        if let Some(head) = self.covered_head(&request.head, &self.secrets) {
            request.head = RawHead::new(head);
            piece.is_masked = true;
        }
        for trailer in &mut request.framing.trailers {
            if let Some(value) = self.covered_value(trailer) {
                trailer.value = value;
                piece.is_masked = true;
            }
        }
        let event = &mut request.summary.recognition.event;
        let is_secret = |name: &String| self.secrets.are_in(name.as_bytes());
        if self.hides_event || self.secrets.is_blind() || event.as_ref().is_some_and(is_secret) {
            *event = None;
        }
        if let Some(answer) = &mut piece.answer {
            piece.has_masked_answer = self.cover_answer(answer);
        }
        piece
    }

    fn covered_body(&self, body: &Bytes, headers: &[Header], secrets: &Secrets) -> Option<Bytes> {
        if secrets.is_blind() && !body.is_empty() {
            return Some(Bytes::from_static(MASKED));
        }
        given_body(body, headers, &self.paths, secrets)
    }

    fn covered_head(&self, head: &RawHead, secrets: &Secrets) -> Option<Bytes> {
        let mut places = places_of(head, &self.places);
        if secrets.is_blind() {
            places.extend(blind_places(head, self.endpoint.as_deref()));
        }
        given_head(head, places, secrets)
    }

    fn covered_value(&self, line: &Header) -> Option<Bytes> {
        if self.secrets.is_blind() {
            return Some(Bytes::from_static(MASKED));
        }
        given_value(line, &self.places, &self.secrets)
    }

    /// Tells whether something of it is masked.
    fn cover_answer(&self, answer: &mut KeptAnswer) -> bool {
        let Some(bytes) = &mut answer.bytes else {
            return false;
        };
        let (head, body) = parted(bytes);
        let covered = self.covered_head(&head, &self.answered);
        let given = self.covered_body(&body, &head.headers(), &self.answered);
        if given.is_none() && covered.is_none() {
            return false;
        }
        let head = covered.unwrap_or_else(|| head.bytes().clone());
        *bytes = [&head[..], &given.unwrap_or(body)].concat().into();
        true
    }
}

/// The head of an answer, its blank line included, and its body.
fn parted(bytes: &Bytes) -> (RawHead, Bytes) {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    (RawHead::new(bytes.slice(..end)), bytes.slice(end..))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;

    use super::*;
    use crate::exchange::har::Taken;
    use crate::exchange::har::tests::{entry_of, piece, request};
    use crate::model::{Framing, Mark, State};

    fn covered(head: &[u8], framing: Framing, body: &[u8], answer: &'static [u8], paths: &[&str]) -> Piece {
        let mut piece = piece(request(head, body, State::Complete, framing), body);
        piece.request.summary.recognition.event = Some("5ec7e7-event".to_owned());
        if let Some(kept) = &mut piece.answer {
            kept.bytes = Some(Bytes::from_static(answer));
        }
        let paths: Vec<MaskPath> = paths.iter().map(|path| path.parse().unwrap()).collect();
        let covering = Covering {
            places: Arc::new(SigningPlaces {
                headers: vec!["x-own".to_owned()],
                parameters: vec!["proof".to_owned()],
                ..SigningPlaces::default()
            }),
            paths,
            hides_event: true,
            secrets: Secrets::default(),
            answered: Secrets::default(),
            endpoint: None,
        };
        covering.cover(piece)
    }

    /// The entry, and beside it all that is base64 in it.
    fn read(text: &str) -> String {
        let pieces = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "+/=".contains(letter)));
        let decoded = pieces.filter_map(|piece| BASE64.decode(piece).ok());
        let decoded: Vec<String> = decoded
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        format!("{text}\n{}", decoded.join("\n"))
    }

    #[test]
    fn what_is_masked_is_nowhere_in_the_entry() {
        let head = b"POST /a?proof=5ec7e7&b=1&token=5ec7e7 HTTP/1.1\r\nHost: h\r\nX-Odd:  kept \r\n\
            Authorization: Bearer 5ec7e7\r\nCookie: a=5ec7e7\r\nX-Own: 5ec7e7\r\nContent-Type: application/json\r\n\r\n";
        let framing = Framing {
            chunked: true,
            trailers: vec![Header {
                name: Bytes::from_static(b"X-Signature"),
                value: Bytes::from_static(b"5ec7e7"),
            }],
            ..Framing::default()
        };
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: s=5ec7e7\r\n\r\n\
            {\"mail\":\"5ec7e7\",\"kept\":1}";
        let written = covered(
            head,
            framing,
            br#"{"mail":"5ec7e7","n":1.50}"#,
            answer,
            &["/mail"],
        );
        assert!(written.is_masked && written.has_masked_answer, "both are told");
        let text = entry_of(&written);
        let all = read(&text);
        assert!(!all.contains("5ec7e7"), "as text or as base64: {all}");
        assert!(
            all.contains(r#"{"mail":"[masked]","kept":1}"#) && all.contains("1.50"),
            "what is open of both bodies stays: {all}"
        );
        let taken = Taken::of(&text, 1_000_000).unwrap();
        assert_eq!(
            String::from_utf8_lossy(taken.arrival.head.bytes()),
            "POST /a?proof=masked&b=1&token=masked HTTP/1.1\r\nHost: h\r\nX-Odd:  kept \r\n\
             Authorization: [masked]\r\nCookie: [masked]\r\nX-Own: [masked]\r\nContent-Type: application/json\r\n\r\n",
            "the rest of the head is as it came"
        );
        assert!(
            taken.arrival.framing.marks.contains(&Mark::MaskedExport),
            "whoever takes it in again is told why its signature cannot hold"
        );
    }

    #[test]
    fn what_has_nothing_to_mask_stays_exact() {
        let head = b"GET  /odd  HTTP/1.1\nHost:h\n\n";
        let answer = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n{\"other\":1}";
        let written = covered(head, Framing::default(), b"", answer, &["/mail"]);
        assert!(!written.is_masked && !written.has_masked_answer, "and says so");
        let taken = Taken::of(&entry_of(&written), 1_000_000).unwrap();
        assert_eq!(
            &taken.arrival.head.bytes()[..],
            head,
            "masking touches what is secret only"
        );
        assert!(
            !taken.arrival.framing.marks.contains(&Mark::MaskedExport),
            "its signature may hold"
        );
        assert_eq!(
            taken.answer.unwrap().bytes.as_deref(),
            Some(&answer[..]),
            "the answer too"
        );
    }

    #[test]
    fn an_answer_that_alone_has_something_masked_leaves_the_request_whole() {
        let head = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
        let answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n{\"mail\":\"5ec7e7\"}";
        let written = covered(head, Framing::default(), b"", answer, &["/mail"]);
        assert!(
            !written.is_masked && written.has_masked_answer,
            "it says that it is packed, so it goes whole"
        );
        let all = read(&entry_of(&written));
        assert!(!all.contains("5ec7e7") && all.contains("[masked]"), "{all}");
    }
}
