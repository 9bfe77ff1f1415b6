//! Accepts connections, and goes on accepting them whatever happens.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::connection;
use super::limits::Limits;
use super::registry::{Order, Registry};
use super::service::{Desk, Intake};
use super::spool::Spool;
use crate::clock::Clock;

/// Connections that the system may hold for us before they are accepted.
const BACKLOG: u32 = 1024;

/// The pause after the system refused to accept. Long enough not to spin, short enough not to be noticed.
const BREATH: Duration = Duration::from_millis(50);

/// What connections get that outlive the grace of a shutdown, to put what they hold on record.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// Why the listener cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has the port.
    #[error("port `{}` on `{}` is in use by another program", .0.port(), .0.ip())]
    InUse(SocketAddr),
    /// The system does not allow it, as for ports below 1024.
    #[error("this user may not listen on port `{}` of `{}`", .0.port(), .0.ip())]
    NotAllowed(SocketAddr),
    /// The address is not one of this machine.
    #[error("`{}` is not an address of this machine", .0.ip())]
    NoSuchAddress(SocketAddr),
    /// Anything else.
    #[error("cannot listen on `{address}`: {cause}")]
    Other {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The folder for long bodies cannot be made.
    #[error("cannot make the spool folder `{}`: {cause}", .folder.display())]
    Spool {
        /// Which.
        folder: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

impl BindError {
    fn new(address: SocketAddr, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::AddrInUse => Self::InUse(address),
            io::ErrorKind::PermissionDenied => Self::NotAllowed(address),
            io::ErrorKind::AddrNotAvailable => Self::NoSuchAddress(address),
            _ => Self::Other { address, cause },
        }
    }
}

/// A running listener. Dropped without [`Listener::shut_down`], it stops accepting and leaves its connections to end by themselves.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    registry: Arc<Registry>,
    accepting: JoinHandle<()>,
}

impl Listener {
    /// Listens on `address`; port 0 takes any that is free.
    ///
    /// `limits` may be swapped at any time and hold for connections accepted from then on. Long bodies go to
    /// files in `spool_folder`.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on, or the folder not be made.
    pub async fn bind<I: Intake>(
        address: SocketAddr,
        limits: Arc<ArcSwap<Limits>>,
        spool_folder: PathBuf,
        clock: Clock,
        intake: Arc<I>,
    ) -> Result<Self, BindError> {
        let folder = spool_folder.clone();
        let spool = tokio::task::spawn_blocking(|| Spool::open(spool_folder))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(|cause| BindError::Spool { folder, cause })?;
        let socket = listen(address).map_err(|cause| BindError::new(address, cause))?;
        let address = socket
            .local_addr()
            .map_err(|cause| BindError::new(address, cause))?;
        let registry = Registry::new();
        let desk = Desk::new(intake, spool, clock);
        let accepting = tokio::spawn(accept(socket, limits, desk, Arc::clone(&registry)));
        Ok(Self {
            address,
            registry,
            accepting,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.registry.len()
    }

    /// Stops accepting, lets the requests that are on their way finish for at most `grace`, then closes.
    pub async fn shut_down(mut self, grace: Duration) {
        self.accepting.abort();
        // Its end frees the port.
        let _ = (&mut self.accepting).await;
        self.registry.tell(Order::Drain);
        if timeout(grace, self.registry.wait_until_empty()).await.is_err() {
            self.registry.tell(Order::Stop);
            let _ = timeout(LAST_MOMENT, self.registry.wait_until_empty()).await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    // On Unix this only lets us back onto a port whose old connections linger; on Windows it would let two
    // programs share it.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept<I: Intake>(
    socket: TcpListener,
    limits: Arc<ArcSwap<Limits>>,
    desk: Arc<Desk<I>>,
    registry: Arc<Registry>,
) {
    loop {
        match socket.accept().await {
            Ok((stream, peer)) => admit(stream, peer, limits.load_full(), &desk, &registry),
            Err(error) if is_about_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection; making room");
                registry.make_room();
                sleep(BREATH).await;
            }
        }
    }
}

fn admit<I: Intake>(
    stream: TcpStream,
    peer: SocketAddr,
    limits: Arc<Limits>,
    desk: &Arc<Desk<I>>,
    registry: &Arc<Registry>,
) {
    let Some(entry) = registry.enter(limits.connections) else {
        tracing::warn!(%peer, "every connection is busy; turned one away");
        return;
    };
    // Answers are small: waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    tokio::spawn(connection::serve(stream, peer, limits, Arc::clone(desk), entry));
}

/// A connection that ended before it was accepted says nothing about the next one.
fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
