//! An axum application, for both doors that it can go through. It streams in both directions: what
//! comes in to `/echo` goes out as it comes.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};

/// The application: a `tower::Service` from `http::Request` to `http::Response`.
// ANCHOR: router
pub fn router() -> Router {
    Router::new()
        .route("/hello", get(|| async { "Hello world from Rust!\n" }))
        .route(
            "/hello/{name}",
            get(|Path(name): Path<String>| async move { format!("Hello {name}\n") }),
        )
        .route("/echo", post(|content: Body| async { content }))
        .route("/slow", get(slow))
        .route("/panic", get(panic))
        .fallback(|| async { (StatusCode::NOT_FOUND, "no such page\n") })
}
// ANCHOR_END: router

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(100)).await;
    "waited 100 ms\n"
}

async fn panic() -> &'static str {
    panic!("on purpose")
}
