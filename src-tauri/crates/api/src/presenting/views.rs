//! What of each view is masked beyond what its texts say themselves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hookbench_engine::Screen;
use hookbench_engine::model::{DeliveryId, RequestId};

use super::Covered;
use crate::types::*;

fn hide(text: &mut String) {
    *text = Screen::dots(text);
}

fn hide_some(text: &mut Option<String>) {
    text.iter_mut().for_each(hide);
}

/// As many bytes, none of them as it was.
fn hide_base64(text: &mut String) {
    let length = BASE64.decode(&*text).map_or(0, |bytes| bytes.len());
    *text = BASE64.encode(vec![b'*'; length]);
}

impl Covered for HeaderLine {
    fn cover(&mut self, screen: &Screen) {
        cover_value(&self.name, &mut self.value, screen);
    }
}

fn cover_value(name: &str, value: &mut String, screen: &Screen) {
    if let Some(covered) = screen.header_value(name, value) {
        *value = covered;
    }
}

impl Covered for RequestRow {
    fn rows(&self, found: &mut Vec<RequestId>) {
        found.extend(self.id.parse::<RequestId>());
    }

    fn cover(&mut self, screen: &Screen) {
        self.cover_by(&screen.of_row(&self.id));
    }
}

impl RequestRow {
    /// By what is known to be secret in its request.
    fn cover_by(&mut self, screen: &Screen) {
        if let Some(target) = screen.target(&self.target, self.endpoint.as_deref()) {
            self.target = target;
        }
        for text in [&mut self.event, &mut self.delivery_id].into_iter().flatten() {
            if let Some(covered) = screen.text(text) {
                *text = covered;
            }
        }
        let (event, delivery_id) = screen.hidden_facts(self.provider.as_deref());
        if event {
            hide_some(&mut self.event);
        }
        if delivery_id {
            hide_some(&mut self.delivery_id);
        }
    }
}

impl Covered for RequestPage {
    fn rows(&self, found: &mut Vec<RequestId>) {
        self.rows.rows(found);
    }

    fn cover(&mut self, screen: &Screen) {
        self.rows.cover(screen);
    }
}

impl Covered for PreviousView {
    fn rows(&self, found: &mut Vec<RequestId>) {
        self.request.rows(found);
    }

    fn cover(&mut self, screen: &Screen) {
        self.request.cover(screen);
    }
}

impl Covered for FilterSuggestion {
    /// A name in marks would be typed into the filter. Whose events they are is not said.
    fn is_shown(&self, screen: &Screen) -> bool {
        !(self.is_event && screen.hidden_facts(None).0)
    }
}

impl Covered for DraftView {
    fn cover(&mut self, screen: &Screen) {
        if let Some(provider) = &self.event_of
            && screen.hidden_facts(Some(provider)).0
        {
            hide(&mut self.about);
        }
    }
}

impl Covered for HeldView {
    fn cover(&mut self, screen: &Screen) {
        // Who sent it is not said.
        if screen.hidden_facts(None).0 {
            hide_some(&mut self.event);
        }
    }
}

impl Covered for StepsView {
    fn rows(&self, found: &mut Vec<RequestId>) {
        found.extend(
            self.steps
                .iter()
                .flat_map(|step| step.request.parse::<RequestId>()),
        );
    }

    fn deliveries(&self, found: &mut Vec<DeliveryId>) {
        found.extend(
            self.steps
                .iter()
                .flat_map(|step| step.delivery.parse::<DeliveryId>()),
        );
    }

    fn cover(&mut self, screen: &Screen) {
        for step in &mut self.steps {
            let row = screen.of_row(&step.request);
            if let Some(path) = row.target(&step.path, step.endpoint.as_deref()) {
                step.path = path;
            }
            for text in [&mut step.event, &mut step.message].into_iter().flatten() {
                if let Some(covered) = row.text(text) {
                    *text = covered;
                }
            }
            if row.hidden_facts(step.provider.as_deref()).0 {
                hide_some(&mut step.event);
            }
        }
    }
}

