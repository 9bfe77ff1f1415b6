//! Any bytes, cut anywhere: the same requests, no panic, and no row out of nothing.
//!
//! A fuzzer on stable Rust: it changes the inputs of a kept corpus for some seconds. An input that ever failed belongs
//! into `tests/fixtures/framing`, where it is tried first from then on. `HOOKBENCH_FUZZ_SECONDS` runs it for longer,
//! `HOOKBENCH_FUZZ_SEED` again the same way.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::cuts::{cut, see};

/// Held for any input: what a fuzzer calls.
fn framing(bytes: &[u8], cuts: &[usize]) {
    let whole = see(vec![bytes.to_vec()]);
    let pieces = see(cut(bytes, cuts));
    let shown = bytes.escape_ascii();
    assert_eq!(
        whole.comparable(),
        pieces.comparable(),
        "cut at {cuts:?}: {shown}"
    );
    // Whether a sender is still told to go on depends on what of its body, or of its end, has come by then.
    let final_ones = |statuses: &[String]| -> Vec<String> {
        let statuses = statuses.iter().filter(|status| *status != "100");
        statuses.cloned().collect()
    };
    assert_eq!(
        final_ones(&whole.statuses),
        final_ones(&pieces.statuses),
        "cut at {cuts:?}: {shown}"
    );
    // The shortest request is `G / HTTP/1.1` with two line feeds.
    assert!(
        whole.requests.len() <= 1 + bytes.len() / 14,
        "no row out of nothing: {shown}"
    );
    let kept: usize = whole
        .requests
        .iter()
        .map(|(head, body, ..)| head.len() + body.len())
        .sum();
    assert!(kept <= bytes.len(), "nothing is kept that did not come: {shown}");
}

/// A small generator of numbers; the same seed gives the same run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

const WORDS: [&[u8]; 20] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"0\r\n\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: 0\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Connection: close\r\n",
    b"Expect: 100-continue\r\n",
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n",
    b"POST / HTTP/1.1\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00",
    b" : ",
    b"\0\x7f\xff",
];

fn change(input: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        let at = dice.below(input.len() + 1);
        let upto = (at + dice.below(24)).min(input.len());
        match dice.below(6) {
            0 => input
                .splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())
                .for_each(drop),
            1 => input.drain(at..upto).for_each(drop),
            2 => {
                let piece = input[at..upto].to_vec();
                input.splice(at..at, piece).for_each(drop);
            }
            3 => {
                let from = dice.below(other.len() + 1);
                input.splice(at.., other[from..].iter().copied()).for_each(drop);
            }
            4 => input.truncate(at),
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = u8::try_from(dice.below(256)).unwrap();
                }
            }
        }
    }
    input.truncate(2_000);
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn changed_requests_are_the_same_however_they_are_cut() {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/framing"
    ));
    let mut corpus: Vec<Vec<u8>> = std::fs::read_dir(&folder)
        .expect("the corpus is there")
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    corpus.sort();
    assert!(corpus.len() >= 20, "it has something of everything");
    for input in &corpus {
        let every: Vec<usize> = (0..input.len()).collect();
        framing(input, &every);
    }
    let seed = number("HOOKBENCH_FUZZ_SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        u64::try_from(now.as_micros()).unwrap()
    });
    // A failure names the seed.
    println!("HOOKBENCH_FUZZ_SEED={seed}");
    let mut dice = Dice(seed | 1);
    let until = Instant::now() + Duration::from_secs(number("HOOKBENCH_FUZZ_SECONDS").unwrap_or(3));
    while Instant::now() < until {
        let mut input = corpus[dice.below(corpus.len())].clone();
        let other = dice.below(corpus.len());
        change(&mut input, &corpus[other], &mut dice);
        let cuts: Vec<usize> = (0..dice.below(8)).map(|_| dice.below(2_001)).collect();
        framing(&input, &cuts);
    }
}
