//! Inputs that nobody wrote on purpose: those that are kept, changed again and again.
//!
//! Without a nightly compiler there is no coverage to be guided by; what is kept in `corpus` stands in for it. Each run
//! begins with the inputs as they are, then changes them for a few seconds. The seed is printed with what failed, and
//! what failed is written to `corpus`, so that it is tried first from then on.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long inputs are changed where `HOOKBENCH_FUZZ_SECONDS` does not say otherwise.
const SECONDS: u64 = 3;

/// The longest input.
const LONGEST: usize = 16 * 1024;

/// Texts that mean something to some reader.
const WORDS: [&str; 24] = [
    "=",
    ",",
    ";",
    " ",
    ".",
    "\n",
    "t=",
    "v1=",
    "v1,",
    "sha256=",
    "{body}",
    "{timestamp}",
    "{header:",
    "}",
    "\"",
    "-1",
    "9223372036854775807",
    "99999999999999999999",
    "\u{0}",
    "\u{fffd}",
    "%00",
    "[[detect]]",
    "[scheme]",
    "whsec_",
];

/// Numbers without a pattern; the same for the same seed.
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`, or 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or(0)
    }
}

/// Tries what is kept under `name`, then changes of it, on `target`.
pub(crate) fn run(name: &str, target: impl Fn(&[u8], &mut Random)) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let mut kept: Vec<Vec<u8>> = fs::read_dir(&folder)
        .expect("the kept inputs are there")
        .map(|entry| fs::read(entry.expect("an entry").path()).expect("a kept input is read"))
        .collect();
    kept.sort();
    assert!(!kept.is_empty(), "there is something to begin with");
    let seconds = std::env::var("HOOKBENCH_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(SECONDS);
    let seed = std::env::var("HOOKBENCH_FUZZ_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(u64::from(std::process::id()) << 20 | 4665);
    let mut random = Random(seed);
    let attempt = |input: &[u8], random: &mut Random| {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input, random))) {
            let path = folder.join(format!("failed-{seed}"));
            // Kept where that is possible; the panic itself tells the rest.
            let _ = fs::write(&path, input);
            eprintln!("seed {seed}; the input is kept in {}", path.display());
            resume_unwind(panic);
        }
    };
    for input in &kept {
        attempt(input, &mut random);
    }
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut tried = 0_u64;
    while Instant::now() < until {
        let mut input = kept[random.below(kept.len())].clone();
        for _ in 0..=random.below(6) {
            change(&mut input, &kept, &mut random);
        }
        input.truncate(LONGEST);
        attempt(&input, &mut random);
        tried += 1;
    }
    println!("{name}: {tried} inputs, seed {seed}");
}

fn change(input: &mut Vec<u8>, kept: &[Vec<u8>], random: &mut Random) {
    let at = random.below(input.len() + 1);
    match random.below(7) {
        0 if at < input.len() => input[at] ^= 1 << random.below(8),
        1 if at < input.len() => {
            input.remove(at);
        }
        2 => input.truncate(at),
        3 => {
            let word = WORDS[random.below(WORDS.len())];
            input.splice(at..at, word.bytes());
        }
        4 => {
            let other = &kept[random.below(kept.len())];
            let from = random.below(other.len() + 1);
            let piece = other[from..(from + random.below(64)).min(other.len())].to_vec();
            input.splice(at..at, piece);
        }
        5 => {
            let end = (at + random.below(32)).min(input.len());
            let piece = input[at..end].to_vec();
            input.splice(at..at, piece);
        }
        _ => input.insert(at, u8::try_from(random.below(256)).unwrap_or(0)),
    }
}
