//! Requests as bytes, made before anything is measured.

use std::net::SocketAddr;

use sha2::{Digest as _, Sha256};

use super::event::Event;
use super::failure::{Failure, Outcome};

/// Stands in a header where each sending puts its own number: as long as the number's hexadecimal digits.
pub(super) const NUMBER: &str = "NNNNNNNNNNNN";

/// The headers that hold the number.
const NUMBERED: [&str; 2] = ["X-GitHub-Delivery", "X-Request-Id"];

#[derive(Debug)]
struct Card {
    bytes: Vec<u8>,
    number_at: usize,
    digest: String,
}

/// Prepared requests, dealt in turn. Each sending has a number of its own, outside of what is signed, by which it is
/// found again among what was kept.
#[derive(Debug)]
pub struct Deck {
    cards: Vec<Card>,
}

impl Deck {
    /// Prepares these events for a listener.
    ///
    /// # Errors
    /// When there are none or one has no place for its number.
    pub fn new(address: SocketAddr, events: impl IntoIterator<Item = Outcome<Event>>) -> Outcome<Self> {
        let cards: Vec<Card> = events
            .into_iter()
            .map(|event| event.and_then(|event| Card::new(address, &event)))
            .collect::<Outcome<_>>()?;
        if cards.is_empty() {
            return Err(Failure::new("there is nothing to send"));
        }
        Ok(Self { cards })
    }

    /// The bytes of the request with this number.
    pub fn write(&self, number: u64, bytes: &mut Vec<u8>) {
        let card = self.card(number);
        bytes.clear();
        bytes.extend_from_slice(&card.bytes);
        let digits = format!("{number:012x}");
        bytes[card.number_at..card.number_at + NUMBER.len()].copy_from_slice(digits.as_bytes());
    }

    /// The SHA-256 of the body of the request with this number.
    #[must_use]
    pub fn digest(&self, number: u64) -> &str {
        &self.card(number).digest
    }

    /// How many bytes a request has on the average.
    #[must_use]
    pub fn mean_length(&self) -> usize {
        self.cards.iter().map(|card| card.bytes.len()).sum::<usize>() / self.cards.len()
    }

    fn card(&self, number: u64) -> &Card {
        let index = number % self.cards.len() as u64;
        &self.cards[usize::try_from(index).unwrap_or_default()]
    }
}

/// The number in a request's headers, as they were sent.
pub(super) fn number(headers: &[[String; 2]]) -> Option<u64> {
    let (_, value) = headers
        .iter()
        .map(|[name, value]| (name, value))
        .find(|(name, _)| NUMBERED.contains(&name.as_str()))?;
    let digits = value.get(value.len().checked_sub(NUMBER.len())?..)?;
    u64::from_str_radix(digits, 16).ok()
}

impl Card {
    fn new(address: SocketAddr, event: &Event) -> Outcome<Self> {
        let mut head = format!("POST {} HTTP/1.1\r\nHost: {address}\r\n", event.path);
        for (name, value) in &event.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", event.body.len()));
        let number_at = head
            .find(NUMBER)
            .ok_or_else(|| Failure::new("an event has no place for its number"))?;
        Ok(Self {
            bytes: [head.as_bytes(), event.body.as_bytes()].concat(),
            number_at,
            digest: hex::encode(Sha256::digest(event.body.as_bytes())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Random, mixed};
    use super::*;

    fn deck() -> Deck {
        let mut random = Random::new(5);
        Deck::new(([127, 0, 0, 1], 1).into(), (0..8).map(|_| mixed(&mut random))).expect("eight events")
    }

    fn headers(bytes: &[u8]) -> Vec<[String; 2]> {
        let text = String::from_utf8(bytes.to_vec()).expect("events are text");
        let (head, _) = text.split_once("\r\n\r\n").expect("a head");
        head.lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| [name.into(), value.into()])
            .collect()
    }

    #[test]
    fn each_sending_is_found_again_by_its_number() {
        let (deck, mut bytes) = (deck(), Vec::new());
        for sent in [0, 1, 7, 8, 0xABC_DEF0] {
            deck.write(sent, &mut bytes);
            assert_eq!(number(&headers(&bytes)), Some(sent), "it stands in the head");
        }
    }

    #[test]
    fn sendings_of_one_card_differ_in_their_number_only() {
        let (deck, mut first, mut second) = (deck(), Vec::new(), Vec::new());
        deck.write(3, &mut first);
        deck.write(11, &mut second);
        assert_eq!(first.len(), second.len(), "the number has a fixed width");
        let different = first
            .iter()
            .zip(&second)
            .filter(|(first, second)| first != second)
            .count();
        assert_eq!(different, 1, "3 and b");
        assert_eq!(deck.digest(3), deck.digest(11), "the body is the same");
    }

    #[test]
    fn a_request_without_a_number_has_none() {
        assert_eq!(
            number(&[["Host".into(), "000000000001".into()]]),
            None,
            "only two headers hold it"
        );
        assert_eq!(
            number(&[["X-Request-Id".into(), "short".into()]]),
            None,
            "and only at their end"
        );
    }
}
