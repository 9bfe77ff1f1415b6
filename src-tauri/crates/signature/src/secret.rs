//! Secrets: a name that may be shown and a value that may not.

use std::fmt;

/// A secret as the person pasted it (text, `whsec_…`, PEM, JWK …) under the name it is shown by.
///
/// The value is left out of `Debug`, there is no `Display` and no serialisation; [`Secret::expose`] is the one way to
/// it, so that its uses can be found.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    name: String,
    value: String,
}

impl Secret {
    /// A secret under a name.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }

    /// The name it is shown by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value. Never log, show or store what this returns.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// A form that may be shown: a well-known public prefix (`whsec_`) and dots, never a part of the secret itself.
    #[must_use]
    pub fn masked(&self) -> String {
        const PREFIXES: [&str; 13] = [
            "v1,whsec_",
            "whsec_",
            "whpk_",
            "whsk_",
            "pdl_ntfset_",
            "wbhsec_",
            "sk_live_",
            "sk_test_",
            "pk_live_",
            "pk_test_",
            "polar_whs_",
            "lin_wh_",
            "-----BEGIN",
        ];
        let prefix = PREFIXES
            .into_iter()
            .find(|prefix| self.value.starts_with(prefix))
            .unwrap_or("");
        format!("{prefix}••••••••")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Secret")
            .field("name", &self.name)
            .field("value", &"[redacted]")
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_mask_hide_the_value() {
        let secret = Secret::new("live", "whsec_plJ3nmyCDGBKInavdOK15jsl");
        assert!(
            !format!("{secret:?}").contains("plJ3"),
            "debug output is redacted"
        );
        assert_eq!(
            secret.masked(),
            "whsec_••••••••",
            "only the public prefix is shown"
        );
    }
}
