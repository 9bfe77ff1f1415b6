//! A small dev server that keeps what it was sent.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Answers each request with the same bytes and tells what came.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    came: Receiver<Vec<u8>>,
}

impl Server {
    /// Starts one on any free port; it lives as long as the test's process.
    ///
    /// # Panics
    /// When there is no port.
    #[must_use]
    pub fn start(answer: &'static [u8]) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = socket.local_addr().expect("an address");
        let (sender, came) = channel();
        std::thread::spawn(move || {
            for stream in socket.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                std::thread::spawn(move || serve(stream, answer, &sender));
            }
        });
        Self { address, came }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bytes of the next request that came.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn next(&self) -> Vec<u8> {
        self.came
            .recv_timeout(Duration::from_secs(30))
            .expect("a request comes")
    }
}

/// Reads one request, whose body has a declared length, and answers it.
fn serve(mut stream: TcpStream, answer: &[u8], came: &Sender<Vec<u8>>) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(count) => request.extend_from_slice(&piece[..count]),
        }
        if whole(&request) {
            break;
        }
    }
    // The test may be over already.
    let _ = came.send(request);
    let _ = stream.write_all(answer);
}

fn whole(request: &[u8]) -> bool {
    let Some(head) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let length = String::from_utf8_lossy(&request[..head])
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")
                .map(|length| length.trim().to_owned())
        })
        .and_then(|length| length.parse::<usize>().ok())
        .unwrap_or_default();
    request.len() >= head + 4 + length
}
