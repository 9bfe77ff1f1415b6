//! Notifications of the desktop. What comes from a request is plain text there: short, on one line, without anything
//! that a desktop could take for markup.

use std::sync::{Arc, Mutex, PoisonError};

use hookbench_engine::model::RequestId;
use notify_rust::Notification;

use crate::desk::Desk;
use crate::opening::Opening;

/// So much of a request's own words is shown, in characters.
const LONGEST: usize = 120;

/// What a notification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    title: String,
    body: String,
}

/// The one notification of a place that is watched: a later one takes the place of the one before.
#[derive(Debug, Default, Clone)]
pub(crate) struct Bell {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Its number on the desktop.
    id: Option<u32>,
    /// What choosing it shows.
    request: Option<RequestId>,
    /// Whether somebody waits for it to be chosen.
    is_awaited: bool,
}

/// The filter for what came to an endpoint.
pub(crate) fn endpoint_filter(path: &str) -> String {
    format!("endpoint:\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Puts into words that requests came to a place; `newest` is what the newest is called.
pub(crate) fn say(place: &str, number: usize, and_more: bool, newest: &str) -> Said {
    let more = if and_more { "+" } else { "" };
    let newest = plain(newest);
    Said {
        title: format!("{number}{more} new on {}", plain(place)),
        body: if number == 1 {
            newest
        } else {
            format!("newest: {newest}")
        },
    }
}

/// One short line without anything invisible.
fn plain(text: &str) -> String {
    let is_shown = |character: &char| {
        !character.is_control()
            // Marks that turn the direction of what follows.
            && !matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut shown: String = text.chars().filter(is_shown).take(LONGEST + 1).collect();
    if shown.chars().count() > LONGEST {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// For desktops that read markup.
#[cfg(all(unix, not(target_os = "macos")))]
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

impl Bell {
    /// Shows it; choosing it opens the window at `request`, where the desktop tells that it was chosen.
    pub(crate) fn ring(&self, said: Said, request: RequestId, desk: Arc<Desk>) {
        let state = Arc::clone(&self.state);
        // The desktop may take its time, and waiting for a choice takes as long as it is on the screen.
        std::thread::spawn(move || {
            lock(&state).request = Some(request);
            if let Err(error) = show(&state, &said, &desk) {
                tracing::warn!(%error, "the desktop shows no notification");
            }
        });
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn show(state: &Mutex<State>, said: &Said, desk: &Desk) -> Result<(), notify_rust::error::Error> {
    let reads_markup = notify_rust::get_capabilities()?
        .iter()
        .any(|name| name == "body-markup");
    let body = if reads_markup {
        escaped(&said.body)
    } else {
        said.body.clone()
    };
    let mut notification = Notification::new();
    notification
        .appname("Hookbench")
        .summary(&said.title)
        .body(&body)
        .icon("hookbench-desktop")
        .action("default", "Show");
    let known = lock(state).id;
    if let Some(id) = known {
        notification.id(id);
    }
    let handle = notification.show()?;
    {
        let mut state = lock(state);
        state.id = Some(handle.id());
        if std::mem::replace(&mut state.is_awaited, true) {
            // Somebody waits already for this number.
            return Ok(());
        }
    }
    handle.wait_for_action(|action| {
        let request = lock(state).request;
        if let (true, Some(request)) = (action == "default", request) {
            desk.open(Opening::Request(request));
        }
    });
    let mut state = lock(state);
    state.is_awaited = false;
    state.id = None;
    Ok(())
}

/// Elsewhere the desktop does not say that one was chosen.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn show(_: &Mutex<State>, said: &Said, _: &Desk) -> Result<(), notify_rust::error::Error> {
    Notification::new()
        .appname("Hookbench")
        .summary(&said.title)
        .body(&said.body)
        .show()
        .map(|_| ())
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_says_how_many_and_where() {
        let one = say("/stripe", 1, false, "POST /stripe · invoice.paid");
        assert_eq!(
            (one.title.as_str(), one.body.as_str()),
            ("1 new on /stripe", "POST /stripe · invoice.paid")
        );
        let many = say("/stripe", 12, false, "POST /stripe");
        assert_eq!(
            (many.title.as_str(), many.body.as_str()),
            ("12 new on /stripe", "newest: POST /stripe")
        );
        assert_eq!(say("failed", 1_000, true, "").title, "1000+ new on failed");
    }

    #[test]
    fn what_a_request_says_is_one_short_plain_line() {
        let said = say(
            "/x\n",
            1,
            false,
            &format!("POST /\u{202e}\u{7}\r\n{}", "y".repeat(5_000)),
        );
        assert_eq!(said.title, "1 new on /x");
        assert_eq!(
            said.body.chars().count(),
            LONGEST + 1,
            "it is cut, and says so: {}",
            said.body
        );
        assert!(said.body.starts_with("POST /yyy") && said.body.ends_with('…'));
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn no_word_of_a_request_is_markup() {
        assert_eq!(
            escaped("<a href=\"http://x\">&amp;</a>"),
            "&lt;a href=\"http://x\"&gt;&amp;amp;&lt;/a&gt;"
        );
    }

    #[test]
    fn an_endpoint_with_quotes_is_still_one_path() {
        assert_eq!(endpoint_filter("/a\"b"), "endpoint:\"/a\\\"b\"");
    }
}
