//! What crosses the boundary while somebody else sees the screen.
//!
//! The engine says what is masked ([`Screen`]); here it is put into every result, so that nothing beyond the boundary
//! holds what it must not show. Every type that a command gives says how it is masked ([`Covered`]): a new one does not
//! compile before somebody thought of it. Beside that, all texts of a result go through [`Screen::text`]. What a person
//! would write back with marks in place of values is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_engine::model::RequestId;
use hookbench_engine::{Engine, Screen};
use serde_json::Value;

use crate::error::{ApiError, Code};
use crate::types::*;

/// What would keep or send marks in place of what they hide, or shows what a person wrote as it is.
const REFUSED: [&str; 9] = [
    "draft",
    "save_draft",
    "discard_draft",
    "replay",
    "save_template",
    "fill_template",
    "save_target",
    "update_endpoint",
    "set_answer",
];

/// What a person wrote and goes on working with, and texts that are masked where they are made.
const AS_WRITTEN: [&str; 16] = [
    "copy_request",
    "write_snippet",
    "settings",
    "save_settings",
    "targets",
    "saved_filters",
    "save_filter",
    "rename_filter",
    "order_filters",
    "remove_filter",
    "own_schemes",
    "save_own_scheme",
    "draft_scheme",
    "read_scheme",
    "mask_paths",
    "providers",
];

/// So many requests are looked into for one result.
const MOST: usize = 16;

/// A result that may hold what is masked.
pub(crate) trait Covered {
    /// Puts marks in place of it, as far as that is not said by the texts themselves.
    fn cover(&mut self, _screen: &Screen) {}
}

/// What a command has to do while the screen is shared.
pub(crate) struct Presentation {
    screen: Screen,
    requests: Vec<RequestId>,
}

impl Presentation {
    /// `None` while the screen is not shared.
    ///
    /// # Errors
    /// For what is not done meanwhile.
    pub(crate) async fn of(engine: &Engine, name: &str, arguments: &Value) -> Result<Option<Self>, ApiError> {
        let Some(screen) = engine.screen().await? else {
            return Ok(None);
        };
        let marks = |key: &str| {
            let text = arguments.get(key).and_then(Value::as_str);
            text.is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte == b'*'))
        };
        if REFUSED.contains(&name) || (name == "set_secret" && marks("value")) {
            return Err(ApiError {
                code: Code::Failed,
                message: "what is masked on the screen is not written back".to_owned(),
                hint: Some("stop presenting first (m)".to_owned()),
            });
        }
        let mut requests = Vec::new();
        collect(arguments, &["id", "request"], &mut requests);
        Ok(Some(Self { screen, requests }))
    }

    /// `result` as it may be shown.
    pub(crate) async fn cover<R>(
        mut self,
        engine: &Engine,
        name: &str,
        mut result: R,
    ) -> Result<Value, ApiError>
    where
        R: serde::Serialize + Covered,
    {
        let bare = written(&result)?;
        if name != "list_requests" {
            collect(&bare, &["request"], &mut self.requests);
        }
        for id in &self.requests {
            engine.screen_request(&mut self.screen, *id).await?;
        }
        result.cover(&self.screen);
        let mut value = written(&result)?;
        if !AS_WRITTEN.contains(&name) {
            cover_texts(&mut value, &self.screen);
        }
        Ok(value)
    }

    /// Why something was not done, as it may be shown.
    pub(crate) async fn cover_error(mut self, engine: &Engine, mut error: ApiError) -> ApiError {
        for id in &self.requests {
            if engine.screen_request(&mut self.screen, *id).await.is_err() {
                break;
            }
        }
        cover_text(&mut error.message, &self.screen);
        if let Some(hint) = &mut error.hint {
            cover_text(hint, &self.screen);
        }
        error
    }
}

fn written<R: serde::Serialize>(result: &R) -> Result<Value, ApiError> {
    serde_json::to_value(result).map_err(|error| ApiError {
        code: Code::Failed,
        message: format!("the result cannot be written: {error}"),
        hint: None,
    })
}

/// The ids of requests that stand under these names anywhere in a value.
fn collect(value: &Value, names: &[&str], found: &mut Vec<RequestId>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let id = member.as_str().filter(|_| names.contains(&name.as_str()));
                if let Some(id) = id.and_then(|id| id.parse().ok())
                    && found.len() < MOST
                    && !found.contains(&id)
                {
                    found.push(id);
                }
                collect(member, names, found);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, names, found)),
        _ => {}
    }
}

