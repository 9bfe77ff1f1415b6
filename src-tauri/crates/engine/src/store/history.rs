//! Realistic requests for benches and tests: deterministic, so that two runs measure the same. As in real events, a few
//! ids are new in each, while products, people and places come from small sets.

use std::fmt::Write;
use std::net::SocketAddr;

use bytes::Bytes;
use sha2::Digest;

use crate::model::{
    Arrival, Body, Framing, HttpVersion, NewRequest, RawHead, Recognition, RequestId, State, Timestamp,
    Verdict,
};

const PROVIDERS: [(&str, &str, [&str; 5]); 4] = [
    (
        "stripe",
        "/stripe",
        [
            "invoice.paid",
            "invoice.created",
            "charge.succeeded",
            "customer.updated",
            "charge.refunded",
        ],
    ),
    (
        "github",
        "/github",
        ["push", "pull_request", "issues", "check_run", "release"],
    ),
    (
        "trutac",
        "/trutac",
        [
            "clocking.created",
            "clocking.updated",
            "driver.created",
            "driver.updated",
            "vehicle.moved",
        ],
    ),
    (
        "tracktik",
        "/tracktik",
        [
            "entity:employees:created",
            "entity:employees:updated",
            "shift:started",
            "shift:ended",
            "report:created",
        ],
    ),
];

/// The request of this number: one each 700 ms since 2026, of four providers, mostly with a valid signature.
#[must_use]
pub fn request(number: u64) -> NewRequest {
    let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (provider, path, events) = PROVIDERS[(random.below(10) as usize).min(3)];
    let event = events[random.below(5) as usize];
    let body = body(&mut random, provider, event, number);
    let token = random.hexadecimal(64);
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:4665\r\nUser-Agent: {provider}-hooks/1.0\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nX-Signature: t={},v1={token}\r\nAccept: */*\r\n\r\n",
        body.len(),
        1_767_225_600 + number * 7 / 10,
    );
    let repeated = number > 50 && random.below(100) == 0;
    let key = format!("evt_{provider}_{}", if repeated { number - 50 } else { number });
    NewRequest {
        id: RequestId::generate(),
        arrival: Arrival {
            received_at: Timestamp::from_micros(
                1_767_225_600_000_000 + i64::try_from(number).unwrap_or(0) * 700_000,
            ),
            took_micros: 200 + random.below(800),
            peer: SocketAddr::from(([127, 0, 0, 1], 40_000)),
            head: RawHead::new(Bytes::from(head)),
            version: HttpVersion::Http11,
            body_sha256: sha2::Sha256::digest(&body).into(),
            framing: Framing {
                declared_length: Some(body.len() as u64),
                ..Framing::default()
            },
            body: Body::Memory(Bytes::from(body)),
            state: if random.below(2_000) == 0 {
                State::Aborted
            } else {
                State::Complete
            },
            reason: None,
        },
        reply: None,
        imported: None,
        recognition: Recognition {
            handshake: None,
            endpoint: None,
            endpoint_path: Some(path.to_owned()),
            provider: Some(provider.to_owned()),
            event: Some(event.to_owned()),
            delivery_key: Some(key),
            verdict: if random.below(200) == 0 {
                Verdict::Invalid
            } else {
                Verdict::Valid
            },
        },
        forwards: Vec::new(),
        answered: Some(if random.below(500) == 0 { 503 } else { 200 }),
    }
}

/// A JSON event of 2 to 7 KiB: names that repeat, ids and amounts that do not.
fn body(random: &mut Random, provider: &str, event: &str, number: u64) -> String {
    let mut json = format!(
        "{{\"id\":\"evt_{provider}_{number}\",\"object\":\"event\",\"type\":\"{event}\",\"created\":{},\"livemode\":false,\
         \"request\":{{\"id\":\"req_{}\",\"idempotency_key\":\"{}\"}},\"data\":{{\"object\":{{\"id\":\"in_{}\",\"lines\":[",
        1_767_225_600 + number * 7 / 10,
        random.hexadecimal(14),
        random.hexadecimal(32),
        random.hexadecimal(24),
    );
    let lines = 3 + random.below(8);
    for line in 0..lines {
        let product = random.below(WORDS.len() as u64);
        // Writing to a String cannot fail.
        let _ = write!(
            json,
            "{}{{\"id\":\"il_{}\",\"object\":\"line_item\",\"amount\":{},\"currency\":\"eur\",\
             \"description\":\"{} × {} (at €{}.00 / month)\",\"discountable\":true,\"discounts\":[],\
             \"metadata\":{{\"employee\":\"emp_{:05}\",\"site\":\"site_{}\"}},\"period\":{{\"end\":{},\"start\":{}}},\
             \"price\":{{\"id\":\"price_plan_{product:04}\",\"object\":\"price\",\"active\":true,\"billing_scheme\":\"per_unit\",\
             \"product\":\"prod_{product:04}\",\"recurring\":{{\"interval\":\"month\",\"interval_count\":1}}}},\
             \"proration\":false,\"quantity\":{},\"tax_amounts\":[],\"type\":\"subscription\"}}",
            if line == 0 { "" } else { "," },
            random.hexadecimal(24),
            random.below(100_000),
            1 + random.below(9),
            WORDS[product as usize],
            random.below(300),
            random.below(2_000),
            random.below(500),
            1_769_904_000 + number,
            1_767_225_600 + number,
            1 + random.below(9),
        );
    }
    json.push_str(
        "],\"status\":\"paid\",\"total\":0}},\"pending_webhooks\":1,\"api_version\":\"2026-01-01\"}",
    );
    json
}

const WORDS: [&str; 12] = [
    "starter plan",
    "team seats",
    "guard tour",
    "vehicle tracker",
    "tachograph download",
    "storage",
    "support hours",
    "asset tag",
    "night shift",
    "sms bundle",
    "device rental",
    "onboarding",
];

/// A small generator of numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 33) % bound
    }

    fn hexadecimal(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            let _ = write!(text, "{:016x}", self.next());
        }
        text.truncate(length);
        text
    }
}
