//! Events as providers send them: the right headers, ids, amounts and texts that differ from one to the next, signed
//! with [`SECRET`] by code of its own.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;

use super::deck::NUMBER;
use super::failure::Outcome;
use super::random::Random;

/// The secret of every event's provider.
pub const SECRET: &str = "It's a Secret to Everybody";

/// How large the body of a push is, at least.
const PUSH_BYTES: usize = 2_560;

const PEOPLE: &[&str] = &[
    "inge-b",
    "kaptein-ola",
    "mira",
    "octavia",
    "tomás",
    "wen-li",
    "j-p-dubois",
    "aisha",
    "björn",
    "nkechi",
];
const NAMES: &[&str] = &[
    "tidewatch",
    "harbour-crane",
    "ledger",
    "gangway",
    "lighthouse",
    "ballast",
    "chart-room",
    "fender",
];
const VERBS: &[&str] = &[
    "Round",
    "Check",
    "Retry",
    "Explain",
    "Remove",
    "Measure",
    "Rename",
    "Guard against",
    "Sort",
];
const THINGS: &[&str] = &[
    "heights in centimetres",
    "the tide table of Honningsvåg",
    "late answers of the gauge",
    "crates over 40 feet",
    "an empty manifest",
    "daylight saving time",
    "the colour of the buoy 🟢",
    "invoices without a currency",
];

