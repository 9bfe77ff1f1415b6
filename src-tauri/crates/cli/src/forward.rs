//! `hookbench forward`, and `hookbench listen --forward`

use hookbench_engine::forwarding::{PassingForward, USUAL_DEADLINE};
use hookbench_engine::model::{ForwardRule, ForwardWay, Target};
use hookbench_engine::{Aim, Engine};

use crate::arguments::{EndpointForward, Forward};
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

/// Says that captured credentials stay here, where they do not go to a target.
pub(crate) async fn tell_credentials(engine: &Engine, target: &Target) -> Result<(), Failure> {
    if engine.keeps_credentials(&Aim::Target(target.id)).await? {
        output::aside(&format!(
            "`Authorization` and `Cookie` of what is forwarded stay here: {} is outside. `hookbench target set {} \
             --send-credentials true` lets them go there",
            visible(&target.name),
            word_for(target)
        ));
    }
    Ok(())
}

/// A target as it can be pasted behind a command in any shell: by its name, or by its id where the name has signs that a
/// shell may act on.
fn word_for(target: &Target) -> String {
    let name = &target.name;
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.:/ ".contains(letter);
    if name.starts_with('-') || visible(name) != *name || !name.chars().all(is_plain) {
        target.id.to_string()
    } else if name.contains(' ') {
        format!("\"{name}\"")
    } else {
        name.clone()
    }
}

/// `hookbench endpoint forward`
pub(crate) async fn set(engine: &Engine, forward: EndpointForward) -> Result<(), Failure> {
    let endpoint = engine.find_endpoint(&forward.endpoint).await?;
    let path = visible(&endpoint.path);
    if forward.none {
        engine.set_forwards(endpoint.id, Vec::new()).await?;
        return output::line(&format!("{path} goes nowhere by itself"));
    }
    let mut rules = Vec::new();
    for to in &forward.to {
        let target = engine.target_for(to).await?;
        tell_credentials(engine, &target).await?;
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
    }
    let count = rules.len();
    engine.set_forwards(endpoint.id, rules).await?;
    output::line(&format!(
        "{path} goes to {count} {}",
        if count == 1 { "target" } else { "targets" }
    ))
}

#[cfg(test)]
mod tests {
    use hookbench_engine::model::{TargetId, TargetRules};

    use super::*;

    #[test]
    fn a_target_is_named_so_that_it_can_be_pasted() {
        let id = TargetId::generate();
        let named = |name: &str| {
            word_for(&Target {
                id,
                name: name.to_owned(),
                url: "http://localhost:3000".to_owned(),
                rules: TargetRules::default(),
            })
        };
        assert_eq!(
            named("127.0.0.1:3000"),
            "127.0.0.1:3000",
            "a plain name is itself"
        );
        assert_eq!(named("my shop"), "\"my shop\"", "one word of several");
        for name in ["--check", "a\"b", "$(x)", "a\u{202e}b", "a\u{3164}b", "a;b"] {
            assert_eq!(
                named(name),
                id.to_string(),
                "{name:?} would not be taken as it is"
            );
        }
    }
}
