//! What outlives the window, and what changes without closing it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

use crate::sender::post;
use crate::window::Window;

#[test]
fn after_a_restart_everything_is_still_there() {
    let mut window = Window::open();
    post(window.listener(), "/kept", &[], "{\"still\": \"here\"}");
    window.click_on("request-row", "/kept");
    window.sees("detail-title", "/kept");
    window.press("s");
    window.sees("nav-starred", "1");
    window.restart();
    window.sees("nav-starred", "1");
    window.click_on("request-row", "/kept");
    window.sees("body-pretty", "\"here\"");
}

#[test]
fn the_port_is_changed_without_a_restart() {
    let window = Window::open();
    let old = window.listener();
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
    let port = free.expect("a free port").port();
    window.click("listener");
    window.fill("port-input", &port.to_string());
    window.click("port-save");
    window.sees("listener-url", &format!("http://127.0.0.1:{port}"));
    post(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), "/there", &[], "{}");
    window.sees("request-row", "/there");
    assert!(TcpStream::connect(old).is_err(), "the old port is closed");
}
