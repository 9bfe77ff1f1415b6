//! What crosses the boundary while somebody else sees the screen.
//!
//! The engine says what is masked ([`Screen`]); here it is put into every result, so that nothing beyond the boundary
//! holds what it must not show. Every type that a command gives says how it is masked ([`Covered`]): a new one does not
//! compile before somebody thought of it. Beside that, all texts of a result go through [`Screen::text`]. What a person
//! would write back with marks in place of values is refused.

mod texts;
mod views;

use std::collections::HashSet;

use hookbench_engine::model::{AttemptId, DeliveryId, RequestId};
use hookbench_engine::{Engine, Screen};
use serde_json::Value;
use texts::{cover_text, cover_texts};

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
const AS_WRITTEN: [&str; 18] = [
    COPY,
    "tags",
    "add_mask_path",
    "remove_mask_path",
    "write_snippet",
    "settings",
    "save_settings",
    "targets",
    "saved_filters",
    "save_filter",
    "rename_filter",
    "order_filters",
    "own_schemes",
    "save_own_scheme",
    "draft_scheme",
    "read_scheme",
    "mask_paths",
    "providers",
];

/// It is masked where it is made, by what was so when that began.
const COPY: &str = "copy_request";

/// So many requests are looked into for one result; where it speaks of more, all is hidden that might be of them.
const MOST: usize = 1_000;

/// A result that may hold what is masked.
pub(crate) trait Covered {
    /// Puts marks in place of it, as far as that is not said by the texts themselves.
    fn cover(&mut self, _screen: &Screen) {}

    /// The requests that are rows of it, whose secrets have nothing to do with each other.
    fn rows(&self, _found: &mut Vec<RequestId>) {}

    /// The deliveries that it tells of, which sent and were answered what is in no request.
    fn deliveries(&self, _found: &mut Vec<DeliveryId>) {}

    /// The attempts whose answers it tells of, each with all that its delivery sent.
    fn answers(&self, _found: &mut Vec<AttemptId>) {}

    /// Whether it may be there at all, among others of its kind.
    fn is_shown(&self, _screen: &Screen) -> bool {
        true
    }
}

/// What was asked for. Whether the screen is shared is looked at before it is done, for what is refused then, and again
/// when there is a result: what takes long may begin before and end afterwards.
pub(crate) struct Asked<'a> {
    engine: &'a Engine,
    name: &'a str,
    /// The requests that the arguments name.
    requests: Vec<RequestId>,
    /// The screen was shared already.
    was_shared: bool,
}

impl<'a> Asked<'a> {
    /// Looks at what is asked for.
    ///
    /// # Errors
    /// For what is not done while the screen is shared.
    pub(crate) async fn of(engine: &'a Engine, name: &'a str, arguments: &Value) -> Result<Self, ApiError> {
        let was_shared = engine.presenting().await?;
        let marks = |key: &str| {
            let text = arguments.get(key).and_then(Value::as_str);
            text.is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte == b'*'))
        };
        let is_marked = match name {
            "set_secret" => marks("value"),
            "adopt_scheme" => marks("toml"),
            _ => false,
        };
        if was_shared && (REFUSED.contains(&name) || is_marked) {
            return Err(ApiError {
                code: Code::Failed,
                message: "what is masked on the screen is not written back".to_owned(),
                hint: Some("stop presenting first (m)".to_owned()),
            });
        }
        let mut requests = Vec::new();
        collect(arguments, &["id", "request"], &mut requests);
        Ok(Self {
            engine,
            name,
            requests,
            was_shared,
        })
    }

    /// Does it; what comes of it is as it may be shown now.
    pub(crate) async fn answered<R>(
        self,
        run: impl Future<Output = Result<R, ApiError>>,
    ) -> Result<Value, ApiError>
    where
        R: serde::Serialize + Covered,
    {
        let result = run.await;
        let screen = match self.engine.screen().await {
            Ok(screen) => screen,
            Err(error) => return Err(unshown(error.into(), result.is_ok())),
        };
        let Some(screen) = screen else {
            return written(&result?);
        };
        if self.name == COPY && !self.was_shared {
            return Err(ApiError {
                code: Code::Failed,
                message: "nothing was copied: presenting began meanwhile".to_owned(),
                hint: Some("copy it again: it is masked now".to_owned()),
            });
        }
        let presentation = Presentation {
            screen,
            requests: self.requests,
        };
        match result {
            Ok(result) => presentation.cover(self.engine, self.name, result).await,
            Err(error) => Err(presentation.cover_error(self.engine, error).await),
        }
    }
}