impl Covered for RequestDetail {
    fn cover(&mut self, screen: &Screen) {
        self.row.cover_by(screen);
        self.more_covered = screen.is_blind();
        self.headers.cover(screen);
        self.framing.trailers.cover(screen);
        self.signature.cover(screen);
        if let Some(handshake) = &mut self.handshake {
            if let Some(reply) = &mut handshake.reply {
                reply.headers.cover(screen);
                reply.body = screen.body_text(&reply.body);
            }
            for offer in handshake.offers.iter_mut().filter(|offer| offer.kind == "secret") {
                hide(&mut offer.value);
            }
        }
    }
}

impl Covered for SignatureView {
    fn cover(&mut self, screen: &Screen) {
        for found in &mut self.found {
            hide(&mut found.text);
        }
        for candidate in &mut self.candidates {
            hide(&mut candidate.text);
        }
        if let Some(content) = &mut self.content {
            content.cover(screen);
        }
        if let Some(digests) = &mut self.digests {
            // Both of one length: how they differ would tell what came.
            digests.received = "*".repeat(16);
            digests.expected = digests.expected.as_ref().map(|_| "*".repeat(16));
            digests.first_difference = None;
        }
        for check in &mut self.checks {
            hide_some(&mut check.found);
        }
    }
}

impl Covered for ContentView {
    /// A part is shown where it cannot hold what is masked.
    fn cover(&mut self, screen: &Screen) {
        let mut bytes = BASE64.decode(&self.base64).unwrap_or_default();
        let mut shown = vec![false; bytes.len()];
        // The parts are places of the whole, of which the middle may not be there.
        let (gap_start, gap_end) = match &self.left_out {
            Some(gap) => (gap.start, gap.end.max(gap.start)),
            None => (self.length, self.length),
        };
        let position = |at: u64| {
            let at = if at >= gap_end {
                at - (gap_end - gap_start)
            } else {
                at.min(gap_start)
            };
            usize::try_from(at).unwrap_or(usize::MAX).min(shown.len())
        };
        let places: Vec<_> = (self.parts.iter())
            .map(|part| position(part.start)..position(part.end).max(position(part.start)))
            .collect();
        for (part, range) in self.parts.iter().zip(places) {
            let is_whole = part.end <= gap_start || part.start >= gap_end;
            let is_open = match part.kind.as_str() {
                "literal" | "timestamp" | "id" | "method" => true,
                // What is cut anywhere cannot be looked through.
                "body" => is_whole && !screen.touches_body(&bytes[range.clone()]),
                "url" => {
                    is_whole
                        && std::str::from_utf8(&bytes[range.clone()])
                            .is_ok_and(|url| screen.text(url).is_none())
                }
                _ => false,
            };
            if is_open {
                shown[range].fill(true);
            }
        }
        for (byte, shown) in bytes.iter_mut().zip(shown) {
            if !shown {
                *byte = b'*';
            }
        }
        self.base64 = BASE64.encode(bytes);
    }
}

impl Covered for DiagnosisView {
    fn cover(&mut self, _screen: &Screen) {
        let Some(proof) = &mut self.proof else { return };
        hide_some(&mut proof.computed);
        hide_some(&mut proof.received);
        hide_some(&mut proof.documented);
        if let Some(difference) = &mut proof.difference {
            hide_base64(&mut difference.ours);
            hide_base64(&mut difference.signed);
        }
    }
}

impl Covered for TriedView {
    fn cover(&mut self, screen: &Screen) {
        self.signature.cover(screen);
        let (event, delivery_id) = screen.hidden_facts(None);
        if event {
            hide_some(&mut self.event);
        }
        if delivery_id {
            hide_some(&mut self.delivery_id);
        }
    }
}

impl Covered for DeliveryView {
    fn deliveries(&self, found: &mut Vec<DeliveryId>) {
        found.extend(self.id.parse::<DeliveryId>());
    }

    fn cover(&mut self, screen: &Screen) {
        for attempt in &mut self.attempts {
            attempt.headers.cover(screen);
        }
    }
}

impl Covered for IdempotencyView {
    fn deliveries(&self, found: &mut Vec<DeliveryId>) {
        self.rows.iter().for_each(|row| row.delivery.deliveries(found));
    }

    fn cover(&mut self, screen: &Screen) {
        for row in &mut self.rows {
            row.delivery.cover(screen);
        }
    }
}

