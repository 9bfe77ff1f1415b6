//! The outside of a HAR file: finds its entries one after the other, without knowing what is in them and without holding
//! more than one.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Bytes read at once.
const BUFFER: usize = 64 * 1024;

/// A program's name is no longer than this.
const LONGEST_NAME: usize = 200;

/// Why a file was not read to its end. Entries before that place were found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// It is something else.
    #[error("this is no HAR file: {reason}")]
    NotHar {
        /// What it has or lacks.
        reason: String,
    },
    /// It is no JSON from some place on.
    #[error("the file is no JSON from line {line}, column {column} on, in or behind entry {entry}")]
    Broken {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The entry, from 1.
        entry: u64,
    },
    /// It ends in the middle.
    #[error("the file ends in the middle of entry {entry}")]
    CutOff {
        /// The entry, from 1.
        entry: u64,
    },
    /// An entry goes beyond what is read at once.
    #[error("entry {entry} is longer than {most} bytes")]
    TooLong {
        /// The entry, from 1.
        entry: u64,
        /// The bound.
        most: u64,
    },
    /// The disk does not give it.
    #[error("the file cannot be read: {reason}")]
    Unreadable {
        /// What the system says.
        reason: String,
    },
}

impl LogError {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotHar { .. } => {
                "export it as HAR where it was recorded: in a browser's network tools, or in a proxy"
            }
            Self::Broken { .. } | Self::CutOff { .. } => {
                "export it again; the entries before that place were taken"
            }
            Self::TooLong { .. } => "take it out of the file, or export it without the contents of answers",
            Self::Unreadable { .. } => "check that the file is there and may be read",
        }
    }
}

/// How a file is read.
pub(crate) struct Reading<'r> {
    /// The longest entry, in bytes.
    pub(crate) longest: u64,
    /// How many bytes were read, for whoever shows it.
    pub(crate) read: &'r AtomicU64,
}

/// What is found is told here: the number of the entry from 1, the program that wrote the file, and the entry's text.
/// The answer says whether to go on.
pub(crate) trait Sink: FnMut(u64, &str, &str) -> ControlFlow<()> {}
impl<F: FnMut(u64, &str, &str) -> ControlFlow<()>> Sink for F {}

/// Reads a file to its end, or for as long as the sink wants more.
///
/// # Errors
/// Where it is no HAR file, or not whole; what came before was told.
pub(crate) fn read(file: impl Read, how: &Reading<'_>, sink: impl Sink) -> Result<(), LogError> {
    let place = Place {
        longest: how.longest,
        ..Place::default()
    };
    let counted = Counted {
        file,
        place: &place,
        read: how.read,
    };
    let mut file = BufReader::with_capacity(BUFFER, counted);
    skip_mark(&mut file)?;
    let sink = RefCell::new(sink);
    let mut json = serde_json::Deserializer::from_reader(file);
    let read = Outside {
        place: &place,
        sink: &sink,
        level: Level::File,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end());
    match read {
        _ if place.stopped.get() => Ok(()),
        Err(error) => Err(place.trouble(&error)),
        Ok(()) if place.listed.get() => Ok(()),
        Ok(()) => Err(LogError::NotHar {
            reason: "it has no `log` with `entries`".to_owned(),
        }),
    }
}

/// Passes over a byte order mark, which the format allows, and knows at a glance what cannot be JSON.
fn skip_mark<R: Read>(file: &mut BufReader<R>) -> Result<(), LogError> {
    let start = file.fill_buf().map_err(|error| LogError::Unreadable {
        reason: error.to_string(),
    })?;
    let not = |reason: &str| LogError::NotHar {
        reason: reason.to_owned(),
    };
    match start {
        [] => Err(not("it is empty")),
        [0xef, 0xbb, 0xbf, ..] => {
            file.consume(3);
            Ok(())
        }
        [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4, ..] => Err(not("it is packed; unpack it first")),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(not("it is UTF-16, and the format asks for UTF-8")),
        _ => Ok(()),
    }
}

