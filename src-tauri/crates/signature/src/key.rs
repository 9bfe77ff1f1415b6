//! From a pasted secret to a key.

use std::borrow::Cow;

use crate::digest;
use crate::encoding;
use crate::scheme::{SecretDecoding, SecretForm};
use crate::secret::Secret;

/// What a form makes of a secret.
pub(crate) enum Made<'a> {
    /// A key.
    Key(Cow<'a, [u8]>),
    /// The form is not meant for this secret.
    NotMeant,
    /// The secret is not written in this form.
    Unreadable,
}

impl SecretForm {
    /// The key of a secret in this form.
    pub(crate) fn key<'a>(&self, secret: &'a Secret) -> Made<'a> {
        let mut text = secret.expose();
        if self
            .only_with
            .as_deref()
            .is_some_and(|prefix| !text.starts_with(prefix))
            || self
                .not_with
                .as_deref()
                .is_some_and(|prefix| text.starts_with(prefix))
        {
            return Made::NotMeant;
        }
        if let Some(split) = self.split.as_deref().filter(|split| !split.is_empty()) {
            let Some(part) = text.split(split).nth(self.part.unwrap_or(0)) else {
                return Made::Unreadable;
            };
            text = part;
        }
        if let Some(prefix) = self.strip.as_deref() {
            text = text.strip_prefix(prefix).unwrap_or(text);
        }
        let bytes = match self.decode {
            SecretDecoding::Text => Some(Cow::Borrowed(text.as_bytes())),
            SecretDecoding::Hex => encoding::hex_any(text.as_bytes()).map(Cow::Owned),
            SecretDecoding::Base64 => encoding::base64_any(text.as_bytes()).map(Cow::Owned),
        };
        match bytes {
            Some(bytes) if bytes.is_empty() => Made::Unreadable,
            Some(bytes) => Made::Key(match self.hash {
                Some(hash) => Cow::Owned(digest::of(hash, &bytes).as_bytes().to_vec()),
                None => bytes,
            }),
            None => Made::Unreadable,
        }
    }

    /// The form in words: `base64 after whsec_`.
    pub(crate) fn describe(&self) -> String {
        let mut words = match self.decode {
            SecretDecoding::Text => "the text as pasted".to_owned(),
            SecretDecoding::Hex => "hex".to_owned(),
            SecretDecoding::Base64 => "base64".to_owned(),
        };
        if let Some(split) = &self.split {
            words = format!("{words}, part {} by `{split}`", self.part.unwrap_or(0) + 1);
        }
        if let Some(prefix) = &self.strip {
            words = format!("{words} after `{prefix}`");
        }
        if let Some(hash) = self.hash {
            words = format!("the {} of {words}", hash.title());
        }
        words
    }
}

/// A secret without any content cannot check anything.
pub(crate) fn is_blank(secret: &Secret) -> bool {
    secret.expose().trim().is_empty()
}
