//! `hookbench forward`, and `hookbench listen --forward`

use hookbench_engine::Engine;
use hookbench_engine::forwarding::{PassingForward, USUAL_DEADLINE};
use hookbench_engine::model::{ForwardRule, ForwardWay};

use crate::arguments::{EndpointForward, Forward};
use crate::credentials::tell_credentials;
use crate::failure::Failure;
use crate::text::visible;
use crate::{listen, output};

pub(crate) async fn run(engine: &Engine, forward: &Forward) -> Result<(), Failure> {
    let target = engine.target_for(&forward.to).await?;
    let way = if forward.how.through {
        ForwardWay::Through
    } else {
        ForwardWay::AtOnce
    };
    let rule = ForwardRule {
        target: target.id,
        filter: forward.how.filter.clone(),
        way,
        deadline: forward.how.deadline.unwrap_or(USUAL_DEADLINE),
    };
    let path = forward
        .path
        .as_deref()
        .map(|path| format!("/{}", path.trim_matches('/')));
    engine
        .forward_for_now(PassingForward {
            path: path.clone(),
            rule,
        })
        .await?;
    output::aside(&format!(
        "{} goes to {} ({})",
        path.as_deref().map_or("every request".into(), visible),
        visible(&target.name),
        visible(&target.url)
    ));
    tell_credentials(engine, &target).await?;
    listen::run(engine, &forward.listen).await
}

/// `hookbench endpoint forward`
pub(crate) async fn set(engine: &Engine, forward: EndpointForward) -> Result<(), Failure> {
    let endpoint = engine.find_endpoint(&forward.endpoint).await?;
    let path = visible(&endpoint.path);
    if forward.none {
        engine.set_forwards(endpoint.id, Vec::new()).await?;
        return output::line(&format!("{path} goes nowhere by itself"));
    }
    let (mut rules, mut targets) = (Vec::new(), Vec::new());
    for to in &forward.to {
        let target = engine.target_for(to).await?;
        // One target answers the sender, the others get it beside that.
        let first = rules.is_empty();
        rules.push(ForwardRule {
            target: target.id,
            filter: forward.how.filter.clone(),
            way: if forward.how.through && first {
                ForwardWay::Through
            } else {
                ForwardWay::AtOnce
            },
            deadline: forward.how.deadline.unwrap_or(USUAL_DEADLINE),
        });
        targets.push(target);
    }
    let count = rules.len();
    engine.set_forwards(endpoint.id, rules).await?;
    // Only of what is in force: the rules may be refused.
    for target in &targets {
        tell_credentials(engine, target).await?;
    }
    output::line(&format!(
        "{path} goes to {count} {}",
        if count == 1 { "target" } else { "targets" }
    ))
}
