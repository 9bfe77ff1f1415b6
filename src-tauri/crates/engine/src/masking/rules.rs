//! What is masked by the chosen pointers and the providers that are known: made once for each of the two, since every
//! command asks for it while others see the screen.
//!
//! A pointer holds everywhere, or for the requests of one endpoint. What belongs to no one request is masked by all.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::chosen::ChosenPath;
use super::names::{SigningPlaces, is_secret_name};
use super::path::MaskPath;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::EndpointId;
use crate::provider::{Catalogue, Place, Provider, Template};

/// What is masked, by endpoint.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Where any provider signs.
    pub(super) places: Arc<SigningPlaces>,
    everywhere: Arc<Chosen>,
    /// Of endpoints with pointers of their own: theirs and those that hold everywhere.
    of_endpoints: HashMap<EndpointId, Arc<Chosen>>,
    /// Every pointer.
    all: Arc<Chosen>,
}

/// Which values of bodies are masked.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// The values.
    pub(crate) paths: Vec<MaskPath>,
    /// Of which providers the event's name and the delivery id are read where something is masked.
    hidden: HashMap<String, (bool, bool)>,
}

/// The rules that were made last, and of what.
#[derive(Default)]
pub(crate) struct LastRules(Mutex<Option<Made>>);

struct Made {
    of: Arc<Catalogue>,
    chosen: Vec<ChosenPath>,
    rules: Arc<Rules>,
}

impl LastRules {
    fn of(&self, catalogue: Arc<Catalogue>, chosen: Vec<ChosenPath>) -> Arc<Rules> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*last
            && Arc::ptr_eq(&made.of, &catalogue)
            && made.chosen == chosen
        {
            return Arc::clone(&made.rules);
        }
        let rules = Arc::new(Rules::of(&catalogue, &chosen));
        *last = Some(Made {
            of: catalogue,
            chosen,
            rules: Arc::clone(&rules),
        });
        rules
    }
}

impl Rules {
    pub(super) fn of(catalogue: &Catalogue, chosen: &[ChosenPath]) -> Self {
        let mut places = SigningPlaces::default();
        for provider in catalogue.all() {
            if let Some(scheme) = &provider.scheme {
                places.add(scheme);
            }
            // Where nobody says otherwise, those with parameters sign here.
            let usual = provider.scheme(&provider.with_defaults(&BTreeMap::new()));
            if let Ok(Some(scheme)) = usual {
                places.add(&scheme);
            }
        }
        let those = |holds: &dyn Fn(&ChosenPath) -> bool| {
            let mut paths: Vec<MaskPath> = chosen
                .iter()
                .filter(|one| holds(one))
                .map(|one| one.path.clone())
                .collect();
            paths.sort();
            paths.dedup();
            Arc::new(Chosen::of(catalogue, paths))
        };
        let of_endpoints = chosen
            .iter()
            .filter_map(|one| one.endpoint.as_ref())
            .map(|endpoint| {
                let id = endpoint.id;
                (id, those(&|one: &ChosenPath| one.holds_for(Some(id))))
            })
            .collect();
        Self {
            places: Arc::new(places),
            everywhere: those(&|one: &ChosenPath| one.holds_for(None)),
            of_endpoints,
            all: those(&|_: &ChosenPath| true),
        }
    }

    #[cfg(test)]
    pub(super) fn everywhere_for_tests(paths: Vec<MaskPath>) -> Self {
        let chosen = Arc::new(Chosen {
            paths,
            hidden: HashMap::new(),
        });
        Self {
            everywhere: Arc::clone(&chosen),
            all: chosen,
            ..Self::default()
        }
    }

    /// What is masked in the requests of an endpoint, or in those of none.
    pub(crate) fn of_endpoint(&self, endpoint: Option<EndpointId>) -> &Arc<Chosen> {
        endpoint
            .and_then(|id| self.of_endpoints.get(&id))
            .unwrap_or(&self.everywhere)
    }

    /// What is masked where it is not known what request it is of.
    pub(super) const fn all(&self) -> &Arc<Chosen> {
        &self.all
    }
}

impl Chosen {
    fn of(catalogue: &Catalogue, paths: Vec<MaskPath>) -> Self {
        let hidden = catalogue
            .all()
            .iter()
            .map(|provider| (provider.id.clone(), hidden_facts(provider, &paths)))
            .collect();
        Self { paths, hidden }
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
        let chosen = self.mask_paths().await?;
        Ok(self.core.rules.of(self.core.catalogue.load_full(), chosen))
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
    use crate::masking::MaskedEndpoint;

    fn chosen(text: &str, endpoint: Option<(&str, EndpointId)>) -> ChosenPath {
        ChosenPath {
            path: text.parse().unwrap(),
            endpoint: endpoint.map(|(path, id)| MaskedEndpoint {
                path: path.to_owned(),
                id,
            }),
        }
    }

    #[test]
    fn rules_are_made_once_for_a_catalogue_and_its_pointers() {
        let last = LastRules::default();
        let catalogue = Catalogue::embedded().unwrap();
        let paths = || vec![chosen("/a", None)];
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

    #[test]
    fn a_pointer_of_an_endpoint_holds_for_its_requests_and_where_nobody_knows_whose_they_are() {
        let [one, other] = [EndpointId::generate(), EndpointId::generate()];
        let catalogue = Catalogue::embedded().unwrap();
        let rules = Rules::of(
            &catalogue,
            &[
                chosen("/everywhere", None),
                chosen("/type", Some(("/one", one))),
                chosen("/everywhere", Some(("/one", one))),
            ],
        );
        let told =
            |chosen: &Chosen| -> Vec<String> { chosen.paths.iter().map(ToString::to_string).collect() };
        assert_eq!(told(rules.of_endpoint(Some(one))), ["/everywhere", "/type"]);
        for elsewhere in [Some(other), None] {
            assert_eq!(told(rules.of_endpoint(elsewhere)), ["/everywhere"]);
        }
        assert_eq!(told(rules.all()), ["/everywhere", "/type"]);
        let event = |endpoint| rules.of_endpoint(endpoint).hidden_facts(Some("stripe")).0;
        assert_eq!(
            (event(Some(one)), event(Some(other))),
            (true, false),
            "so is the name of an event that is read there"
        );
    }
}
