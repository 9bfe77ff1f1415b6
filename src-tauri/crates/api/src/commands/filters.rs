//! What a filter says, the filters that are kept, and what people add to requests.

use hookbench_engine::Engine;
use hookbench_engine::filter::FilterError;
use hookbench_engine::model::RequestId;
use hookbench_engine::store::Annotate as Change;

use crate::error::ApiError;
use crate::types::{
    Annotate, FilterProblem, FilterReading, Nothing, OrderFilters, ReadFilter, RenameFilter, SaveFilter,
    SavedFilterView, TagView,
};

pub(super) async fn read(engine: &Engine, arguments: ReadFilter) -> Result<FilterReading, ApiError> {
    Ok(FilterReading {
        problem: engine.check_filter(&arguments.text).err().map(problem),
    })
}

pub(super) async fn saved(engine: &Engine, _: Nothing) -> Result<Vec<SavedFilterView>, ApiError> {
    let all = engine.saved_filters().await?.into_iter();
    Ok(all
        .map(|state| SavedFilterView {
            name: state.saved.name,
            filter: state.saved.filter,
            requests: state.requests,
        })
        .collect())
}

pub(super) async fn save(engine: &Engine, arguments: SaveFilter) -> Result<Vec<SavedFilterView>, ApiError> {
    engine.save_filter(&arguments.name, &arguments.filter).await?;
    saved(engine, Nothing {}).await
}

pub(super) async fn rename(
    engine: &Engine,
    arguments: RenameFilter,
) -> Result<Vec<SavedFilterView>, ApiError> {
    engine.rename_saved_filter(&arguments.name, &arguments.to).await?;
    saved(engine, Nothing {}).await
}

pub(super) async fn order(
    engine: &Engine,
    arguments: OrderFilters,
) -> Result<Vec<SavedFilterView>, ApiError> {
    engine.order_saved_filters(&arguments.names).await?;
    saved(engine, Nothing {}).await
}

pub(super) async fn annotate(engine: &Engine, arguments: Annotate) -> Result<Nothing, ApiError> {
    let ids: Vec<RequestId> = arguments
        .ids
        .iter()
        .map(|id| id.parse())
        .collect::<Result<_, _>>()?;
    let change = Change {
        starred: arguments.starred,
        note: arguments.note,
        add_tags: arguments.add_tags,
        remove_tags: arguments.remove_tags,
    };
    engine.annotate(&ids, change).await?;
    Ok(Nothing {})
}

pub(super) async fn tags(engine: &Engine, _: Nothing) -> Result<Vec<TagView>, ApiError> {
    let all = engine.tags().await?.into_iter();
    Ok(all.map(|(name, requests)| TagView { name, requests }).collect())
}

fn problem(error: FilterError) -> FilterProblem {
    let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    FilterProblem {
        start: position(error.at.start),
        end: position(error.at.end),
        message: error.message,
        hint: error.hint,
    }
}