fn cover_texts(value: &mut Value, screen: &Screen) {
    match value {
        Value::String(text) => cover_text(text, screen),
        Value::Array(elements) => elements
            .iter_mut()
            .for_each(|element| cover_texts(element, screen)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| cover_texts(member, screen)),
        _ => {}
    }
}

fn cover_text(text: &mut String, screen: &Screen) {
    if let Some(covered) = screen.text(text) {
        *text = covered;
    }
}

fn hide(text: &mut String) {
    *text = Screen::dots(text);
}

fn hide_some(text: &mut Option<String>) {
    text.iter_mut().for_each(hide);
}

/// As many bytes, none of them as it was.
fn hide_base64(text: &mut String) {
    let length = BASE64.decode(&*text).map_or(0, |bytes| bytes.len());
    *text = BASE64.encode(vec![b'*'; length]);
}

impl<T: Covered> Covered for Vec<T> {
    fn cover(&mut self, screen: &Screen) {
        self.iter_mut().for_each(|one| one.cover(screen));
    }
}

impl<T: Covered> Covered for Option<T> {
    fn cover(&mut self, screen: &Screen) {
        self.iter_mut().for_each(|one| one.cover(screen));
    }
}

/// These have nothing that their texts do not say themselves.
macro_rules! texts_only {
    ($($type:ty),* $(,)?) => {$(impl Covered for $type {})*};
}

texts_only!(
    AgesView,
    CarryRef,
    CertificateView,
    CopiedRequest,
    Deletion,
    DeletionView,
    DesktopView,
    Done,
    DraftView,
    Dropped,
    ExportView,
    FilterReading,
    FilterSuggestion,
    FoundSchemes,
    HandedOver,
    ImportView,
    LimitView,
    ListenerView,
    MatchCount,
    Nothing,
    OwnSchemeView,
    ProviderView,
    Purged,
    QueueView,
    ReachabilityView,
    RemedyApplied,
    RequestCount,
    RetryPreset,
    RunView,
    SampleSent,
    SavedFilterView,
    SchemeReadingView,
    SearchView,
    Settings,
    SnippetView,
    SoughtView,
    StartedOver,
    Status,
    StorageView,
    String,
    TagView,
    TemplateView,
    Text,
    TriedOnView,
    VariableView,
    WorkView,
);

impl Covered for HeaderLine {
    fn cover(&mut self, screen: &Screen) {
        if screen.hides_header(&self.name) {
            hide(&mut self.value);
        }
    }
}

impl Covered for RequestRow {
    fn cover(&mut self, screen: &Screen) {
        let (event, delivery_id) = screen.hidden_facts(self.provider.as_deref());
        if event {
            hide_some(&mut self.event);
        }
        if delivery_id {
            hide_some(&mut self.delivery_id);
        }
    }
}

impl Covered for RequestPage {
    fn cover(&mut self, screen: &Screen) {
        self.rows.cover(screen);
    }
}

impl Covered for PreviousView {
    fn cover(&mut self, screen: &Screen) {
        self.request.cover(screen);
    }
}

impl Covered for HeldView {
    fn cover(&mut self, screen: &Screen) {
        // Who sent it is not said.
        if screen.hidden_facts(None).0 {
            hide_some(&mut self.event);
        }
    }
}

impl Covered for RequestDetail {
    fn cover(&mut self, screen: &Screen) {
        self.row.cover(screen);
        self.headers.cover(screen);
        self.framing.trailers.cover(screen);
        self.signature.cover(screen);
        if let Some(handshake) = &mut self.handshake {
            if let Some(reply) = &mut handshake.reply {
                reply.headers.cover(screen);
                reply.body = screen.body_text(&reply.body);
            }
            for offer in handshake.offers.iter_mut().filter(|offer| offer.kind == "secret") {
                hide(&mut offer.value);
            }
        }
    }
}

impl Covered for SignatureView {
    fn cover(&mut self, screen: &Screen) {
        for found in &mut self.found {
            hide(&mut found.text);
        }
        for candidate in &mut self.candidates {
            hide(&mut candidate.text);
        }
        if let Some(content) = &mut self.content {
            content.cover(screen);
        }
        if let Some(digests) = &mut self.digests {
            // Both of one length: how they differ would tell what came.
            digests.received = "*".repeat(16);
            digests.expected = digests.expected.as_ref().map(|_| "*".repeat(16));
            digests.first_difference = None;
        }
        for check in &mut self.checks {
            hide_some(&mut check.found);
        }
    }
}

