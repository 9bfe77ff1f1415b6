//! Targets: kept, looked at, agreed to.

use std::time::Duration;

use hookbench_engine::model::{
    Credentials, HeaderRule, PathRule, Redirects, Target, TargetId, TargetRules, TimeoutRules, TrustRule,
};
use hookbench_engine::{Engine, Reachability};

use super::deliveries::aim;
use crate::error::ApiError;
use crate::types::{
    CertificateView, CredentialsView, HeaderAction, HeaderRuleView, HostRef, Nothing, PathView,
    ReachabilityView, RetryPreset, RulesView, SaveTarget, TargetView, TrustView, WayRef,
};

pub(super) async fn list(engine: &Engine, _: Nothing) -> Result<Vec<TargetView>, ApiError> {
    Ok(engine.targets().await?.into_iter().map(view).collect())
}

pub(super) async fn save(engine: &Engine, arguments: SaveTarget) -> Result<TargetView, ApiError> {
    let id: Option<TargetId> = arguments.id.map(|id| id.parse()).transpose()?;
    let rules = match (arguments.rules, id) {
        (Some(rules), _) => read_rules(rules),
        (None, Some(id)) => engine.target(id).await?.rules,
        (None, None) => TargetRules::default(),
    };
    Ok(view(
        engine
            .save_target(id, &arguments.name, &arguments.url, rules)
            .await?,
    ))
}

pub(super) async fn check(engine: &Engine, _: Nothing) -> Result<Vec<ReachabilityView>, ApiError> {
    Ok(engine
        .check_targets()
        .await?
        .into_iter()
        .map(reachability)
        .collect())
}

pub(super) async fn credentials(engine: &Engine, arguments: WayRef) -> Result<CredentialsView, ApiError> {
    let aim = aim(arguments.target.as_ref(), &arguments.url)?;
    Ok(CredentialsView {
        withheld: engine.keeps_credentials(&aim).await?,
    })
}

pub(super) async fn certificate(engine: &Engine, arguments: HostRef) -> Result<CertificateView, ApiError> {
    let shown = engine.shown_certificate(&arguments.url).await?;
    Ok(CertificateView {
        pem: shown.pem,
        sha256: shown.sha256,
    })
}

pub(super) async fn allow_host(engine: &Engine, arguments: HostRef) -> Result<Nothing, ApiError> {
    engine.allow_host(&arguments.url).await?;
    Ok(Nothing {})
}

pub(super) async fn allow_live(engine: &Engine, arguments: HostRef) -> Result<Nothing, ApiError> {
    engine.allow_live(&arguments.url).await?;
    Ok(Nothing {})
}

pub(super) async fn withdraw(engine: &Engine, arguments: HostRef) -> Result<Nothing, ApiError> {
    engine.withdraw_consent(&arguments.url).await?;
    Ok(Nothing {})
}

pub(super) async fn retry_presets(engine: &Engine, _: Nothing) -> Result<Vec<RetryPreset>, ApiError> {
    Ok(engine
        .catalogue()
        .all()
        .iter()
        .filter(|provider| !provider.retry_after.is_empty())
        .map(|provider| RetryPreset {
            title: provider.name.clone(),
            provider: provider.id.clone(),
            note: provider.retries.clone().unwrap_or_default(),
            waits: provider
                .retry_after
                .iter()
                .map(|seconds| u64::from(*seconds) * 1000)
                .collect(),
        })
        .collect())
}

fn reachability(told: Reachability) -> ReachabilityView {
    ReachabilityView {
        target: told.target.to_string(),
        reachable: told.reachable,
        message: match told.told {
            Ok(took) => format!("it accepts connections ({:.1} ms)", took.as_secs_f64() * 1000.0),
            Err(why) => why,
        },
    }
}

fn view(target: Target) -> TargetView {
    let rules = target.rules;
    let millis =
        |limit: Option<Duration>| limit.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
    TargetView {
        id: target.id.to_string(),
        name: target.name,
        url: target.url,
        rules: RulesView {
            path: match rules.path {
                PathRule::Url => PathView::Url,
                PathRule::Keep => PathView::Keep,
                PathRule::Prefix { from, to } => PathView::Prefix { from, to },
                PathRule::Fixed(path) => PathView::Fixed { path },
            },
            headers: rules.headers.into_iter().map(header_view).collect(),
            connect_ms: millis(rules.timeouts.connect),
            first_byte_ms: millis(rules.timeouts.first_byte),
            total_ms: millis(rules.timeouts.total),
            trust: match rules.trust {
                TrustRule::System => TrustView::System,
                TrustRule::Certificate(pem) => TrustView::Certificate { pem },
                TrustRule::Anything => TrustView::Anything,
            },
            follow_redirects: rules.redirects == Redirects::Followed,
            send_credentials: rules.credentials == Credentials::Sent,
        },
    }
}

fn header_view(rule: HeaderRule) -> HeaderRuleView {
    let (action, name, value) = match rule {
        HeaderRule::Add { name, value } => (HeaderAction::Add, name, value),
        HeaderRule::Remove { name } => (HeaderAction::Remove, name, String::new()),
        HeaderRule::Replace { name, value } => (HeaderAction::Replace, name, value),
    };
    HeaderRuleView { action, name, value }
}

fn read_rules(view: RulesView) -> TargetRules {
    let limit = |millis: Option<u64>| millis.map(Duration::from_millis);
    TargetRules {
        path: match view.path {
            PathView::Url => PathRule::Url,
            PathView::Keep => PathRule::Keep,
            PathView::Prefix { from, to } => PathRule::Prefix { from, to },
            PathView::Fixed { path } => PathRule::Fixed(path),
        },
        headers: view
            .headers
            .into_iter()
            .map(|rule| {
                let (name, value) = (rule.name.trim().to_owned(), rule.value);
                match rule.action {
                    HeaderAction::Add => HeaderRule::Add { name, value },
                    HeaderAction::Remove => HeaderRule::Remove { name },
                    HeaderAction::Replace => HeaderRule::Replace { name, value },
                }
            })
            .collect(),
        timeouts: TimeoutRules {
            connect: limit(view.connect_ms),
            first_byte: limit(view.first_byte_ms),
            total: limit(view.total_ms),
        },
        trust: match view.trust {
            TrustView::System => TrustRule::System,
            TrustView::Certificate { pem } => TrustRule::Certificate(pem),
            TrustView::Anything => TrustRule::Anything,
        },
        redirects: if view.follow_redirects {
            Redirects::Followed
        } else {
            Redirects::Shown
        },
        credentials: if view.send_credentials {
            Credentials::Sent
        } else {
            Credentials::Withheld
        },
    }
}
