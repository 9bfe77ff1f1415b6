//! An engine with a listener, and a sender that speaks to it: for tests of what is done with captured requests.

use hookbench_signature::{Draft, Micros, Secret, sign};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::clock::Clock;
use crate::engine::Engine;
use crate::listening::Listen;
use crate::model::{EndpointId, NewEndpoint, RequestId, Verdict};
use crate::options::Options;
use crate::reading::PageQuery;
use crate::secrets::Preference;

pub(crate) struct Bench {
    pub(crate) engine: Engine,
    address: String,
    folder: tempfile::TempDir,
}

pub(crate) async fn bench() -> Bench {
    opened(tempfile::tempdir().unwrap(), Clock::system()).await
}

/// The same data after a restart.
pub(crate) async fn reopened(bench: Bench, clock: Clock) -> Bench {
    bench.engine.shut_down().await;
    opened(bench.folder, clock).await
}

async fn opened(folder: tempfile::TempDir, clock: Clock) -> Bench {
    let options = Options {
        secrets: Preference::Files,
        clock,
        ..Options::at(Some(folder.path().to_owned()))
    };
    let engine = Engine::open(options).await.unwrap();
    let any_port = Listen {
        port: Some(0),
        ..Listen::default()
    };
    engine.listen(any_port).await.unwrap();
    let url = engine.listener().await.url;
    Bench {
        address: url.trim_start_matches("http://").to_owned(),
        engine,
        folder,
    }
}

impl Bench {
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// An endpoint pinned to a provider, with secrets named `secret 1` and so on.
    pub(crate) async fn endpoint(&self, path: &str, provider: &str, secrets: &[&str]) -> EndpointId {
        self.made(path, Some(provider), secrets).await
    }

    pub(crate) async fn endpoint_without_provider(&self, path: &str, secrets: &[&str]) -> EndpointId {
        self.made(path, None, secrets).await
    }

    async fn made(&self, path: &str, provider: Option<&str>, secrets: &[&str]) -> EndpointId {
        let new = NewEndpoint {
            provider: provider.map(str::to_owned),
            ..NewEndpoint::at(path.to_owned())
        };
        let id = self.engine.add_endpoint(new).await.unwrap().id;
        for (secret, number) in secrets.iter().zip(1..) {
            let value = SecretString::from(*secret);
            self.engine
                .set_secret(id, &format!("secret {number}"), value)
                .await
                .unwrap();
        }
        id
    }

    /// The headers that a provider's sender makes with a secret, `age` seconds ago.
    pub(crate) fn signed(&self, provider: &str, secret: &str, body: &str, age: i64) -> Vec<(String, String)> {
        let catalogue = self.engine.catalogue();
        let scheme = catalogue.get(provider).unwrap().scheme.clone().unwrap();
        let draft = Draft {
            method: "POST",
            target: "/",
            url: None,
            headers: &[],
            body: body.as_bytes(),
        };
        let at = Micros(self.engine.now().as_micros() - age * 1_000_000);
        sign(&scheme, &draft, &Secret::new("s", secret), at, None)
            .unwrap()
            .headers
    }

    /// Posts a body and gives the id of what was captured.
    pub(crate) async fn post(&self, path: &str, headers: &[(String, String)], body: &str) -> RequestId {
        let mut sent = format!("POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n");
        for (name, value) in headers {
            sent.push_str(&format!("{name}: {value}\r\n"));
        }
        sent.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        let answer = self.send(sent.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "it is captured: {answer}");
        let page = self.engine.requests(&PageQuery::default()).await.unwrap();
        page.rows[0].id
    }

    /// Sends these bytes and gives what comes back until the connection ends.
    pub(crate) async fn send(&self, bytes: &[u8]) -> String {
        let mut socket = tokio::net::TcpStream::connect(&self.address).await.unwrap();
        socket.write_all(bytes).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// The kept verdict, once everything was judged again.
    pub(crate) async fn verdict(&self, id: RequestId) -> Verdict {
        self.engine.settled().await;
        self.engine.request(id).await.unwrap().summary.recognition.verdict
    }
}
