//! `hookbench list`

use std::io::IsTerminal as _;

use hookbench_engine::model::Sequence;
use hookbench_engine::{Engine, PageQuery};

use crate::arguments::List;
use crate::failure::Failure;
use crate::json::RequestObject;
use crate::{output, show, text};

/// How many requests are read at once; the whole list is never in memory.
const PAGE: u32 = 200;

pub(crate) async fn run(engine: &Engine, list: &List) -> Result<(), Failure> {
    let mut left = list.limit;
    let filter = match &list.saved {
        // Both hold: terms that stand side by side do.
        Some(name) => format!("{} {}", engine.saved_filter(name).await?, list.filter),
        None => list.filter.clone(),
    };
    let mut query = PageQuery {
        filter,
        ..PageQuery::default()
    };
    let mut progress = Progress::of(engine, list).await;
    while left > 0 {
        query.limit = left.min(PAGE);
        let page = engine
            .requests(&query)
            .await
            .map_err(|error| Failure::in_filter(error, &query.filter))?;
        if !page.rows.is_empty() {
            progress.clear();
        }
        for summary in &page.rows {
            if list.json {
                let Some(request) = show::unless_gone(engine.request(summary.id).await)? else {
                    continue;
                };
                let object = RequestObject::new(&request).with_note(show::note(engine, &request).await?);
                let object = if list.full {
                    object.with_bytes(&request.head, &show::whole_body(engine, &request).await?)
                } else {
                    object
                };
                output::json(&object)?;
            } else {
                output::line(&text::line(summary))?;
            }
        }
        left = left.saturating_sub(u32::try_from(page.rows.len()).unwrap_or(u32::MAX));
        // A search through bytes may give a short page and say how far it came.
        match page.scanned_to.or(page.rows.last().map(|last| last.sequence)) {
            Some(last) if page.more => query.before = Some(last),
            _ => break,
        }
        if let Some(reached) = page.scanned_to.filter(|_| left > 0) {
            progress.tell(reached);
        }
    }
    progress.clear();
    Ok(())
}

/// How far a long search is, on standard error, where a person looks at it. Ctrl-C ends the search; what was found is
/// printed by then.
struct Progress {
    newest: i64,
    all: u64,
    seen: bool,
    shown: bool,
}

impl Progress {
    async fn of(engine: &Engine, list: &List) -> Self {
        let seen = std::io::stderr().is_terminal() && !(list.filter.is_empty() && list.saved.is_none());
        let mut progress = Self {
            newest: 0,
            all: 0,
            seen,
            shown: false,
        };
        if seen {
            let one = PageQuery {
                limit: 1,
                ..PageQuery::default()
            };
            // Nothing depends on it but the numbers that are shown.
            let newest = engine.requests(&one).await.ok();
            let newest = newest.and_then(|page| page.rows.first().map(|row| row.sequence.0));
            progress.newest = newest.unwrap_or(0);
            progress.all = engine.totals().await.map_or(0, |totals| totals.requests);
        }
        progress
    }

    fn tell(&mut self, reached: Sequence) {
        if self.seen {
            let line = searched(self.newest, reached.0, self.all);
            output::aside_here(&format!("\r\x1b[K{line}"));
            self.shown = true;
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            output::aside_here("\r\x1b[K");
        }
    }
}

/// Places have gaps where something was removed: no more can have been looked through than there are.
fn searched(newest: i64, reached: i64, all: u64) -> String {
    let through = (newest - reached + 1).max(0).unsigned_abs().min(all);
    format!("searching, newest first: {through} of {all} (Ctrl-C ends it)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_says_more_than_there_is() {
        assert_eq!(
            searched(100, 91, 100),
            "searching, newest first: 10 of 100 (Ctrl-C ends it)"
        );
        assert!(searched(1_000_000, 1, 500).contains(" 500 of 500 "), "with gaps");
        assert!(
            searched(0, 5, 3).contains(" 0 of 3 "),
            "and never less than nothing"
        );
    }
}