/// A request of a provider; its head has one place for a number that tells it from all others.
#[derive(Debug, Clone)]
pub struct Event {
    /// The path of the provider's endpoint.
    pub path: &'static str,
    /// Names and values; one of the values ends in that place.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// A push to a repository of 2.5 to 3 KiB, as GitHub signs it.
///
/// # Errors
/// When it cannot be signed.
pub fn github_push(random: &mut Random) -> Outcome<Event> {
    github_push_of(random, PUSH_BYTES)
}

/// The same with as many commits as make its body at least so long.
///
/// # Errors
/// When it cannot be signed.
pub fn github_push_of(random: &mut Random, bytes: usize) -> Outcome<Event> {
    let body = push(random, bytes).to_string();
    Ok(Event {
        path: "/github",
        headers: vec![
            ("User-Agent", format!("GitHub-Hookshot/{}", random.hexadecimal(7))),
            ("Accept", "*/*".to_owned()),
            ("Content-Type", "application/json".to_owned()),
            (
                "X-GitHub-Delivery",
                format!(
                    "{}-5c2a-11f0-9{}-{NUMBER}",
                    random.hexadecimal(8),
                    random.hexadecimal(3)
                ),
            ),
            ("X-GitHub-Event", "push".to_owned()),
            (
                "X-GitHub-Hook-ID",
                (400_000_000 + random.below(99_999_999)).to_string(),
            ),
            (
                "X-GitHub-Hook-Installation-Target-ID",
                (800_000_000 + random.below(99_999_999)).to_string(),
            ),
            ("X-GitHub-Hook-Installation-Target-Type", "repository".to_owned()),
            ("X-Hub-Signature", format!("sha1={}", sha1(body.as_bytes())?)),
            (
                "X-Hub-Signature-256",
                format!("sha256={}", sha256(body.as_bytes())?),
            ),
        ],
        body,
    })
}

/// One of several providers' events: what a history of a few weeks looks like.
///
/// # Errors
/// When it cannot be signed.
pub fn mixed(random: &mut Random) -> Outcome<Event> {
    match random.below(10) {
        0..4 => github_push(random),
        4..8 => stripe_invoice(random),
        _ => trutac_clocking(random),
    }
}

fn push(random: &mut Random, bytes: usize) -> Value {
    let name = random.one_of(NAMES);
    let owner = random.one_of(PEOPLE);
    let full_name = format!("{owner}-co/{name}");
    let (before, after) = (random.hexadecimal(40), random.hexadecimal(40));
    let sender = random.one_of(PEOPLE);
    let mut push = json!({
        "ref": format!("refs/heads/{}", random.one_of(&["main", "next", "fix/heights", "release-4", "tides"])),
        "before": before,
        "after": after,
        "repository": {
            "id": random.below(999_999_999),
            "node_id": format!("R_kgDO{}", random.alphanumeric(8)),
            "name": name,
            "full_name": full_name,
            "private": random.below(2) == 0,
            "owner": { "login": format!("{owner}-co"), "id": random.below(9_999_999), "type": "Organization" },
            "html_url": format!("https://github.com/{full_name}"),
            "stargazers_count": random.below(5_000),
            "open_issues_count": random.below(90),
            "default_branch": "main",
        },
        "pusher": { "name": sender, "email": format!("{sender}@example.com") },
        "sender": { "login": sender, "id": random.below(9_999_999), "type": "User", "site_admin": false },
        "created": false,
        "deleted": false,
        "forced": random.below(9) == 0,
        "base_ref": null,
        "compare": format!("https://github.com/{full_name}/compare/{}...{}", &before[..12], &after[..12]),
        "commits": [],
    });
    let mut length = push.to_string().len();
    let mut commits = Vec::new();
    while length < bytes {
        let commit = commit(random, &full_name);
        length += commit.to_string().len() + 1;
        commits.push(commit);
    }
    push["commits"] = Value::Array(commits);
    push
}

fn commit(random: &mut Random, repository: &str) -> Value {
    let id = random.hexadecimal(40);
    let who = random.one_of(PEOPLE);
    let person = json!({ "name": who, "email": format!("{who}@example.com"), "username": who });
    json!({
        "id": id,
        "tree_id": random.hexadecimal(40),
        "distinct": true,
        "message": format!("{} {}\n\nCloses #{}", random.one_of(VERBS), random.one_of(THINGS), random.below(4_000)),
        "timestamp": format!(
            "2026-11-{:02}T{:02}:{:02}:{:02}+01:00",
            1 + random.below(28),
            random.below(24),
            random.below(60),
            random.below(60),
        ),
        "url": format!("https://github.com/{repository}/commit/{id}"),
        "author": person,
        "committer": person,
        "added": [format!("src/{}.rs", random.one_of(NAMES))],
        "removed": [],
        "modified": ["README.md", format!("tests/{}_{}.rs", random.one_of(NAMES), random.below(50))],
    })
}

fn stripe_invoice(random: &mut Random) -> Outcome<Event> {
    let amount = 100 + random.below(900_000);
    let customer = format!("cus_{}", random.alphanumeric(14));
    let lines: Vec<Value> = (0..=random.below(3))
        .map(|_| {
            json!({
                "id": format!("il_{}", random.alphanumeric(24)),
                "object": "line_item",
                "amount": random.below(90_000),
                "currency": "eur",
                "description": format!("{} × {}", 1 + random.below(9), random.one_of(THINGS)),
                "price": { "id": format!("price_{}", random.alphanumeric(24)), "unit_amount": random.below(9_000) },
            })
        })
        .collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let body = json!({
        "id": format!("evt_{}", random.alphanumeric(24)),
        "object": "event",
        "api_version": "2026-08-27",
        "created": now,
        "type": random.one_of(&["invoice.paid", "invoice.payment_failed", "customer.created", "charge.refunded"]),
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": format!("req_{}", random.alphanumeric(14)), "idempotency_key": random.hexadecimal(32) },
        "data": { "object": {
            "id": format!("in_{}", random.alphanumeric(24)),
            "object": "invoice",
            "amount_due": amount,
            "amount_paid": amount,
            "currency": random.one_of(&["eur", "usd", "nok", "chf"]),
            "customer": customer,
            "customer_email": format!("{}@example.com", random.one_of(PEOPLE)),
            "hosted_invoice_url": format!("https://invoice.stripe.com/i/acct_{}/{}", random.alphanumeric(16), random.alphanumeric(60)),
            "lines": { "object": "list", "data": lines, "has_more": false },
            "number": format!("{}-{:04}", random.alphanumeric(8).to_uppercase(), random.below(9_999)),
            "status": "paid",
            "total": amount,
        } },
    })
    .to_string();
    let signature = sha256(format!("{now}.{body}").as_bytes())?;
    Ok(Event {
        path: "/stripe",
        headers: vec![
            (
                "User-Agent",
                "Stripe/1.0 (+https://stripe.com/docs/webhooks)".to_owned(),
            ),
            ("Accept", "*/*; q=0.5, application/xml".to_owned()),
            ("Cache-Control", "no-cache".to_owned()),
            ("Content-Type", "application/json; charset=utf-8".to_owned()),
            ("Stripe-Signature", format!("t={now},v1={signature}")),
            ("X-Request-Id", format!("req-{NUMBER}")),
        ],
        body,
    })
}

fn trutac_clocking(random: &mut Random) -> Outcome<Event> {
    let body = json!({
        "event": "clocking",
        "action": random.one_of(&["created", "updated", "deleted"]),
        "id": random.below(99_999_999),
        "driver": { "id": random.below(9_999), "name": random.one_of(PEOPLE), "card": random.hexadecimal(16).to_uppercase() },
        "site": random.one_of(NAMES),
        "clocked_at": format!("2026-11-{:02}T{:02}:{:02}:00Z", 1 + random.below(28), random.below(24), random.below(60)),
    })
    .to_string();
    Ok(Event {
        path: "/trutac",
        headers: vec![
            ("Content-Type", "application/json".to_owned()),
            ("TT-Hook-Event", "clocking".to_owned()),
            ("TT-Hook-Signature", format!("sha1={}", sha1(body.as_bytes())?)),
            ("X-Request-Id", format!("req-{NUMBER}")),
        ],
        body,
    })
}

fn sha256(content: &[u8]) -> Outcome<String> {
    Ok(hex::encode(
        Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?
            .chain_update(content)
            .finalize()
            .into_bytes(),
    ))
}

fn sha1(content: &[u8]) -> Outcome<String> {
    Ok(hex::encode(
        Hmac::<Sha1>::new_from_slice(SECRET.as_bytes())?
            .chain_update(content)
            .finalize()
            .into_bytes(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pushes_have_the_size_that_is_measured_and_differ() {
        let mut random = Random::new(1);
        let pushes: Vec<_> = (0..100)
            .map(|_| github_push(&mut random).expect("a push"))
            .collect();
        for push in &pushes {
            assert!(
                (2_500..3_200).contains(&push.body.len()),
                "{} bytes: {}",
                push.body.len(),
                push.body
            );
        }
        let mut bodies: Vec<_> = pushes.iter().map(|push| &push.body).collect();
        bodies.sort();
        bodies.dedup();
        assert_eq!(bodies.len(), 100, "no two are alike");
    }

    #[test]
    fn the_same_seed_gives_the_same_events() {
        let first = github_push(&mut Random::new(7)).expect("a push");
        let second = github_push(&mut Random::new(7)).expect("a push");
        assert_eq!(first.body, second.body, "two runs send the same bytes");
    }

    #[test]
    fn every_event_has_exactly_one_place_for_its_number() {
        let mut random = Random::new(3);
        for _ in 0..50 {
            let event = mixed(&mut random).expect("an event");
            let places = event
                .headers
                .iter()
                .filter(|(_, value)| value.ends_with(NUMBER))
                .count();
            assert_eq!(places, 1, "{event:?}");
        }
    }
}
