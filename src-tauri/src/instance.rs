//! One window for one data folder: a second start tells the first what it was for, and ends.
//!
//! The first holds a lock on a file of the folder, which the system lets go of however the program ends; other folders
//! are other locks, so that each may have a window. It can be rung at a port of this machine with the key in a file
//! beside the lock, which only the person can read; ringing can ask for no more than an [`Opening`] can say.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use subtle::ConstantTimeEq as _;

use crate::opening::Opening;

const LOCK: &str = "window.lock";
const BELL: &str = "window.bell";
/// No message is longer.
const LONGEST: u64 = 1024;
/// How long each side waits for the other.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the first listens to one that rings: whoever says its line drop by drop keeps out all others meanwhile.
const HEARING: Duration = Duration::from_secs(1);
/// What the first answers.
const SHOWN: &str = "shown";

/// Which start this is.
#[derive(Debug)]
pub(crate) enum Start {
    /// The first on this folder, or one that could not find out.
    First(Option<Doorbell>),
    /// Another has the folder; it was told and has answered.
    Told,
    /// Another has the folder and does not answer.
    Silent,
}

/// Where further starts ring.
#[derive(Debug)]
pub(crate) struct Doorbell {
    _lock: File,
    listener: TcpListener,
    key: String,
}

/// Finds out whether this is the first start on a data folder; if not, tells the first what this one is for.
pub(crate) fn begin(data_dir: &Path, opening: &Opening) -> Start {
    match claim(data_dir) {
        Ok(Some(bell)) => Start::First(Some(bell)),
        Ok(None) => ring(data_dir, opening),
        Err(error) => {
            // The window opens all the same and says what is wrong with the folder.
            tracing::warn!(%error, "whether another window has this data cannot be told");
            Start::First(None)
        }
    }
}

