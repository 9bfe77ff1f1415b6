//! Numbers that look random and are the same in every run, so that two runs send the same bytes.

/// `xorshift64*`: small, fast, and good enough to vary texts.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `bound`, which is not zero.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// One of these.
    ///
    /// # Panics
    /// When there are none.
    pub fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.below(choices.len() as u64)).unwrap_or_default();
        choices[index]
    }

    /// So many lower-case hexadecimal digits.
    pub fn hexadecimal(&mut self, digits: usize) -> String {
        self.text(digits, b"0123456789abcdef")
    }

    /// So many letters and digits, as in the ids of payment providers.
    pub fn alphanumeric(&mut self, length: usize) -> String {
        self.text(
            length,
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        )
    }

    fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length)
            .map(|_| {
                let index = usize::try_from(self.below(alphabet.len() as u64)).unwrap_or_default();
                char::from(alphabet[index])
            })
            .collect()
    }
}
