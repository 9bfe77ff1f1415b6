//! The filters that the person keeps.

use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::filter::{Filter, FilterError, Moment};
use crate::store::SavedFilter;

/// The longest name of a saved filter, in characters.
const LONGEST_NAME: usize = 60;

/// A saved filter as the sidebar shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilterState {
    /// Its name and its text.
    pub saved: SavedFilter,
    /// How many requests satisfy it, where that can be told without counting.
    pub requests: Option<u64>,
}

impl Engine {
    /// The saved filters, in the person's order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn saved_filters(&self) -> Result<Vec<SavedFilterState>, EngineError> {
        let moment = Moment::local(self.core.clock.now());
        let mut all = Vec::new();
        for saved in self.core.store.saved_filters().await? {
            let requests = match Filter::parse(&saved.filter, &moment) {
                Ok(filter) => self.core.store.known_count(&filter).await?,
                // A later version may have saved it; it is shown, and says what is wrong where it is used.
                Err(_) => None,
            };
            all.push(SavedFilterState { saved, requests });
        }
        Ok(all)
    }

    /// The text of the saved filter of this name; upper and lower case are the same where no other has the name.
    ///
    /// # Errors
    /// When there is none or the store cannot be read.
    pub async fn saved_filter(&self, name: &str) -> Result<String, EngineError> {
        let all = self.core.store.saved_filters().await?;
        let exact = all.iter().find(|saved| saved.name == name);
        let near = || {
            all.iter()
                .find(|saved| saved.name.to_lowercase() == name.to_lowercase())
        };
        let found = exact.or_else(near).ok_or_else(|| EngineError::NotFound {
            kind: "saved filter",
            name: name.to_owned(),
        })?;
        Ok(found.filter.clone())
    }

    /// Saves a filter under a name, in place of one of the same name.
    ///
    /// # Errors
    /// When the filter cannot be understood, when the name is empty or too long, or when the store cannot write.
    pub async fn save_filter(&self, name: &str, filter: &str) -> Result<(), EngineError> {
        let name = checked(name)?;
        let filter = filter.trim().to_owned();
        if Filter::parse(&filter, &Moment::local(self.core.clock.now()))?.is_empty() {
            return Err(EngineError::bad_input(
                "an empty filter matches everything",
                "type a filter first",
            ));
        }
        self.core.store.save_filter(SavedFilter { name, filter }).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// Gives a saved filter another name.
    ///
    /// # Errors
    /// When there is none of this name, when the other name is taken, empty or too long, or when the store cannot
    /// write.
    pub async fn rename_saved_filter(&self, name: &str, to: &str) -> Result<(), EngineError> {
        self.core.store.rename_saved_filter(name, &checked(to)?).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// Puts the saved filters into this order.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn order_saved_filters(&self, names: &[String]) -> Result<(), EngineError> {
        self.core.store.order_saved_filters(names).await?;
        self.core.changes.tell(Change::Status);
        Ok(())
    }

    /// Reads a filter and does nothing with it.
    ///
    /// # Errors
    /// Where the filter is wrong, and why.
    pub fn check_filter(&self, filter: &str) -> Result<(), FilterError> {
        Filter::parse(filter, &Moment::local(self.core.clock.now())).map(|_| ())
    }
}

fn checked(name: &str) -> Result<String, EngineError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(EngineError::bad_input(
            format!("`{}` cannot be the name of a saved filter", name.escape_debug()),
            format!("choose a name of 1 to {LONGEST_NAME} characters on one line"),
        ));
    }
    Ok(name.to_owned())
}
