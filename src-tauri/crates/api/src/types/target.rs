//! Targets and what is done to what goes there.

/// A target as it is shown.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TargetView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// What is done to what goes there.
    pub rules: RulesView,
}

/// What is done to what goes to a target, and how it is spoken to.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct RulesView {
    /// Which path a request gets there.
    pub path: PathView,
    /// What happens to header lines, in this order.
    pub headers: Vec<HeaderRuleView>,
    /// Resolving, connecting and the TLS handshake together, ms; `null` for the usual.
    pub connect_ms: Option<u64>,
    /// From the last byte that went to the first that comes, ms; `null` for the usual.
    pub first_byte_ms: Option<u64>,
    /// The whole attempt, ms; `null` for the usual.
    pub total_ms: Option<u64>,
    /// Whose certificates are believed.
    pub trust: TrustView,
    /// Redirects are followed instead of being the answer.
    pub follow_redirects: bool,
    /// `Cookie` and `Authorization` of captured requests go there even where it is far away.
    pub send_credentials: bool,
}

/// Which path a request gets at a target.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum PathView {
    /// That of the URL where it has one, that of the request where it has none.
    #[default]
    Url,
    /// That of the URL, followed by that of the request.
    Keep,
    /// The same with its beginning replaced.
    Prefix {
        /// What is replaced.
        from: String,
        /// What comes in its place.
        to: String,
    },
    /// Always this one.
    Fixed {
        /// The path; may have a query.
        path: String,
    },
}

/// What happens to header lines of a name.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct HeaderRuleView {
    /// A line is added, all lines go, or the first gets the value.
    pub action: HeaderAction,
    /// The name.
    pub name: String,
    /// The value; not used where lines are removed.
    #[serde(default)]
    pub value: String,
}

/// What a header rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum HeaderAction {
    /// A line is added at the end.
    Add,
    /// All lines of the name go.
    Remove,
    /// The first line of the name gets the value, its others go.
    Replace,
}

/// Whose certificates are believed.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum TrustView {
    /// Those that the roots of the operating system vouch for.
    #[default]
    System,
    /// Those, and these.
    Certificate {
        /// Certificates in PEM form.
        pem: String,
    },
    /// Any: whoever sits in between reads and changes everything.
    Anything,
}

/// Makes a target, or changes the one with this id.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SaveTarget {
    /// The id of the target to change; `null` makes one.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// What is done to what goes there; `null` leaves that as it is.
    pub rules: Option<RulesView>,
}

/// Names a target.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct TargetRef {
    /// Its id.
    pub id: String,
}

/// Names a host by a URL that leads there.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct HostRef {
    /// The URL.
    pub url: String,
}

/// Names a way: a target, or else a URL.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct WayRef {
    /// The URL. Not used where `target` is given.
    #[serde(default)]
    pub url: String,
    /// The id of the target.
    #[serde(default)]
    pub target: Option<String>,
}

/// What is done about credentials that captured requests came with.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsView {
    /// They stay here, but for those that came for the very host it goes to.
    pub withheld: bool,
}

/// Whether somebody accepts connections at a target.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct ReachabilityView {
    /// The id of the target.
    pub target: String,
    /// `null` where it was not looked at.
    pub reachable: Option<bool>,
    /// How it stands, in a sentence.
    pub message: String,
}

/// The certificate that a host shows.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct CertificateView {
    /// In PEM form.
    pub pem: String,
    /// SHA-256 over it, in hexadecimal.
    pub sha256: String,
}

/// A way to try again after failures.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct RetryPreset {
    /// Whose habit it is.
    pub title: String,
    /// The id of the provider whose habit it is.
    pub provider: String,
    /// How it goes, in words.
    pub note: String,
    /// The wait before each retry, ms.
    pub waits: Vec<u64>,
}
