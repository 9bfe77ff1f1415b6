//! A small dev server that keeps what it was sent.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Answers each request and tells what came.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    came: Receiver<Vec<u8>>,
}

impl Server {
    /// Starts one on any free port that always answers the same; it lives as long as the test's process.
    ///
    /// # Panics
    /// When there is no port.
    #[must_use]
    pub fn start(answer: &'static [u8]) -> Self {
        Self::serve_at(free_socket(), &[answer])
    }

    /// Starts one that gives these answers in turn, and the last of them from then on.
    ///
    /// # Panics
    /// When there is no port.
    #[must_use]
    pub fn in_turn(answers: &[&'static [u8]]) -> Self {
        Self::serve_at(free_socket(), answers)
    }

    /// Starts one that takes requests and gives no answer.
    ///
    /// # Panics
    /// When there is no port.
    #[must_use]
    pub fn silent() -> Self {
        Self::serve_at(free_socket(), &[])
    }

    /// Starts one at this address, where nobody listened until now.
    ///
    /// # Panics
    /// When the address is taken.
    #[must_use]
    pub fn start_at(address: SocketAddr, answers: &[&'static [u8]]) -> Self {
        Self::serve_at(TcpListener::bind(address).expect("a free port"), answers)
    }

    fn serve_at(socket: TcpListener, answers: &[&'static [u8]]) -> Self {
        let address = socket.local_addr().expect("an address");
        let (sender, came) = channel();
        let answers = answers.to_vec();
        std::thread::spawn(move || {
            for (number, stream) in socket.incoming().map_while(Result::ok).enumerate() {
                let sender = sender.clone();
                let answer = answers.get(number).or(answers.last()).copied();
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

/// An address at which nobody listens: it was free a moment ago.
///
/// # Panics
/// When there is no port.
#[must_use]
pub fn free_address() -> SocketAddr {
    free_socket().local_addr().expect("an address")
}

fn free_socket() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a free port")
}

/// Reads one request, whose body has a declared length, and answers it; without an answer it waits until the other
/// side has had enough.
fn serve(mut stream: TcpStream, answer: Option<&[u8]>, came: &Sender<Vec<u8>>) {
    let request = read_request(&mut stream);
    // The test may be over already.
    let _ = came.send(request);
    match answer {
        Some(answer) => {
            let _ = stream.write_all(answer);
        }
        None => while stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {},
    }
}

/// One request, whose body has a declared length, as far as it comes.
pub(crate) fn read_request(stream: &mut TcpStream) -> Vec<u8> {
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
    request
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
