//! Captured credentials that stay here: what is said of them, and the command that lets them go, as it can be pasted.

use hookbench_engine::delivery::Destination;
use hookbench_engine::model::Target;
use hookbench_engine::{Aim, Engine};

use crate::failure::Failure;
use crate::output;
use crate::text::visible;

/// Says that captured credentials stay here, where they do not go to a target by themselves.
pub(crate) async fn tell_credentials(engine: &Engine, target: &Target) -> Result<(), Failure> {
    let aim = Aim::Target(target.id);
    if engine.keeps_credentials(&aim).await? {
        output::aside(&format!(
            "`Authorization` and `Cookie` of what is forwarded stay here: {} is outside. {}",
            visible(&target.name),
            remedy(engine, &aim).await?
        ));
    }
    Ok(())
}

/// Names captured credentials that stay here, where there are any.
pub(crate) async fn tell_withheld(engine: &Engine, names: &[String], aim: &Aim) -> Result<(), Failure> {
    if !names.is_empty() {
        let verb = if names.len() == 1 { "stays" } else { "stay" };
        output::aside(&format!(
            "{} {verb} here: meant for the host that the request came to. {}",
            visible(&names.join(" and ")),
            remedy(engine, aim).await?
        ));
    }
    Ok(())
}

/// What lets captured credentials go that way: a target's rules say so, and a URL has none.
pub(crate) async fn remedy(engine: &Engine, aim: &Aim) -> Result<String, Failure> {
    let targets = engine.targets().await?;
    let (command, named) = match aim {
        Aim::Target(id) => match targets.iter().find(|target| target.id == *id) {
            Some(target) => (format!("target set {}", word_for(target)), None),
            None => return Ok("The rules of a target let captured credentials go".to_owned()),
        },
        Aim::Url(url) => {
            let destination = Destination::parse(url).map_err(hookbench_engine::EngineError::from)?;
            let origin = destination.origin();
            let leads_there = |target: &&Target| {
                Destination::parse(&target.url).is_ok_and(|other| other.origin() == origin)
            };
            match targets.iter().find(leads_there) {
                Some(target) => {
                    let word = word_for(target);
                    (format!("target set {word}"), Some(word))
                }
                None => {
                    let name = quoted(&origin.authority());
                    let url = quoted(&origin.to_string());
                    (format!("target add {name} {url}"), Some(name))
                }
            }
        }
    };
    let command = format!("`hookbench {command} --send-credentials true`");
    Ok(match named {
        None => format!("{command} lets them go there"),
        Some(name) => format!("{command} lets them go there with `--to {name}`"),
    })
}

/// A target as it can be pasted behind a command in any shell: by its name, or by its id where the name has signs that a
/// shell may act on.
fn word_for(target: &Target) -> String {
    let name = &target.name;
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.:/ ".contains(letter);
    if name.starts_with('-') || visible(name) != *name || !name.chars().all(is_plain) {
        target.id.to_string()
    } else {
        quoted(name)
    }
}

/// What has no sign in it that a shell acts on between quotes, as one word.
fn quoted(text: &str) -> String {
    if text.contains([' ', '[', ']']) {
        format!("\"{text}\"")
    } else {
        text.to_owned()
    }
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
