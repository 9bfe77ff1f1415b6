//! What the person chose to be masked, and whether the screen is shared: kept with the data, the same for every program
//! that uses it, and so there again after a restart before anything is shown.

use serde_json::Value;

use super::path::MaskPath;
use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::model::EndpointId;

const PRESENTING: &str = "presenting";

/// So many pointers are kept at the most.
const MOST: u32 = 200;

/// A pointer whose values are masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChosenPath {
    /// The pointer.
    pub path: MaskPath,
    /// Whose requests it holds for; all where there is none.
    pub endpoint: Option<MaskedEndpoint>,
}

/// An endpoint with a pointer of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaskedEndpoint {
    /// Its path as it is now.
    pub path: String,
    /// Its id.
    pub id: EndpointId,
}

impl ChosenPath {
    /// Whether it holds for the requests of an endpoint, or for those of none.
    #[must_use]
    pub fn holds_for(&self, endpoint: Option<EndpointId>) -> bool {
        self.endpoint.as_ref().is_none_or(|of| Some(of.id) == endpoint)
    }
}

impl Engine {
    /// The pointers to the values of bodies that are masked, in their order of letters, those that hold everywhere before
    /// the same ones of endpoints.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn mask_paths(&self) -> Result<Vec<ChosenPath>, EngineError> {
        let mut unread = 0;
        let mut chosen = Vec::new();
        for (pointer, endpoint) in self.core.store.mask_paths().await? {
            match pointer.parse() {
                Ok(path) => chosen.push(ChosenPath { path, endpoint }),
                // It may be one to another Hookbench: it stays.
                Err(_) => unread += 1,
            }
        }
        if unread > 0 {
            tracing::warn!(
                number = unread,
                "masked pointers that are kept cannot be read: what they mean is not masked"
            );
        }
        chosen.sort();
        Ok(chosen)
    }

    /// Masks the values at one more pointer, of one endpoint's requests or of all; one that is there already stays.
    ///
    /// # Errors
    /// When there are too many, there is no such endpoint, or the store cannot write.
    pub async fn add_mask_path(
        &self,
        path: MaskPath,
        endpoint: Option<EndpointId>,
    ) -> Result<Vec<ChosenPath>, EngineError> {
        if !self
            .core
            .store
            .add_mask_path(path.as_str(), endpoint, MOST)
            .await?
        {
            return Err(EngineError::bad_input(
                format!("{MOST} pointers are masked already"),
                "remove one, or write a `*` where many differ in one step",
            ));
        }
        self.masked_otherwise().await
    }

    /// Masks the values at a pointer no longer, where it was chosen for one endpoint or for all.
    ///
    /// # Errors
    /// When it is not masked there, or the store cannot write.
    pub async fn remove_mask_path(
        &self,
        path: &MaskPath,
        endpoint: Option<EndpointId>,
    ) -> Result<Vec<ChosenPath>, EngineError> {
        self.core.store.remove_mask_path(path.as_str(), endpoint).await?;
        self.masked_otherwise().await
    }

    async fn masked_otherwise(&self) -> Result<Vec<ChosenPath>, EngineError> {
        self.core.changes.tell(Change::Status);
        self.mask_paths().await
    }

    /// Whether what is shown on a screen is masked.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn presenting(&self) -> Result<bool, EngineError> {
        let kept = self.core.store.setting(PRESENTING).await?;
        Ok(kept.as_ref().and_then(Value::as_bool).unwrap_or(false))
    }

    /// Masks what is shown on a screen from now on, or no longer.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn set_presenting(&self, on: bool) -> Result<(), EngineError> {
        self.core.store.set_setting(PRESENTING, &on.into()).await?;
        self.core.forget_what_was_shown();
        self.core.changes.tell(Change::Status);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture_for_tests::bench;
    use crate::options::Options;
    use crate::secrets::Preference;

    fn path(text: &str) -> MaskPath {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn pointers_that_two_programs_add_at_once_are_all_kept() {
        let bench = bench().await;
        let options = Options {
            secrets: Preference::Files,
            ..Options::at(Some(bench.engine.data_dir().to_owned()))
        };
        let other = Engine::open(options).await.unwrap();
        let mut adding = tokio::task::JoinSet::new();
        for number in 0..20 {
            let engine = if number % 2 == 0 {
                bench.engine.clone()
            } else {
                other.clone()
            };
            adding.spawn(async move {
                engine
                    .add_mask_path(path(&format!("/p{number}")), None)
                    .await
                    .unwrap()
            });
        }
        adding.join_all().await;
        assert_eq!(
            bench.engine.mask_paths().await.unwrap().len(),
            20,
            "none of them took the place of another"
        );
        other.shut_down().await;
    }

    #[tokio::test]
    async fn what_cannot_be_read_of_the_pointers_is_kept_for_who_can() {
        let bench = bench().await;
        let store = &bench.engine.core.store;
        for strange in ["/b", "$.of.another.version"] {
            store.add_mask_path(strange, None, MOST).await.unwrap();
        }
        bench.engine.add_mask_path(path("/a"), None).await.unwrap();
        bench.engine.remove_mask_path(&path("/b"), None).await.unwrap();
        let kept = store.mask_paths().await.unwrap();
        assert!(
            kept.contains(&("$.of.another.version".to_owned(), None)),
            "adding and removing others does not erase it: {kept:?}"
        );
        assert_eq!(
            bench.engine.mask_paths().await.unwrap(),
            [ChosenPath {
                path: path("/a"),
                endpoint: None
            }],
            "what is read"
        );
    }

    #[tokio::test]
    async fn a_pointer_of_an_endpoint_holds_everywhere_once_that_is_removed() {
        let bench = bench().await;
        let engine = &bench.engine;
        let told = async || -> Vec<String> {
            (engine.mask_paths().await.unwrap().into_iter())
                .map(|one| {
                    format!(
                        "{} {}",
                        one.path,
                        one.endpoint.map_or_else(String::new, |of| of.path)
                    )
                })
                .collect()
        };
        let id = bench.endpoint_without_provider("/in", &[]).await;
        for (text, endpoint) in [("/a", Some(id)), ("/a", None), ("/a", Some(id)), ("/b", Some(id))] {
            engine.add_mask_path(path(text), endpoint).await.unwrap();
        }
        assert_eq!(
            told().await,
            ["/a ", "/a /in", "/b /in"],
            "each once in each place"
        );
        assert!(
            engine
                .add_mask_path(path("/a"), Some(EndpointId::generate()))
                .await
                .is_err(),
            "there is no such endpoint"
        );
        engine.remove_mask_path(&path("/a"), None).await.unwrap();
        assert!(
            engine.remove_mask_path(&path("/a"), None).await.is_err(),
            "it was there once"
        );
        assert_eq!(told().await, ["/a /in", "/b /in"], "the other one stays");
        engine.add_mask_path(path("/a"), None).await.unwrap();
        engine.remove_endpoint(id).await.unwrap();
        assert_eq!(
            told().await,
            ["/a ", "/b "],
            "its requests stay, and what is secret in them is masked still"
        );
        engine.remove_mask_path(&path("/a"), None).await.unwrap();
        assert_eq!(told().await, ["/b "], "one removal is enough");
    }

    #[tokio::test]
    async fn more_pointers_than_can_be_kept_are_refused() {
        let bench = bench().await;
        for number in 0..MOST {
            bench
                .engine
                .add_mask_path(path(&format!("/p{number}")), None)
                .await
                .unwrap();
        }
        let refused = bench.engine.add_mask_path(path("/more"), None).await.unwrap_err();
        assert!(refused.to_string().contains("200 pointers"), "{refused}");
        bench.engine.add_mask_path(path("/p0"), None).await.unwrap();
    }
}
