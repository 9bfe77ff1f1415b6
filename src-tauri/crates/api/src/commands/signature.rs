//! The signature crate's report in the form of the wire.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_engine::model::Timestamp;
use hookbench_signature::{Micros, Part, PartKind, Report, Verdict};

use crate::types::{
    AgeView, CandidateView, CheckView, ContentView, DigestsView, FoundView, KeyView, LeftOutView, PartView,
    SignatureView,
};

/// How much of the signed content travels with the report, bytes: enough to see how it begins and ends.
const CONTENT: usize = 4 * 1024;

pub(super) fn view(
    provider: Option<String>,
    report: Report,
    verdict_now: Verdict,
    now: Timestamp,
) -> SignatureView {
    let now = Micros(now.as_micros());
    SignatureView {
        verdict: report.verdict.as_str().to_owned(),
        verdict_now: verdict_now.as_str().to_owned(),
        sentence: report.sentence,
        provider,
        could_be: Vec::new(),
        algorithm: report.algorithm.map(str::to_owned),
        found: report
            .found
            .into_iter()
            .map(|found| FoundView {
                place: found.place,
                text: found.text,
                parts: parts(found.parts),
            })
            .collect(),
        candidates: report
            .candidates
            .into_iter()
            .map(|candidate| CandidateView {
                text: candidate.text,
                found: u32::try_from(candidate.found).unwrap_or(u32::MAX),
                matched: candidate.matched,
            })
            .collect(),
        key: report.key.map(|key| KeyView {
            name: key.name,
            masked: key.masked,
            form: key.form,
            length: key.key_length as u64,
        }),
        content: report.content.map(|content| {
            let (bytes, left_out) = content.ends(CONTENT);
            ContentView {
                template: content.template,
                base64: BASE64.encode(bytes),
                left_out: left_out.map(|span| LeftOutView {
                    start: span.start as u64,
                    end: span.end as u64,
                }),
                length: content.length as u64,
                parts: parts(content.parts),
            }
        }),
        digests: report.digests.map(|digests| DigestsView {
            expected: digests.expected,
            received: digests.received,
            first_difference: digests.first_difference.and_then(|at| u32::try_from(at).ok()),
        }),
        age: report.age.map(|age| AgeView {
            signed_at: age.signed_at.0,
            text: age.text.clone(),
            age: age.age_micros,
            past: age.past,
            future: age.future,
            within: age.within,
            age_now: now.0.saturating_sub(age.signed_at.0),
            within_now: age.within_at(now),
        }),
        checks: report
            .checks
            .into_iter()
            .map(|check| CheckView {
                subject: check.subject,
                asked: check.asked,
                found: check.found,
                holds: check.holds,
            })
            .collect(),
        notes: report.notes.into_iter().map(|note| note.text).collect(),
    }
}

fn parts(parts: Vec<Part>) -> Vec<PartView> {
    parts
        .into_iter()
        .map(|part| PartView {
            kind: kind(part.kind).to_owned(),
            label: part.label,
            start: part.span.start as u64,
            end: part.span.end as u64,
        })
        .collect()
}

const fn kind(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Literal => "literal",
        PartKind::Body => "body",
        PartKind::Timestamp => "timestamp",
        PartKind::Id => "id",
        PartKind::Method => "method",
        PartKind::Url => "url",
        PartKind::Header => "header",
        PartKind::Query => "query",
        PartKind::Form => "form",
        PartKind::Json => "json",
        PartKind::Claim => "claim",
        PartKind::Digest => "digest",
        PartKind::Secret => "secret",
        PartKind::Prefix => "prefix",
        PartKind::Signature => "signature",
        PartKind::Other => "other",
    }
}
