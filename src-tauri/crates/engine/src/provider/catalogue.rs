//! All the providers there are: the files in `providers/`, read once.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::detect::Detector;
use super::embedded::FILES;
use super::{Detected, Facts, Provider};

/// Every provider, and the rules by which they are told apart.
#[derive(Debug)]
pub struct Catalogue {
    providers: Vec<Provider>,
    by_id: HashMap<String, usize>,
    detector: Detector,
}

/// Why a provider file could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// It is not the TOML that a provider file must be.
    #[error("`{file}` line {line}, column {column}: {reason}")]
    Unreadable {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// It can be read and says something that cannot be.
    #[error("`{file}`: {reason}")]
    Wrong {
        /// The file's name.
        file: String,
        /// What cannot be.
        reason: String,
    },
}

impl Catalogue {
    /// The providers that come with the program. They are read at the first call.
    ///
    /// # Errors
    /// A file is bad; a test keeps that from being released.
    pub fn embedded() -> Result<Arc<Self>, CatalogueError> {
        static EMBEDDED: OnceLock<Result<Arc<Catalogue>, CatalogueError>> = OnceLock::new();
        EMBEDDED
            .get_or_init(|| Self::read(FILES.iter().copied()).map(Arc::new))
            .clone()
    }

    /// The providers that these files, each a name and a text, define.
    ///
    /// # Errors
    /// A file is bad, or defines what another has defined.
    pub fn read<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<Self, CatalogueError> {
        let mut named = Vec::new();
        for (file, text) in files {
            named.push((file.to_owned(), Provider::read(file, text)?));
        }
        Self::of(named)
    }

    /// These providers and the person's own, which go before those of the same id.
    ///
    /// # Errors
    /// Two of the person's own have one id, or one goes by the alias of another.
    pub fn with_own(&self, own: Vec<Provider>) -> Result<Self, CatalogueError> {
        let replaced = |provider: &&Provider| !own.iter().any(|other| other.id == provider.id);
        let kept: Vec<Provider> = self.providers.iter().filter(replaced).cloned().collect();
        Self::of(
            kept.into_iter()
                .chain(own)
                .map(|provider| (provider.id.clone(), provider))
                .collect(),
        )
    }

    fn of(named: Vec<(String, Provider)>) -> Result<Self, CatalogueError> {
        let mut providers: Vec<Provider> = Vec::with_capacity(named.len());
        let mut by_id = HashMap::new();
        for (file, provider) in named {
            for id in std::iter::once(&provider.id).chain(&provider.aliases) {
                if by_id.insert(id.clone(), providers.len()).is_some() {
                    let reason = format!("the provider `{id}` is defined twice");
                    return Err(CatalogueError::Wrong { file, reason });
                }
            }
            providers.push(provider);
        }
        let detector = Detector::of(&providers);
        Ok(Self {
            providers,
            by_id,
            detector,
        })
    }

    /// The provider with this id or alias.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Provider> {
        self.by_id.get(id).and_then(|index| self.providers.get(*index))
    }

    /// Every provider, by id.
    #[must_use]
    pub fn all(&self) -> &[Provider] {
        &self.providers
    }

    /// Who sent this request.
    #[must_use]
    pub fn detect(&self, facts: &Facts<'_>) -> Detected {
        self.detector.detect(&self.providers, facts)
    }
}

impl Provider {
    /// Reads one provider file; `file` is the name that errors give.
    ///
    /// # Errors
    /// It is not TOML, not a provider, or says something that makes no sense.
    pub fn read(file: &str, text: &str) -> Result<Self, CatalogueError> {
        let provider: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let before = &text.as_bytes()[..at];
            let line_start = before
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |newline| newline + 1);
            CatalogueError::Unreadable {
                file: file.to_owned(),
                line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
                column: String::from_utf8_lossy(&before[line_start..]).chars().count() + 1,
                reason: error.message().trim_end_matches('.').to_owned(),
            }
        })?;
        match provider.fault() {
            None => Ok(provider),
            Some(reason) => Err(CatalogueError::Wrong {
                file: file.to_owned(),
                reason,
            }),
        }
    }

    /// This provider as a file that [`Provider::read`] reads.
    ///
    /// # Errors
    /// It cannot be written as TOML; none that was read from there is such.
    pub fn to_toml(&self) -> Result<String, CatalogueError> {
        toml::to_string_pretty(self).map_err(|error| CatalogueError::Wrong {
            file: self.id.clone(),
            reason: error.to_string(),
        })
    }

    /// What a file can say though it makes no sense.
    fn fault(&self) -> Option<String> {
        let id_fits = !self.id.is_empty()
            && self
                .id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !id_fits {
            return Some(format!(
                "the id `{}` may hold lower-case letters, digits and `-` only",
                self.id
            ));
        }
        if let Some(position) = self.detect.iter().position(|rule| rule.when.is_empty()) {
            return Some(format!(
                "`detect` rule {} has no condition and would match everything",
                position + 1
            ));
        }
        if let Some(rule) = self.handshake.iter().find(|rule| rule.when.is_empty()) {
            return Some(format!(
                "the handshake `{}` has no condition and would answer everything",
                rule.name
            ));
        }
        let mut names: Vec<_> = self.sample.iter().map(|sample| sample.name.as_str()).collect();
        names.sort_unstable();
        names
            .windows(2)
            .find(|pair| pair[0] == pair[1])
            .map(|pair| format!("two samples are named `{}`", pair[0]))
    }
}
