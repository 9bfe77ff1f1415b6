//! A program with a listener whose screen can be shared.

use std::time::{Duration, Instant};

use hookbench_api::types::{ByteRange, ByteSource};
use hookbench_api::{Running, dispatch, read_bytes};
use hookbench_engine::model::RequestId;
use hookbench_engine::secrets::Preference;
use hookbench_engine::{Chosen, ExportPlace, ExportPlan, Listen, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A program with a listener, which has its folder as long as the test holds it.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
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
            folder,
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

    /// Adds an endpoint; its id.
    pub(crate) async fn endpoint(&self, path: &str, provider: Option<&str>) -> Value {
        let endpoint = json!({
            "path": path, "provider": provider, "parameters": {}, "publicUrl": null, "past": null, "future": null,
            "answersHandshakes": false
        });
        self.call("add_endpoint", endpoint).await["id"].take()
    }

    /// Masks the values at a pointer, at one endpoint or everywhere.
    pub(crate) async fn mask(&self, pointer: &str, endpoint: Option<&str>) {
        let arguments = json!({ "pointer": pointer, "endpoint": endpoint });
        self.call("add_mask_path", arguments).await;
    }

    /// Keeps a draft of an edited copy that goes to `url`.
    pub(crate) async fn draft(&self, id: &str, url: &str) {
        let written = json!({
            "method": "POST", "url": url, "headers": [], "body": "captured", "signature": "kept", "newId": false
        });
        self.call("save_draft", json!({ "request": id, "written": written }))
            .await;
    }

    /// Sends a request with a JSON body; its id.
    pub(crate) async fn send(&self, path: &str, lines: &str, body: &str) -> String {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: h\r\n{lines}Content-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        self.send_bytes(request.as_bytes()).await
    }

    /// Sends a request after which the connection is closed; its id.
    pub(crate) async fn send_bytes(&self, request: &[u8]) -> String {
        let mut sender = tokio::net::TcpStream::connect(&self.address).await.unwrap();
        sender.write_all(request).await.unwrap();
        sender.read_to_end(&mut Vec::new()).await.unwrap();
        let page = self
            .call("list_requests", json!({ "limit": 10, "filter": "" }))
            .await;
        page["rows"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Waits until it is written down what was answered to a request: that is done behind the answer.
    pub(crate) async fn until_answered(&self, id: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let is_kept = |detail: Value| {
            detail["answer"]["length"]
                .as_u64()
                .is_some_and(|length| length > 0)
        };
        while !is_kept(self.call("request", json!({ "id": id })).await) {
            assert!(Instant::now() < deadline, "what was answered is written down");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// All the bytes of this kind, as text.
    pub(crate) async fn bytes(&self, source: ByteSource, id: &str) -> String {
        let range = ByteRange {
            source,
            id: id.to_owned(),
            offset: 0,
            length: 1 << 20,
        };
        let engine = self.running.engine().unwrap();
        let bytes = Box::pin(read_bytes(&engine, &range)).await.unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A HAR file of one request.
    pub(crate) async fn har(&self, id: &str, masked: bool) -> String {
        let file = self.folder.path().join(format!("{id}-{masked}.har"));
        let plan = ExportPlan {
            chosen: Chosen::Requests(vec![id.parse::<RequestId>().unwrap()]),
            masked,
            place: ExportPlace::File(file.clone()),
        };
        let mut export = self.running.engine().unwrap().begin_export(plan).await.unwrap();
        while export.step().await.unwrap().file.is_none() {}
        std::fs::read_to_string(file).unwrap()
    }
}

/// A server that answers each request with 201, these header lines and this body; its address.
pub(crate) async fn answering(lines: &[[&str; 2]], body: &str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let lines: String = lines
        .iter()
        .map(|[name, value]| format!("{name}: {value}\r\n"))
        .collect();
    let answer = format!(
        "HTTP/1.1 201 Created\r\n{lines}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    tokio::spawn(async move {
        while let Ok((mut peer, _)) = listener.accept().await {
            let mut come = Vec::new();
            while !come.ends_with(b"\r\n\r\n") {
                let Ok(byte) = peer.read_u8().await else { return };
                come.push(byte);
            }
            let head = String::from_utf8_lossy(&come).to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            peer.read_exact(&mut body).await.unwrap();
            peer.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    address
}