fn claim(data_dir: &Path) -> io::Result<Option<Doorbell>> {
    make_folder(data_dir)?;
    let lock = private().open(data_dir.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let key = uuid::Uuid::new_v4().simple().to_string();
    let mut file = private().truncate(true).open(data_dir.join(BELL))?;
    writeln!(file, "{} {key}", listener.local_addr()?.port())?;
    Ok(Some(Doorbell {
        _lock: lock,
        listener,
        key,
    }))
}

/// Rings until it is answered or patience ends: the first may have only just begun.
fn ring(data_dir: &Path, opening: &Opening) -> Start {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match ring_once(data_dir, opening) {
            Ok(()) => return Start::Told,
            Err(error) if Instant::now() > deadline => {
                tracing::warn!(%error, "the window that has this data does not answer");
                return Start::Silent;
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn ring_once(data_dir: &Path, opening: &Opening) -> io::Result<()> {
    let bell = std::fs::read_to_string(data_dir.join(BELL))?;
    let (port, key) = bell
        .trim_end()
        .split_once(' ')
        .ok_or(io::ErrorKind::InvalidData)?;
    let port = port.parse().map_err(|_| io::ErrorKind::InvalidData)?;
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{key} {}\n", opening.to_line()).as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut answer)?;
    if answer.trim_end() == SHOWN {
        return Ok(());
    }
    Err(io::ErrorKind::InvalidData.into())
}

impl Doorbell {
    /// Answers further starts for as long as the program runs.
    pub(crate) fn answer(self, rung: impl Fn(Opening) + Send + 'static) {
        std::thread::spawn(move || {
            for stream in self.listener.incoming() {
                match stream.and_then(|stream| self.answer_one(stream, &rung)) {
                    Ok(()) => {}
                    // One that cannot be accepted says so again at once.
                    Err(error) => {
                        tracing::debug!(%error, "somebody rang who was not understood");
                        std::thread::sleep(Duration::from_millis(20));
                    }
                }
            }
        });
    }

    fn answer_one(&self, mut stream: TcpStream, rung: impl Fn(Opening)) -> io::Result<()> {
        stream.set_write_timeout(Some(HEARING))?;
        let line = heard(&stream, Instant::now() + HEARING)?;
        let (key, opening) = line.split_once(' ').ok_or(io::ErrorKind::InvalidData)?;
        if !bool::from(key.as_bytes().ct_eq(self.key.as_bytes())) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        rung(Opening::of_line(opening).ok_or(io::ErrorKind::InvalidData)?);
        writeln!(stream, "{SHOWN}")
    }
}

/// A line without its end, which has to be whole by `deadline`, in however many pieces it comes.
fn heard(mut stream: &TcpStream, deadline: Instant) -> io::Result<String> {
    let mut line = Vec::new();
    let mut piece = [0; 256];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let read = match stream.read(&mut piece) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        line.extend(piece.iter().take(read));
        if let Some(end) = line.iter().position(|byte| *byte == b'\n') {
            line.truncate(end);
            return String::from_utf8(line).map_err(|_| io::ErrorKind::InvalidData.into());
        }
        if line.len() as u64 >= LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

/// Makes the data folder as the store would: for the person alone.
fn make_folder(data_dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data_dir)
}

/// How a file that only the person can read is opened for writing.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_second_start_tells_the_first_and_another_folder_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let Start::First(Some(bell)) = begin(folder.path(), &Opening::Show) else {
            panic!("nobody else has this folder");
        };
        let (sender, rung) = mpsc::channel();
        bell.answer(move |opening| sender.send(opening).unwrap());
        let wanted = Opening::of_link("hookbench://request/0191f0a2-7b1c-7d3e-8f4a-5b6c7d8e9f00");
        assert!(
            matches!(begin(folder.path(), &wanted), Start::Told),
            "it was answered"
        );
        assert_eq!(
            rung.recv_timeout(PATIENCE).unwrap(),
            wanted,
            "with what it was for"
        );
        let other = tempfile::tempdir().unwrap();
        assert!(
            matches!(begin(other.path(), &Opening::Show), Start::First(Some(_))),
            "other data may have a window of its own"
        );
    }

    #[test]
    fn who_does_not_know_the_key_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let Start::First(Some(bell)) = begin(folder.path(), &Opening::Show) else {
            panic!("nobody else has this folder");
        };
        let address = bell.listener.local_addr().unwrap();
        let (sender, rung) = mpsc::channel();
        bell.answer(move |opening| sender.send(opening).unwrap());
        for message in [
            "show\n".to_owned(),
            " show\n".to_owned(),
            format!("{} show\n", "0".repeat(32)),
        ] {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(message.as_bytes()).unwrap();
            let mut answer = String::new();
            // A closed or a reset connection is as good as no answer.
            let _ = stream.read_to_string(&mut answer);
            assert_eq!(answer, "", "{message:?} is not answered");
        }
        assert!(rung.try_recv().is_err(), "and does nothing");
    }

    #[test]
    fn who_speaks_drop_by_drop_does_not_keep_others_out() {
        let folder = tempfile::tempdir().unwrap();
        let Start::First(Some(bell)) = begin(folder.path(), &Opening::Show) else {
            panic!("nobody else has this folder");
        };
        let address = bell.listener.local_addr().unwrap();
        let (sender, rung) = mpsc::channel();
        bell.answer(move |opening| sender.send(opening).unwrap());
        let mut slow = TcpStream::connect(address).unwrap();
        slow.write_all(b"x").unwrap();
        std::thread::spawn(move || {
            // Ends once it is hung up on.
            while slow.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        assert!(
            matches!(begin(folder.path(), &Opening::Show), Start::Told),
            "the line is free again long before the other start gives up"
        );
        assert_eq!(
            rung.recv_timeout(PATIENCE).unwrap(),
            Opening::Show,
            "and is heard"
        );
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_key() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let start = begin(folder.path(), &Opening::Show);
        let mode = std::fs::metadata(folder.path().join(BELL)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600, "{start:?}");
    }
}
