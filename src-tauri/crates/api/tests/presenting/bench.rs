//! A program with a listener whose screen can be shared.

use hookbench_api::{Running, dispatch};
use hookbench_engine::secrets::Preference;
use hookbench_engine::{Listen, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A program with a listener, which has its folder as long as the test holds it.
pub(crate) struct Bench {
    _folder: tempfile::TempDir,
    pub(crate) running: Running,
    pub(crate) address: String,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            secrets: Preference::Files,
            ..Options::at(Some(folder.path().to_owned()))
        };
        let any_port = Listen {
            port: Some(0),
            ..Listen::default()
        };
        let running = Running::open(options, Listen::default()).await;
        let engine = running.engine().unwrap();
        engine.listen(any_port).await.unwrap();
        let address = engine.listener().await.url.replace("http://", "");
        Self {
            _folder: folder,
            running,
            address: address.trim_end_matches('/').to_owned(),
        }
    }

    pub(crate) async fn call(&self, name: &str, arguments: Value) -> Value {
        let result = Box::pin(dispatch(&self.running, name, arguments)).await;
        result.unwrap_or_else(|error| panic!("`{name}`: {error:?}"))
    }

    pub(crate) async fn present(&self, on: bool) {
        self.call("present", json!({ "on": on })).await;
    }

    /// Sends a request with a JSON body; its id.
    pub(crate) async fn send(&self, path: &str, lines: &str, body: &str) -> String {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: h\r\n{lines}Content-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let mut sender = tokio::net::TcpStream::connect(&self.address).await.unwrap();
        sender.write_all(request.as_bytes()).await.unwrap();
        sender.read_to_end(&mut Vec::new()).await.unwrap();
        let page = self
            .call("list_requests", json!({ "limit": 10, "filter": "" }))
            .await;
        page["rows"][0]["id"].as_str().unwrap().to_owned()
    }
}