impl Covered for ContentView {
    /// A part is shown where it cannot hold what is masked.
    fn cover(&mut self, screen: &Screen) {
        let mut bytes = BASE64.decode(&self.base64).unwrap_or_default();
        let mut shown = vec![false; bytes.len()];
        for part in &self.parts {
            let position = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
            let range = position(part.start)..position(part.end);
            let is_whole = part.end <= bytes.len() as u64;
            let is_open = match part.kind.as_str() {
                "literal" | "timestamp" | "id" | "method" => true,
                // A beginning of a body may be cut anywhere.
                "body" => is_whole && !screen.touches_body(&bytes[range.clone()]),
                "url" => {
                    std::str::from_utf8(&bytes[range.clone()]).is_ok_and(|url| screen.text(url).is_none())
                }
                _ => false,
            };
            if is_open {
                shown[range].fill(true);
            }
        }
        for (byte, shown) in bytes.iter_mut().zip(shown) {
            if !shown {
                *byte = b'*';
            }
        }
        self.base64 = BASE64.encode(bytes);
    }
}

impl Covered for DiagnosisView {
    fn cover(&mut self, _screen: &Screen) {
        let Some(proof) = &mut self.proof else { return };
        hide_some(&mut proof.computed);
        hide_some(&mut proof.received);
        hide_some(&mut proof.documented);
        if let Some(difference) = &mut proof.difference {
            hide_base64(&mut difference.ours);
            hide_base64(&mut difference.signed);
        }
    }
}

impl Covered for TriedView {
    fn cover(&mut self, screen: &Screen) {
        self.signature.cover(screen);
        let (event, delivery_id) = screen.hidden_facts(None);
        if event {
            hide_some(&mut self.event);
        }
        if delivery_id {
            hide_some(&mut self.delivery_id);
        }
    }
}

impl Covered for DeliveryView {
    fn cover(&mut self, screen: &Screen) {
        for attempt in &mut self.attempts {
            attempt.headers.cover(screen);
        }
    }
}

impl Covered for IdempotencyView {
    fn cover(&mut self, screen: &Screen) {
        for row in &mut self.rows {
            row.delivery.cover(screen);
        }
    }
}

impl Covered for PreviewView {
    fn cover(&mut self, screen: &Screen) {
        self.body_made = None;
        if screen.hidden_facts(None).1 {
            self.ids = None;
        }
    }
}

impl Covered for ComparisonView {
    fn cover(&mut self, screen: &Screen) {
        for pair in &mut self.headers {
            pair.before.cover(screen);
            pair.after.cover(screen);
        }
        for line in self
            .query
            .iter_mut()
            .flat_map(|pair| [&mut pair.before, &mut pair.after])
            .flatten()
        {
            line.cover(screen);
            // A parameter is known by its name and its address together.
            if screen.text(&format!("?{}={}", line.name, line.value)).is_some() {
                hide(&mut line.value);
            }
        }
        let is_hidden = screen.hidden_facts(None).0;
        for fact in self
            .facts
            .iter_mut()
            .filter(|fact| is_hidden && fact.name == "Event")
        {
            hide_some(&mut fact.before);
            hide_some(&mut fact.after);
        }
    }
}

impl Covered for KeptDraftView {
    fn cover(&mut self, _screen: &Screen) {
        self.written = None;
    }
}

impl Covered for FilledTemplateView {
    fn cover(&mut self, screen: &Screen) {
        for (name, value) in &mut self.written.headers {
            if screen.hides_header(name) {
                hide(value);
            }
        }
        self.written.body = EditedBody::Captured;
    }
}

impl Covered for EndpointView {
    fn cover(&mut self, screen: &Screen) {
        for (name, value) in &mut self.parameters {
            if screen.hides_header(name) {
                hide(value);
            }
        }
        if let Some(answer) = &mut self.answer {
            for (name, value) in &mut answer.headers {
                if screen.hides_header(name) {
                    hide(value);
                }
            }
            answer.body = screen.body_text(&answer.body);
        }
    }
}

impl Covered for TargetView {
    fn cover(&mut self, screen: &Screen) {
        for rule in &mut self.rules.headers {
            if screen.hides_header(&rule.name) {
                hide(&mut rule.value);
            }
        }
    }
}

#[cfg(test)]
#[path = "presenting_tests.rs"]
mod tests;
