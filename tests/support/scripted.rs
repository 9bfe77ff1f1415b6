//! A server that does to a connection what a test says, so that every way in which a delivery can end is made on
//! purpose.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// One thing that is done, in order.
#[derive(Debug, Clone)]
pub enum Act {
    /// Reads a request whose body has a declared length.
    Read,
    /// Writes these bytes.
    Write(Vec<u8>),
    /// Neither reads nor writes until the other side closes.
    Wait,
    /// Closes so that the other side sees a reset: what it sent is left unread.
    Reset,
    /// Writes these bytes again and again until the other side closes.
    Flood(Vec<u8>),
}

/// A server that does the same to each connection.
#[derive(Debug)]
pub struct Scripted {
    address: SocketAddr,
    came: Receiver<Vec<u8>>,
}

impl Scripted {
    /// Starts one on any free port; it lives as long as the test's process.
    ///
    /// # Panics
    /// When there is no port.
    #[must_use]
    pub fn start(acts: Vec<Act>) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = socket.local_addr().expect("an address");
        let (sender, came) = channel();
        let acts = Arc::new(acts);
        std::thread::spawn(move || {
            for stream in socket.incoming().map_while(Result::ok) {
                let (acts, sender) = (Arc::clone(&acts), sender.clone());
                std::thread::spawn(move || play(stream, &acts, &sender));
            }
        });
        Self { address, came }
    }

    /// Its base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The bytes of the next request that was read, if one comes in this time.
    #[must_use]
    pub fn came_within(&self, patience: Duration) -> Option<Vec<u8>> {
        self.came.recv_timeout(patience).ok()
    }

    /// The bytes of the next request that was read.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn next(&self) -> Vec<u8> {
        self.came_within(Duration::from_secs(30))
            .expect("a request comes")
    }
}

fn play(mut stream: TcpStream, acts: &[Act], came: &Sender<Vec<u8>>) {
    for act in acts {
        let done = match act {
            Act::Read => {
                let request = super::server::read_request(&mut stream);
                // The test may be over already.
                let _ = came.send(request);
                Ok(())
            }
            Act::Write(bytes) => stream.write_all(bytes),
            Act::Wait => {
                let mut piece = [0; 4096];
                while matches!(stream.read(&mut piece), Ok(count) if count > 0) {}
                Ok(())
            }
            // A socket that is dropped with unread bytes in it is reset and not closed.
            Act::Reset => {
                let mut one = [0; 1];
                stream.read_exact(&mut one)
            }
            Act::Flood(bytes) => loop {
                if let Err(error) = stream.write_all(bytes) {
                    break Err(error);
                }
            },
        };
        if done.is_err() {
            return;
        }
    }
}
