//! What happened, and which delivery of it this is.

use std::collections::BTreeMap;

use super::{Facts, Place, Provider};

/// Names are cut here: a list shows them, and a hostile body could hold anything.
const LONGEST: usize = 200;

impl Provider {
    /// What happened, in the provider's words; `None` where the request does not say.
    #[must_use]
    pub fn event(&self, facts: &Facts<'_>) -> Option<String> {
        self.event_with(facts, &BTreeMap::new())
    }

    /// [`Provider::event`] where the person has chosen parameters that lead to it.
    #[must_use]
    pub fn event_with(&self, facts: &Facts<'_>, parameters: &BTreeMap<String, String>) -> Option<String> {
        let parameters = self.with_defaults(parameters);
        let text = self
            .event
            .from
            .iter()
            .find_map(|template| template.render(facts, &parameters))?;
        Some(cut(self.event.names.get(&text).cloned().unwrap_or(text)))
    }

    /// What the provider calls this delivery: equal for a repetition, different for anything else. `None` where the
    /// request does not say.
    #[must_use]
    pub fn delivery_key(&self, facts: &Facts<'_>) -> Option<String> {
        self.delivery_key_with(facts, &BTreeMap::new())
    }

    /// [`Provider::delivery_key`] where the person has chosen parameters that lead to it.
    #[must_use]
    pub fn delivery_key_with(
        &self,
        facts: &Facts<'_>,
        parameters: &BTreeMap<String, String>,
    ) -> Option<String> {
        let parameters = self.with_defaults(parameters);
        let key = self
            .delivery_id
            .from
            .iter()
            .find_map(|template| template.render(facts, &parameters))?;
        // A cut key could make two deliveries one; a key this long is nobody's id.
        (key.len() <= 4 * LONGEST).then_some(key)
    }

    /// Where the key of [`Provider::delivery_key_with`] stands; `None` where it is put together or worked out.
    pub(crate) fn delivery_place(
        &self,
        facts: &Facts<'_>,
        parameters: &BTreeMap<String, String>,
    ) -> Option<Place> {
        let parameters = self.with_defaults(parameters);
        let mut templates = self.delivery_id.from.iter();
        templates
            .find(|template| template.render(facts, &parameters).is_some())?
            .only_place(&parameters)
    }
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST)
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_at_a_letter() {
        let name = cut(format!("x{}", "é".repeat(150)));
        assert!(name.ends_with("é…"), "no letter is cut in two");
        assert!(name.len() < 210, "and a list can show it");
    }
}
