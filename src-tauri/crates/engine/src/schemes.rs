//! Schemes of the person's own: provider files that are kept in the store beside those that come with the program.
//!
//! An own file never takes the place of one that comes with the program, and no secret is ever in one. While one is
//! being made ([`drafting`]) it is tried on what was captured ([`trial`]), without being kept ([`own`]).

mod drafting;
mod own;
mod places;
mod trial;

pub use drafting::{SchemeFault, SchemeReading};
pub use own::OwnScheme;
pub use trial::{TrialSecrets, Tried, TriedOn};

use crate::provider::{Catalogue, CatalogueError, Provider};
use crate::store::OwnProvider;

/// All providers that come with the program and these. One that cannot be read, or whose id is taken by now, is left
/// out, so that it cannot keep the program from starting.
pub(crate) fn catalogue_with(own: &[OwnProvider]) -> Result<Catalogue, CatalogueError> {
    let embedded = Catalogue::embedded()?;
    let mut kept: Vec<Provider> = Vec::new();
    for file in own {
        match Provider::read(&file.id, &file.toml).and_then(|provider| refuse_taken(&embedded, provider)) {
            Ok(provider) => kept.push(provider),
            Err(error) => tracing::warn!(%error, "a scheme of one's own cannot be used"),
        }
    }
    match embedded.with_own(kept) {
        Ok(catalogue) => Ok(catalogue),
        Err(error) => {
            tracing::warn!(%error, "the schemes of one's own contradict each other and are left out");
            embedded.with_own(Vec::new())
        }
    }
}

/// The provider, unless it goes by a name of one that comes with the program.
fn refuse_taken(embedded: &Catalogue, provider: Provider) -> Result<Provider, CatalogueError> {
    let mut names = std::iter::once(&provider.id).chain(&provider.aliases);
    match names.find(|name| embedded.get(name).is_some()) {
        None => Ok(provider),
        Some(name) => Err(CatalogueError::Wrong {
            file: provider.id.clone(),
            reason: format!("the id `{name}` is that of a provider that comes with Hookbench"),
        }),
    }
}

fn path(target: &str) -> &str {
    target.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
