//! `hookbench list`

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
    while left > 0 {
        query.limit = left.min(PAGE);
        let page = engine
            .requests(&query)
            .await
            .map_err(|error| Failure::in_filter(error, &query.filter))?;
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
    }
    Ok(())
}
