//! What an endpoint does beside keeping requests.

use std::time::Duration;

use hookbench_engine::model::{
    AnswerRule, EndpointId, Fault, FaultKind, FaultReach, KeptAnswer, RequestSummary,
};
use hookbench_engine::{Engine, VARIABLES};

use super::endpoints::one;
use crate::error::{ApiError, Code};
use crate::types::{
    AnswerRuleView, EndpointView, FaultView, FaultWord, GivenAnswerView, Nothing, OrderedFault, ReachWord,
    SetAnswer, SetFault, VariableView,
};

pub(super) async fn set_answer(engine: &Engine, arguments: SetAnswer) -> Result<EndpointView, ApiError> {
    let endpoint: EndpointId = arguments.endpoint.parse()?;
    let rule = arguments.answer.map(|answer| AnswerRule {
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
        delay: Duration::from_millis(answer.delay_millis.into()),
    });
    engine.set_answer(endpoint, rule).await?;
    one(engine, &arguments.endpoint).await
}

pub(super) async fn variables(_: &Engine, _: Nothing) -> Result<Vec<VariableView>, ApiError> {
    Ok(VARIABLES
        .iter()
        .map(|(name, meaning)| VariableView {
            name: (*name).to_owned(),
            meaning: (*meaning).to_owned(),
        })
        .collect())
}

pub(super) async fn set_fault(engine: &Engine, arguments: SetFault) -> Result<EndpointView, ApiError> {
    let endpoint: EndpointId = arguments.endpoint.parse()?;
    let fault = arguments.fault.map(ordered).transpose()?;
    engine.set_fault(endpoint, fault).await?;
    one(engine, &arguments.endpoint).await
}

fn ordered(fault: OrderedFault) -> Result<(FaultKind, FaultReach), ApiError> {
    let kind = match fault.kind {
        FaultWord::Fail => FaultKind::Fail {
            status: small(fault.amount, "a status")?,
        },
        FaultWord::Delay => FaultKind::Delay {
            by: Duration::from_millis(fault.amount.into()),
        },
        FaultWord::Close => FaultKind::Close,
        FaultWord::Cut => FaultKind::Cut,
    };
    let reach = match fault.reach {
        ReachWord::Next => FaultReach::Next(fault.extent),
        ReachWord::Share => FaultReach::Share(small(fault.extent, "a share of a hundred")?),
        ReachWord::All => FaultReach::All,
    };
    Ok((kind, reach))
}

fn small<T: TryFrom<u32>>(number: u32, what: &str) -> Result<T, ApiError> {
    T::try_from(number).map_err(|_| ApiError {
        code: Code::BadInput,
        message: format!("`{number}` is not {what}"),
        hint: None,
    })
}

pub(super) fn rule_view(rule: &AnswerRule) -> AnswerRuleView {
    AnswerRuleView {
        status: rule.status,
        headers: rule.headers.clone(),
        body: rule.body.clone(),
        delay_millis: millis(rule.delay),
    }
}

pub(super) fn fault_view(fault: &Fault) -> FaultView {
    let (kind, amount) = match fault.kind {
        FaultKind::Fail { status } => (FaultWord::Fail, status.into()),
        FaultKind::Delay { by } => (FaultWord::Delay, millis(by)),
        FaultKind::Close => (FaultWord::Close, 0),
        FaultKind::Cut => (FaultWord::Cut, 0),
    };
    let (reach, extent) = match fault.reach {
        FaultReach::Next(count) => (ReachWord::Next, count),
        FaultReach::Share(percent) => (ReachWord::Share, percent.into()),
        FaultReach::All => (ReachWord::All, 0),
    };
    FaultView {
        kind,
        amount,
        reach,
        extent,
        struck: fault.struck,
    }
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

/// After how many seconds the provider of a request gives up, where that is documented.
pub(super) fn within(engine: &Engine, summary: &RequestSummary) -> Option<u32> {
    let provider = summary.recognition.provider.as_deref()?;
    engine.catalogue().get(provider)?.answer_within
}

pub(super) fn given_view(answer: &KeptAnswer, within: Option<u32>) -> GivenAnswerView {
    GivenAnswerView {
        source: answer.source.as_str().to_owned(),
        micros: answer.micros,
        length: answer.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64),
        within,
    }
}