impl Covered for PreviewView {
    fn cover(&mut self, screen: &Screen) {
        self.body_made = None;
        if screen.hidden_facts(None).1 {
            self.ids = None;
        }
    }
}

impl Covered for ComparisonView {
    fn cover(&mut self, screen: &Screen) {
        for pair in &mut self.headers {
            pair.before.cover(screen);
            pair.after.cover(screen);
        }
        for line in self
            .query
            .iter_mut()
            .flat_map(|pair| [&mut pair.before, &mut pair.after])
            .flatten()
        {
            line.cover(screen);
            // A parameter is known by its name and its address together.
            if screen.text(&format!("?{}={}", line.name, line.value)).is_some() {
                hide(&mut line.value);
            }
        }
        let is_hidden = screen.hidden_facts(None).0;
        for fact in self
            .facts
            .iter_mut()
            .filter(|fact| is_hidden && fact.name == "Event")
        {
            hide_some(&mut fact.before);
            hide_some(&mut fact.after);
        }
    }
}

impl Covered for KeptDraftView {
    fn cover(&mut self, _screen: &Screen) {
        self.written = None;
    }
}

impl Covered for FilledTemplateView {
    fn cover(&mut self, screen: &Screen) {
        for (name, value) in &mut self.written.headers {
            cover_value(name, value, screen);
        }
        self.written.body = EditedBody::Captured;
    }
}

impl Covered for EndpointView {
    fn cover(&mut self, screen: &Screen) {
        for (name, value) in &mut self.parameters {
            if screen.hides_header(name) {
                hide(value);
            }
        }
        if let Some(answer) = &mut self.answer {
            for (name, value) in &mut answer.headers {
                cover_value(name, value, screen);
            }
            answer.body = screen.body_text(&answer.body);
        }
    }
}

impl Covered for TargetView {
    fn cover(&mut self, screen: &Screen) {
        for rule in &mut self.rules.headers {
            cover_value(&rule.name, &mut rule.value, screen);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use hookbench_engine::{Listen, Options};

    use super::*;
    use crate::running::Running;

    #[tokio::test]
    async fn signed_content_without_its_middle_shows_only_parts_that_are_whole_and_free_of_secrets()
    -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let options = Options::at(Some(folder.path().to_owned()));
        let running = Running::open(options, Listen::default()).await;
        let engine = running.engine()?;
        engine.add_mask_path("/a".parse()?, None).await?;
        engine.set_presenting(true).await?;
        let screen = engine.screen().await?.ok_or("it is shared")?;
        // Each letter says of which part it is; the two small bodies are JSON.
        let pieces: [(&str, Vec<u8>); 8] = [
            ("timestamp", b"T".repeat(10)),
            ("body", br#"{"b":"open"}"#.to_vec()),
            ("literal", b"l".repeat(2_000)),
            ("body", b"B".repeat(4_000)),
            ("literal", b"g".repeat(50)),
            ("body", b"C".repeat(5_000)),
            ("literal", b"L".repeat(100)),
            ("body", br#"{"a":"5ecret"}"#.to_vec()),
        ];
        let whole: Vec<u8> = pieces.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        let length = whole.len() as u64;
        let mut at = 0;
        let parts = (pieces.iter())
            .map(|(kind, bytes)| {
                let start = at;
                at += bytes.len() as u64;
                PartView {
                    kind: (*kind).to_owned(),
                    label: None,
                    start,
                    end: at,
                }
            })
            .collect();
        let mut content = ContentView {
            template: String::new(),
            base64: BASE64.encode([&whole[..3_072], &whole[whole.len() - 1_024..]].concat()),
            left_out: Some(LeftOutView {
                start: 3_072,
                end: length - 1_024,
            }),
            length,
            parts,
        };
        content.cover(&screen);
        let shown = BASE64.decode(&content.base64)?;
        let beginning = [
            &b"T".repeat(10)[..],
            br#"{"b":"open"}"#,
            &b"l".repeat(2_000),
            &b"*".repeat(1_050),
        ]
        .concat();
        let end = [&b"*".repeat(910)[..], &b"L".repeat(100), &b"*".repeat(14)].concat();
        assert!(
            shown == [beginning, end].concat(),
            "{}",
            String::from_utf8_lossy(&shown)
        );
        running.shut_down().await;
        Ok(())
    }
}
