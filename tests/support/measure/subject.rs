//! A program under measurement.

use std::fmt;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::failure::{Failure, Outcome};
use super::process::Reading;
use crate::program::Hookbench;

/// How long a program may take to listen, or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// What becomes of what a program prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printed {
    /// It goes to the null device.
    Discarded,
    /// Somebody reads it.
    Read,
    /// It goes into a pipe that nobody empties.
    Unread,
}

/// A running program that listens; killed when dropped.
pub struct Subject {
    child: Child,
    address: SocketAddr,
    /// Held open, so that the program's pipe has an end.
    _unread: Option<ChildStdout>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Subject")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// A port that was free a moment ago.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

impl Subject {
    /// Starts a program that will listen on this port of the loopback address, and waits until it does.
    ///
    /// # Errors
    /// When it cannot be started or does not listen.
    pub fn start(mut command: Command, port: u16, printed: Printed) -> Outcome<Self> {
        let output = if printed == Printed::Discarded {
            Stdio::null()
        } else {
            Stdio::piped()
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null())
            .spawn()?;
        let mut unread = child.stdout.take();
        if printed == Printed::Read
            && let Some(mut output) = unread.take()
        {
            std::thread::spawn(move || {
                let mut piece = [0; 65_536];
                while output.read(&mut piece).is_ok_and(|count| count > 0) {}
            });
        }
        let mut subject = Self {
            child,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            _unread: unread,
        };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(subject.address).is_err() {
            if let Some(status) = subject.child.try_wait()? {
                return Err(Failure::new(format!(
                    "{command:?} ended with {status} instead of listening"
                )));
            }
            if Instant::now() > deadline {
                return Err(Failure::new(format!(
                    "{command:?} does not listen on port {port}"
                )));
            }
            sleep(Duration::from_millis(5));
        }
        Ok(subject)
    }

    /// Starts `hookbench listen --json`.
    ///
    /// # Errors
    /// When it cannot be started or does not listen.
    pub fn hookbench(hookbench: &Hookbench, printed: Printed) -> Outcome<Self> {
        let port = free_port()?;
        let mut command = hookbench.command();
        command.args(["listen", "--json", "--exact-port", "--port", &port.to_string()]);
        Self::start(command, port, printed)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Its counters; `None` where the system does not tell.
    #[must_use]
    pub fn reading(&self) -> Option<Reading> {
        Reading::of(self.process())
    }

    /// Asks it to stop and waits until it has; what does not stop in time is killed.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn stop(mut self) -> Outcome<()> {
        if cfg!(unix) {
            Command::new("kill").arg(self.child.id().to_string()).status()?;
            let deadline = Instant::now() + PATIENCE;
            while self.child.try_wait()?.is_none() && Instant::now() < deadline {
                sleep(Duration::from_millis(20));
            }
        }
        Ok(())
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
