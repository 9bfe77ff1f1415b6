//! A request as a person writes it: a draft beside a captured one, or a template with variables.

use bytes::Bytes;

use super::{RawHead, RequestId, Timestamp};

/// What a person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Name and value of each header, in order.
    pub headers: Vec<(String, String)>,
    /// The body; `None` where it is the captured one.
    pub body: Option<Bytes>,
    /// What is done about the signature, as a word; never a secret's value.
    pub signature: String,
    /// Whether it goes under another delivery id.
    pub new_id: bool,
}

/// A copy of a request that is being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDraft {
    /// The request it is a copy of.
    pub request: RequestId,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What it is.
    pub written: Written,
    /// Heads with the hosts of requests and those of their credentials that stand in it as they came: of this request,
    /// and of those of templates that it was made of.
    pub captured: Vec<RawHead>,
}

/// A draft as it is listed, without what was written into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftLine {
    /// The request it is a copy of.
    pub request: RequestId,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
}

/// Something that is sent again and again, with variables in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTemplate {
    /// Its name.
    pub name: String,
    /// What it is; its body is always there.
    pub written: Written,
    /// The request it was made from, which may be gone.
    pub request: RequestId,
    /// The target of that request: it tells the endpoint whose secret signs.
    pub target: String,
    /// Who that request came from.
    pub provider: Option<String>,
    /// How often it was used.
    pub used: u64,
    /// Heads with the host of that request, and of those of templates that it was made of, and those of their
    /// credentials that stand in it as they came.
    pub captured: Vec<RawHead>,
}

/// A template as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateLine {
    /// What is kept; its body is there only where it may have variables.
    pub kept: KeptTemplate,
    /// The length of the body.
    pub body_length: u64,
}
