//! Providers and their samples.

/// A provider as it is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// Its id, e.g. `stripe`.
    pub id: String,
    /// Its name, e.g. `Stripe`.
    pub name: String,
    /// Where its webhooks are documented.
    pub docs: Option<String>,
    /// What should be known of it, e.g. that its scheme is inferred.
    pub note: Option<String>,
    /// How well what is known of it is founded, e.g. `A+B`; what that means is in `evidence_meaning`.
    pub evidence: String,
    /// What the grade means, without a full stop.
    pub evidence_meaning: String,
    /// What the evidence is, where the grade alone says too little.
    pub evidence_note: Option<String>,
    /// The seconds after which it gives up waiting for an answer, where that is documented.
    pub answer_within: Option<u32>,
    /// Whether its requests are signed, so that a secret is of use.
    pub signed: bool,
    /// Whether a public key or a certificate checks its signatures, and not a secret.
    pub public_key: bool,
    /// Where its secret, key or certificate is found, in words.
    pub key_source: Option<String>,
    /// What the person chooses for its scheme.
    pub parameters: Vec<ParameterView>,
    /// Its samples.
    pub samples: Vec<SampleView>,
}

/// Something the person chooses for a provider's scheme.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ParameterView {
    /// Its name in the scheme, e.g. `header`.
    pub name: String,
    /// What it is called on the screen.
    pub label: String,
    /// Its value where nothing is chosen.
    pub default: Option<String>,
    /// What to put there.
    pub hint: Option<String>,
    /// What can be chosen; empty where any text can.
    pub choices: Vec<String>,
}

/// A sample as it is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SampleView {
    /// Its name within the provider, e.g. `invoice.paid`.
    pub name: String,
    /// What it tells, in a few words.
    pub title: String,
}

/// Sends a sample event through the listener, signed with the endpoint's secret. Where the provider has no endpoint
/// yet, one is made with a random secret.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SendSample {
    /// The id of the provider.
    pub provider: String,
    /// The name of the sample.
    pub sample: String,
}

/// A sample went through the listener.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct SampleSent {
    /// The path it went to.
    pub path: String,
    /// The status that the listener answered.
    pub status: u16,
    /// Why it is not signed, where its provider would sign it.
    pub unsigned: Option<String>,
    /// Whether it is signed with a test key of Hookbench's own, since only its provider has the real one.
    pub with_test_key: bool,
}
