//! The interface in a browser: a control surface on a loopback port of its own, apart from the listener.
//!
//! Any web page can make a browser send requests to 127.0.0.1, and any name can be made to resolve to it. So every
//! request must name this host exactly, come from no other origin, and (but for the static files) carry the key of this
//! run. The key travels in the fragment of the URL, which a browser never sends.

mod assets;
mod gate;

use std::convert::Infallible;
use std::future::Future;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use hookbench_api::types::ByteRange;
use hookbench_api::{ApiError, Code, Feed, Running, dispatch, read_bytes};
use tokio::net::TcpListener;

use crate::failure::Failure;
use gate::Gate;

/// An edited body may be as large as the largest that is captured, and base64 makes it a third larger.
const LARGEST_CALL: usize = 64 * 1024 * 1024;

/// How often an idle feed says that it is alive.
const KEEP_ALIVE: std::time::Duration = std::time::Duration::from_secs(15);

/// The server of the interface.
pub(crate) struct Host {
    socket: TcpListener,
    router: Router,
    url: String,
}

impl Host {
    /// Binds a port of 127.0.0.1; 0 takes any.
    pub(crate) async fn bind(running: Running, port: u16) -> Result<Self, Failure> {
        let refused = |error: std::io::Error| {
            Failure::new(format!("the interface cannot be served on port {port}: {error}"))
                .hint("leave out --ui-port to take any free port")
        };
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(refused)?;
        let port = socket.local_addr().map_err(refused)?.port();
        let key = uuid::Uuid::new_v4().simple().to_string();
        let url = format!("http://127.0.0.1:{port}/#token={key}");
        Ok(Self {
            socket,
            router: router(running, Arc::new(Gate::new(port, key))),
            url,
        })
    }

    /// The URL to open, key included.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// Serves until `stopped` is done.
    pub(crate) async fn run(self, stopped: impl Future<Output = ()> + Send) -> Result<(), Failure> {
        tokio::select! {
            () = stopped => Ok(()),
            ended = axum::serve(self.socket, self.router) => {
                ended.map_err(|error| Failure::new(format!("the interface is not served any more: {error}")))
            }
        }
    }
}

fn router(running: Running, gate: Arc<Gate>) -> Router {
    let api = Router::new()
        .route("/api/call/{name}", post(call))
        .route("/api/bytes", post(bytes))
        .route("/api/feed", get(feed))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&gate),
            gate::with_key,
        ))
        .layer(DefaultBodyLimit::max(LARGEST_CALL))
        .with_state(running);
    Router::new()
        .fallback(get(assets::serve))
        .merge(api)
        .layer(axum::middleware::from_fn_with_state(gate, gate::from_here))
}

async fn call(State(running): State<Running>, Path(name): Path<String>, body: Bytes) -> Response {
    let arguments = match serde_json::from_slice(&body) {
        Ok(arguments) => arguments,
        Err(error) => return refusal(&bad_input(format!("the arguments are not JSON: {error}"))),
    };
    match dispatch(&running, &name, arguments).await {
        Ok(result) => json(StatusCode::OK, &result),
        Err(error) => refusal(&error),
    }
}

async fn bytes(State(running): State<Running>, body: Bytes) -> Response {
    let engine = match running.engine() {
        Ok(engine) => engine,
        Err(error) => return refusal(&error),
    };
    let range: ByteRange = match serde_json::from_slice(&body) {
        Ok(range) => range,
        Err(error) => return refusal(&bad_input(format!("the range is not of its form: {error}"))),
    };
    match read_bytes(&engine, &range).await {
        // A type that no browser shows or runs: these are captured bytes.
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response(),
        Err(error) => refusal(&error),
    }
}

/// One JSON object a line; an empty line says that the feed is alive.
async fn feed(State(running): State<Running>) -> Response {
    let engine = match running.engine() {
        Ok(engine) => engine,
        Err(error) => return refusal(&error),
    };
    let lines = futures_util::stream::unfold(Feed::new(&engine), |mut feed| async move {
        let line = match tokio::time::timeout(KEEP_ALIVE, feed.next()).await {
            Ok(event) => serde_json::to_string(&event).unwrap_or_default() + "\n",
            Err(_) => "\n".to_owned(),
        };
        Some((Ok::<_, Infallible>(line), feed))
    });
    (
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        Body::from_stream(lines),
    )
        .into_response()
}

fn bad_input(message: String) -> ApiError {
    ApiError {
        code: Code::BadInput,
        message,
        hint: None,
    }
}

fn refusal(error: &ApiError) -> Response {
    let status = match error.code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::BadInput | Code::BadFilter => StatusCode::UNPROCESSABLE_ENTITY,
        Code::Store | Code::Unusable | Code::Unopened => StatusCode::SERVICE_UNAVAILABLE,
        Code::ConfirmHost | Code::ConfirmLive => StatusCode::CONFLICT,
        Code::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    };
    json(status, error)
}

fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(text) => (status, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
