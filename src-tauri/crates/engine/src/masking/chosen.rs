//! What the person chose to be masked, and whether the screen is shared: kept with the data, the same for every program
//! that uses it, and so there again after a restart before anything is shown.

use serde_json::Value;

use super::path::MaskPath;
use crate::changes::Change;
use crate::engine::Engine;
use crate::error::EngineError;

const PATHS: &str = "mask_paths";
const PRESENTING: &str = "presenting";

/// So many pointers are kept at the most.
const MOST: usize = 200;

/// What is kept, as it lies there.
struct Kept {
    paths: Vec<MaskPath>,
    /// What is no pointer to this Hookbench, and may be one to another: it stays.
    unread: Vec<Value>,
}

impl Kept {
    fn of(kept: Option<Value>) -> Self {
        let all = match kept {
            None => Vec::new(),
            Some(Value::Array(all)) => all,
            Some(other) => vec![other],
        };
        let (mut paths, mut unread) = (Vec::new(), Vec::new());
        for one in all {
            match one.as_str().and_then(|text| text.parse().ok()) {
                Some(path) => paths.push(path),
                None => unread.push(one),
            }
        }
        if !unread.is_empty() {
            tracing::warn!(
                number = unread.len(),
                "masked pointers that are kept cannot be read: what they mean is not masked"
            );
        }
        Self { paths, unread }
    }

    fn written(&self) -> Value {
        let paths = self.paths.iter().map(|path| Value::from(path.as_str()));
        paths.chain(self.unread.iter().cloned()).collect()
    }
}

impl Engine {
    /// The pointers to the values of bodies that are masked, in their order of letters.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn mask_paths(&self) -> Result<Vec<MaskPath>, EngineError> {
        Ok(Kept::of(self.core.store.setting(PATHS).await?).paths)
    }

    /// Masks the values at one more pointer; one that is there already stays.
    ///
    /// # Errors
    /// When there are too many, or the store cannot write.
    pub async fn add_mask_path(&self, path: MaskPath) -> Result<Vec<MaskPath>, EngineError> {
        self.change_mask_paths(move |paths| {
            if !paths.contains(&path) {
                if paths.len() >= MOST {
                    return Err(EngineError::bad_input(
                        format!("{MOST} pointers are masked already"),
                        "remove one, or write a `*` where many differ in one step",
                    ));
                }
                paths.push(path);
            }
            paths.sort();
            Ok(())
        })
        .await
    }

    /// Masks the values at a pointer no longer.
    ///
    /// # Errors
    /// When it is not masked, or the store cannot write.
    pub async fn remove_mask_path(&self, path: &MaskPath) -> Result<Vec<MaskPath>, EngineError> {
        let path = path.clone();
        self.change_mask_paths(move |paths| {
            let before = paths.len();
            paths.retain(|known| *known != path);
            if paths.len() == before {
                return Err(EngineError::NotFound {
                    kind: "masked pointer",
                    name: path.to_string(),
                });
            }
            Ok(())
        })
        .await
    }

    async fn change_mask_paths(
        &self,
        change: impl FnOnce(&mut Vec<MaskPath>) -> Result<(), EngineError> + Send + 'static,
    ) -> Result<Vec<MaskPath>, EngineError> {
        let changed = self.core.store.change_setting(PATHS, |kept| {
            let mut kept = Kept::of(kept);
            match change(&mut kept.paths) {
                Ok(()) => (Some(kept.written()), Ok(kept.paths)),
                Err(refused) => (None, Err(refused)),
            }
        });
        let paths = changed.await??;
        self.core.changes.tell(Change::Status);
        Ok(paths)
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
    use serde_json::json;

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
            adding.spawn(async move { engine.add_mask_path(path(&format!("/p{number}"))).await.unwrap() });
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
        let strange = json!(["/b", "$.of.another.version", 7]);
        store.set_setting(PATHS, &strange).await.unwrap();
        bench.engine.add_mask_path(path("/a")).await.unwrap();
        bench.engine.remove_mask_path(&path("/b")).await.unwrap();
        assert_eq!(
            store.setting(PATHS).await.unwrap(),
            Some(json!(["/a", "$.of.another.version", 7])),
            "adding and removing others does not erase it"
        );
        assert_eq!(
            bench.engine.mask_paths().await.unwrap(),
            [path("/a")],
            "what is read"
        );
    }
}
