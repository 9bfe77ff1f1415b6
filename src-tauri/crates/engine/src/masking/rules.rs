//! What is masked by the chosen pointers and the providers that are known: made once for each of the two, since every
//! command asks for it while others see the screen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::head::{SigningPlaces, is_secret_name};
use super::path::MaskPath;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::provider::{Catalogue, Place, Provider, Template};

/// What is masked, whatever request it is about.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Where any provider signs.
    pub(super) places: SigningPlaces,
    /// The values of bodies.
    pub(super) paths: Vec<MaskPath>,
    /// Of which providers the event's name and the delivery id are read where something is masked.
    pub(super) hidden: HashMap<String, (bool, bool)>,
}

/// The rules that were made last, and of what catalogue.
#[derive(Default)]
pub(crate) struct LastRules(Mutex<Option<(Arc<Catalogue>, Arc<Rules>)>>);

impl LastRules {
    fn of(&self, catalogue: Arc<Catalogue>, paths: Vec<MaskPath>) -> Arc<Rules> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, rules)) = &*last
            && Arc::ptr_eq(known, &catalogue)
            && rules.paths == paths
        {
            return Arc::clone(rules);
        }
        let rules = Arc::new(Rules::of(&catalogue, paths));
        *last = Some((catalogue, Arc::clone(&rules)));
        rules
    }
}

impl Rules {
    fn of(catalogue: &Catalogue, paths: Vec<MaskPath>) -> Self {
        let mut places = SigningPlaces::default();
        let mut hidden = HashMap::new();
        for provider in catalogue.all() {
            if let Some(scheme) = &provider.scheme {
                places.add(scheme);
            }
            hidden.insert(provider.id.clone(), hidden_facts(provider, &paths));
        }
        Self {
            places,
            paths,
            hidden,
        }
    }

    /// The values of bodies that are masked.
    pub(crate) fn paths(&self) -> &[MaskPath] {
        &self.paths
    }

    /// Whether the name of an event of this provider, and its delivery id, are read where something is masked. Of one that
    /// is not known they may be.
    pub(crate) fn hidden_facts(&self, provider: Option<&str>) -> (bool, bool) {
        let known = provider.and_then(|id| self.hidden.get(id));
        known
            .copied()
            .unwrap_or((!self.paths.is_empty(), !self.paths.is_empty()))
    }
}

impl Engine {
    /// What is masked as things are now.
    pub(crate) async fn mask_rules(&self) -> Result<Arc<Rules>, EngineError> {
        let paths = self.mask_paths().await?;
        Ok(self.core.rules.of(self.core.catalogue.load_full(), paths))
    }
}

fn hidden_facts(provider: &Provider, paths: &[MaskPath]) -> (bool, bool) {
    let is_hidden = |place: &Place| match place {
        Place::Json(path) => paths.iter().any(|masked| masked.touches(path)),
        Place::Form(name) | Place::FormJson(name, _) => paths
            .iter()
            .any(|masked| masked.steps().first().is_some_and(|step| step.fits(name))),
        Place::Header(name) | Place::Query(name) => is_secret_name(name.as_bytes()),
        Place::Body => !paths.is_empty(),
        _ => false,
    };
    let any = |from: &[Template]| from.iter().any(|template| template.reads(&is_hidden));
    (any(&provider.event.from), any(&provider.delivery_id.from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_made_once_for_a_catalogue_and_its_pointers() {
        let last = LastRules::default();
        let catalogue = Catalogue::embedded().unwrap();
        let paths = || vec!["/a".parse::<MaskPath>().unwrap()];
        let first = last.of(Arc::clone(&catalogue), paths());
        assert!(
            Arc::ptr_eq(&first, &last.of(Arc::clone(&catalogue), paths())),
            "not once for each command"
        );
        assert!(
            !Arc::ptr_eq(&first, &last.of(catalogue, Vec::new())),
            "other pointers are other rules"
        );
        let again = last.of(Catalogue::embedded().unwrap(), paths());
        assert!(
            !Arc::ptr_eq(&first, &again),
            "another catalogue may sign elsewhere"
        );
    }
}