/// Where the reading is.
#[derive(Default)]
struct Place {
    longest: u64,
    /// Bytes read.
    at: Cell<u64>,
    /// Where what is read now began.
    began: Cell<u64>,
    /// Entries that were told.
    told: Cell<u64>,
    too_long: Cell<bool>,
    stopped: Cell<bool>,
    /// There was a list of entries.
    listed: Cell<bool>,
    program: RefCell<String>,
}

impl Place {
    fn trouble(&self, error: &serde_json::Error) -> LogError {
        let entry = self.told.get() + 1;
        if self.too_long.get() {
            return LogError::TooLong {
                entry,
                most: self.longest,
            };
        }
        match error.classify() {
            serde_json::error::Category::Io => LogError::Unreadable {
                reason: error.to_string(),
            },
            serde_json::error::Category::Data => LogError::NotHar {
                reason: error.to_string(),
            },
            serde_json::error::Category::Eof if self.listed.get() => LogError::CutOff { entry },
            _ if self.listed.get() => LogError::Broken {
                line: error.line(),
                column: error.column(),
                entry,
            },
            serde_json::error::Category::Eof | serde_json::error::Category::Syntax => LogError::NotHar {
                reason: format!(
                    "it is no JSON at line {}, column {}",
                    error.line(),
                    error.column()
                ),
            },
        }
    }
}

/// Counts what is read, and ends it where one thing is too long.
struct Counted<'p, R> {
    file: R,
    place: &'p Place,
    read: &'p AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Place { at, began, .. } = self.place;
        if at.get() - began.get() > self.place.longest {
            self.place.too_long.set(true);
            return Err(io::Error::other("one entry is too long"));
        }
        let length = self.file.read(buffer)?;
        at.set(at.get() + length as u64);
        self.read.store(at.get(), Ordering::Relaxed);
        Ok(length)
    }
}

/// Which object is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    File,
    Log,
}

/// The objects around the entries.
struct Outside<'p, F> {
    place: &'p Place,
    sink: &'p RefCell<F>,
    level: Level,
}

impl<'de, F: Sink> DeserializeSeed<'de> for Outside<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: Sink> Visitor<'de> for Outside<'_, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.level {
            Level::File => "an object with `log`",
            Level::Log => "a `log` that is an object",
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { place, sink, level } = self;
        while let Some(key) = map.next_key::<String>()? {
            place.began.set(place.at.get());
            match (level, key.as_str()) {
                (Level::File, "log") => map.next_value_seed(Outside {
                    place,
                    sink,
                    level: Level::Log,
                })?,
                (Level::Log, "entries") => map.next_value_seed(Entries { place, sink })?,
                (Level::Log, name @ ("creator" | "browser")) => {
                    let said: Box<RawValue> = map.next_value()?;
                    // What the file calls a browser is the program that saw it; the creator only wrote it down.
                    if let Some(program) = program(said.get())
                        && (name == "browser" || place.program.borrow().is_empty())
                    {
                        place.program.replace(program);
                    }
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The name and version of a program, where they are of their form.
fn program(said: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Program {
        name: String,
        #[serde(default)]
        version: Option<String>,
    }
    let Program { name, version } = serde_json::from_str(said).ok()?;
    let version = version.unwrap_or_default();
    let whole = format!("{} {}", name.trim(), version.trim());
    Some(whole.trim().chars().take(LONGEST_NAME).collect())
}

/// The list of entries.
struct Entries<'p, F> {
    place: &'p Place,
    sink: &'p RefCell<F>,
}

impl<'de, F: Sink> DeserializeSeed<'de> for Entries<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: Sink> Visitor<'de> for Entries<'_, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of `entries`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { place, sink } = self;
        place.listed.set(true);
        loop {
            place.began.set(place.at.get());
            let Some(entry) = list.next_element::<Box<RawValue>>()? else {
                return Ok(());
            };
            let number = place.told.get() + 1;
            let went_on = (sink.borrow_mut())(number, &place.program.borrow(), entry.get());
            place.told.set(number);
            if went_on.is_break() {
                place.stopped.set(true);
                return Err(A::Error::custom("nobody wants more"));
            }
        }
    }
}