/// What is told where nobody can say what of a result may be shown: nothing of it, but whether it was done, so that nobody
/// sends a second time what has gone.
fn unshown(why: ApiError, was_done: bool) -> ApiError {
    let done = if was_done { "it was done" } else { "it failed" };
    ApiError {
        message: format!("{done}, but what came of it cannot be shown now: {}", why.message),
        ..why
    }
}

/// What is done with a result while the screen is shared.
struct Presentation {
    screen: Screen,
    requests: Vec<RequestId>,
}

impl Presentation {
    /// `result` as it may be shown.
    async fn cover<R>(mut self, engine: &Engine, name: &str, mut result: R) -> Result<Value, ApiError>
    where
        R: serde::Serialize + Covered,
    {
        let bare = written(&result)?;
        collect(&bare, &["request"], &mut self.requests);
        let mut rows = Vec::new();
        result.rows(&mut rows);
        let (mut deliveries, mut answers) = (Vec::new(), Vec::new());
        result.deliveries(&mut deliveries);
        result.answers(&mut answers);
        let learned = self.learn(engine, &rows, deliveries, &answers).await;
        learned.map_err(|error| unshown(error, true))?;
        result.cover(&self.screen);
        let mut value = written(&result)?;
        if !AS_WRITTEN.contains(&name) {
            cover_texts(&mut value, &self.screen);
        }
        Ok(value)
    }

    /// Learns what is secret in the requests and the deliveries that this is about, and in those that are rows of it.
    async fn learn(
        &mut self,
        engine: &Engine,
        rows: &[RequestId],
        mut deliveries: Vec<DeliveryId>,
        answers: &[AttemptId],
    ) -> Result<(), ApiError> {
        self.look(engine).await?;
        for answer in answers {
            deliveries.extend(engine.delivery_of(*answer).await?);
        }
        if deliveries.len() > MOST {
            deliveries.truncate(MOST);
            self.screen.blind();
        }
        engine.screen_deliveries(&mut self.screen, &deliveries).await?;
        engine.screen_rows(&mut self.screen, rows).await?;
        Ok(())
    }

    /// Learns what is secret in the requests that this is about.
    async fn look(&mut self, engine: &Engine) -> Result<(), ApiError> {
        let mut seen = HashSet::new();
        self.requests.retain(|id| seen.insert(*id));
        if self.requests.len() > MOST {
            self.requests.truncate(MOST);
            self.screen.blind();
        }
        engine.screen_requests(&mut self.screen, &self.requests).await?;
        Ok(())
    }

    /// Why something was not done, as it may be shown.
    async fn cover_error(mut self, engine: &Engine, mut error: ApiError) -> ApiError {
        if self.look(engine).await.is_err() || self.screen.is_blind() {
            // What it says cannot be looked through.
            error.message = Screen::dots(&error.message);
            error.hint = None;
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

/// The ids of requests that stand under these names anywhere in a value, some perhaps twice.
fn collect(value: &Value, names: &[&str], found: &mut Vec<RequestId>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let id = member.as_str().filter(|_| names.contains(&name.as_str()));
                if let Some(id) = id.and_then(|id| id.parse().ok()) {
                    found.push(id);
                }
                collect(member, names, found);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, names, found)),
        _ => {}
    }
}

impl<T: Covered> Covered for Vec<T> {
    fn rows(&self, found: &mut Vec<RequestId>) {
        self.iter().for_each(|one| one.rows(found));
    }

    fn deliveries(&self, found: &mut Vec<DeliveryId>) {
        self.iter().for_each(|one| one.deliveries(found));
    }

    fn answers(&self, found: &mut Vec<AttemptId>) {
        self.iter().for_each(|one| one.answers(found));
    }

    fn cover(&mut self, screen: &Screen) {
        self.retain(|one| one.is_shown(screen));
        self.iter_mut().for_each(|one| one.cover(screen));
    }
}

