//! The interface's files, embedded when the program is built.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::Embed;

/// `ui/dist` as it was when the program was built. Without it the host says how to build it.
#[derive(Embed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Files;

/// Serves one file; the root is the page.
pub(super) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    match Files::get(path) {
        Some(file) => ([(header::CONTENT_TYPE, media_type(path))], file.data).into_response(),
        None if path == "index.html" => (
            StatusCode::NOT_FOUND,
            "The interface was not built into this program.\nRun `npm ci && npm run build` in ui/, then build it again.\n",
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}
