//! Signing what goes anew, as its provider would sign it now: a receiver refuses a signature that has grown old.

use bytes::Bytes;
use hookbench_signature::{Draft, HeaderLine, Micros, Scheme, Secret, Signed, sign};

use crate::delivery::Outgoing;
use crate::delivery::plan::with_target_and_body;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::examining::Examination;
use crate::model::{HeaderRule, RawHead, RequestId, Timestamp};

impl Engine {
    /// `outgoing`, which was made of this request, signed with the newest secret of its endpoint and the present time.
    ///
    /// # Errors
    /// When nobody knows how it is signed, its endpoint has no secret, or only the provider can sign.
    pub(crate) async fn resigned(&self, id: RequestId, outgoing: Outgoing) -> Result<Outgoing, EngineError> {
        let now = self.core.clock.now();
        let signed = self
            .examine(
                id,
                Examination::default(),
                move |provider, scheme, _, secrets, _| {
                    // The newest first: a provider that rotates its secret signs with the one it made last.
                    let secret = secrets
                        .last()
                        .ok_or_else(|| format!("there is no secret of {} to sign with", provider.name))?;
                    sign_again(&outgoing, scheme, secret, now)
                },
            )
            .await?;
        signed.map_err(|message| EngineError::BadInput {
            message,
            hint: Some("set the secret of its endpoint, or send it without signing again".to_owned()),
        })
    }
}

fn sign_again(
    outgoing: &Outgoing,
    scheme: &Scheme,
    secret: &Secret,
    now: Timestamp,
) -> Result<Outgoing, String> {
    let head = RawHead::new(outgoing.head.clone());
    let line = head.request_line();
    let headers = head.headers();
    let lines: Vec<HeaderLine<'_>> = headers
        .iter()
        .map(|header| (&header.name[..], &header.value[..]))
        .collect();
    let (method, target) = (text(&line.method), text(&line.target));
    let draft = Draft {
        method: &method,
        target: &target,
        url: Some(&outgoing.url),
        headers: &lines,
        body: &outgoing.body,
    };
    let signed =
        sign(scheme, &draft, secret, Micros(now.as_micros()), None).map_err(|error| error.to_string())?;
    Ok(with_signature(outgoing, signed))
}

fn with_signature(outgoing: &Outgoing, signed: Signed) -> Outgoing {
    let target = signed.target.or_else(|| {
        let url = signed.url?;
        Some(url.strip_prefix(&outgoing.origin.to_string())?.to_owned())
    });
    let body = signed.body.map(Bytes::from);
    let changed = with_target_and_body(outgoing.clone(), target.as_deref(), body);
    let rules: Vec<HeaderRule> = signed
        .headers
        .into_iter()
        .map(|(name, value)| HeaderRule::Replace { name, value })
        .collect();
    crate::delivery::with_rules(changed, &rules)
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