impl<T: Covered> Covered for Option<T> {
    fn rows(&self, found: &mut Vec<RequestId>) {
        self.iter().for_each(|one| one.rows(found));
    }

    fn deliveries(&self, found: &mut Vec<DeliveryId>) {
        self.iter().for_each(|one| one.deliveries(found));
    }

    fn answers(&self, found: &mut Vec<AttemptId>) {
        self.iter().for_each(|one| one.answers(found));
    }

    fn cover(&mut self, screen: &Screen) {
        self.iter_mut().for_each(|one| one.cover(screen));
    }
}

impl Covered for String {
    /// One without a name is said by a sender, and a mark would be chosen in its place.
    fn is_shown(&self, screen: &Screen) -> bool {
        !screen.is_blind()
    }
}

/// These have nothing that their texts do not say themselves.
macro_rules! texts_only {
    ($($type:ty),* $(,)?) => {$(impl Covered for $type {})*};
}

texts_only!(
    AgesView,
    BroughtBackView,
    CarryRef,
    CertificateView,
    CopiedRequest,
    CountedAfter,
    CredentialsView,
    Deletion,
    DeletionView,
    DesktopView,
    DiscardView,
    Discarded,
    Done,
    Dropped,
    ExportView,
    FilterReading,
    HandedOver,
    ImportView,
    LimitView,
    ListenerView,
    MaskView,
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
    TagView,
    TemplateView,
    Text,
    TriedOnView,
    VariableView,
    WorkView,
);

#[cfg(test)]
mod tests {
    use std::error::Error;

    use hookbench_engine::{Listen, Options};
    use serde_json::json;

    use super::*;
    use crate::running::Running;

    /// A result that tells of many things.
    #[derive(serde::Serialize)]
    struct Telling {
        told: String,
        #[serde(skip)]
        deliveries: usize,
    }

    impl Covered for Telling {
        fn deliveries(&self, found: &mut Vec<DeliveryId>) {
            found.extend((0..self.deliveries).map(|_| DeliveryId::generate()));
        }
    }

    #[tokio::test]
    async fn what_tells_of_more_than_is_looked_into_is_covered_as_if_nothing_were_known()
    -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let options = Options::at(Some(folder.path().to_owned()));
        let running = Running::open(options, Listen::default()).await;
        let engine = running.engine()?;
        engine.set_presenting(true).await?;
        // None of them is there, so that nothing is to be found.
        for (requests, deliveries, told) in [
            (MOST, 0, "open"),
            (MOST + 1, 0, "****"),
            (0, MOST, "open"),
            (0, MOST + 1, "****"),
        ] {
            let ids: Vec<Value> = (0..requests)
                .map(|_| json!({ "request": RequestId::generate().to_string() }))
                .collect();
            let asked = Asked::of(&engine, "telling", &Value::from(ids)).await?;
            let telling = Telling {
                told: "open".to_owned(),
                deliveries,
            };
            let answered = asked.answered(async { Ok(telling) }).await?;
            assert_eq!(
                answered["told"], told,
                "{requests} requests and {deliveries} deliveries"
            );
        }
        running.shut_down().await;
        Ok(())
    }

    #[tokio::test]
    async fn what_ends_after_presenting_began_is_masked_though_it_began_before() -> Result<(), Box<dyn Error>>
    {
        let folder = tempfile::tempdir()?;
        let options = Options::at(Some(folder.path().to_owned()));
        let running = Running::open(options, Listen::default()).await;
        let engine = running.engine()?;
        for (name, is_given) in [("run_report", true), ("copy_request", false)] {
            engine.set_presenting(false).await?;
            let asked = Asked::of(&engine, name, &json!({})).await?;
            let meanwhile = async {
                engine.set_presenting(true).await?;
                Ok(Text {
                    text: "Authorization: Bearer tok-5ecret-header".to_owned(),
                })
            };
            let answered = asked.answered(meanwhile).await;
            assert_eq!(answered.is_ok(), is_given, "`{name}` is masked where it is made");
            assert!(
                !format!("{answered:?}").contains("5ecret"),
                "`{name}`: {answered:?}"
            );
        }
        running.shut_down().await;
        Ok(())
    }
}
