//! The steps of a plan, one after the other, in the words of a dialect.
//!
//! They are the same for every language, and so is their order: what can be refused at once is refused first, and what
//! is received is compared last.

use super::Lines;
use super::dialect::{Dialect, Pairs, when};
use super::plan::{Check, Name, Piece, Plan, When};
use crate::scheme::{Encoding, SecretDecoding, SecretForm};

pub(super) fn write(dialect: &Dialect, plan: &Plan) -> String {
    let walk = Walk { dialect, plan };
    let mut heads = Lines::default();
    for head in &plan.heads {
        heads.add(format!("{} {head}", dialect.comment));
    }
    let mut code = Lines::default();
    code.add((dialect.opening)(plan, &plan.given(dialect.parameters)));
    walk.required(&mut code);
    walk.received(&mut code);
    walk.time(&mut code);
    walk.content(&mut code);
    walk.expected(&mut code);
    let [as_sent, in_any_case] = dialect.cases;
    code.add((dialect.closing)(match (plan.check, plan.encoding) {
        (Check::Hmac(_) | Check::Digest(_), Encoding::HexAny) => in_any_case,
        _ => as_sent,
    }));
    (dialect.file)(&heads.0, &code.0)
}

struct Walk<'w> {
    dialect: &'w Dialect,
    plan: &'w Plan,
}

impl Walk<'_> {
    fn text(&self, text: &str) -> String {
        (self.dialect.text)(text)
    }

    fn texts(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    fn variable(&self, name: &str) -> String {
        format!("{}{name}", self.dialect.sigil)
    }

    fn refuse_if(&self, code: &mut Lines, test: &str) {
        code.add((self.dialect.refuse_if)(test));
    }

    fn refuse_if_empty(&self, code: &mut Lines, variable: &str) {
        if let Some(is_empty) = self.dialect.is_empty {
            self.refuse_if(code, &is_empty(&self.variable(variable)));
        }
    }

    fn required(&self, code: &mut Lines) {
        for (name, values) in &self.plan.required {
            let is_none_of = (self.dialect.is_none_of)(&self.text(name), &self.texts(values));
            self.refuse_if(code, &is_none_of);
        }
        if self.plan.reads_form() {
            self.refuse_if(code, self.dialect.is_no_form);
        }
    }

    fn received(&self, code: &mut Lines) {
        let (dialect, plan) = (self.dialect, self.plan);
        let tests: Vec<String> = plan
            .names
            .iter()
            .map(|name| match name {
                Name::Exact(name) => (dialect.is)(&self.text(name)),
                Name::Starting(start) => (dialect.starts_with)(dialect.name, &self.text(start)),
            })
            .collect();
        code.add((dialect.texts)(plan, &tests.join(dialect.or)));
        if !plan.prefix.is_empty() {
            code.add((dialect.after_prefix)(
                &self.text(&plan.prefix),
                plan.prefix.len(),
            ));
        }
        let Some(list) = &plan.list else {
            return code.add(dialect.received);
        };
        let separator = (dialect.separator)(&list.separator);
        code.add((dialect.items)(list, &separator, when(list.trim, dialect.trim)));
        let place = plan.time.as_ref().map(|time| &time.place);
        code.add(match &list.assign {
            None => {
                let time = match place {
                    Some(When::At(at)) => Some(*at),
                    _ => None,
                };
                (dialect.received_from)(list.position, time)
            }
            Some(assign) => (dialect.received_of)(&Pairs {
                assign: self.text(assign),
                length: assign.len(),
                key: self.text(&list.key),
                bare: list.bare,
                time: match place {
                    Some(When::Item(key)) => Some(self.text(key)),
                    _ => None,
                },
            }),
        });
    }

    fn time(&self, code: &mut Lines) {
        let dialect = self.dialect;
        let Some(time) = &self.plan.time else { return };
        let found = match &time.place {
            When::Header(names) => Some((dialect.first)(&self.texts(names), "timestamp")),
            When::Item(key) => dialect.value.map(|value| value(&self.text(key))),
            When::At(at) => dialect.item.map(|item| item(&at.to_string())),
        };
        if let Some(found) = found {
            code.add((dialect.bind)("timestamp", &found));
        }
        self.refuse_if_empty(code, "timestamp");
        if self.plan.is_aged() {
            code.add((dialect.age)(time.unit));
            self.refuse_if(code, &(dialect.is_outside)(time));
        }
    }

    /// What is signed beside the body has to be there.
    fn content(&self, code: &mut Lines) {
        let (dialect, plan) = (self.dialect, self.plan);
        if !plan.id.is_empty() {
            let found = (dialect.first)(&self.texts(&plan.id), dialect.id);
            code.add((dialect.bind)(dialect.id, &found));
            self.refuse_if_empty(code, dialect.id);
        }
        for piece in &plan.content {
            if let (Piece::Header(name), Some(lacks)) = (piece, dialect.lacks) {
                self.refuse_if(code, &lacks(&self.text(name)));
            }
        }
    }

    fn expected(&self, code: &mut Lines) {
        let (dialect, plan) = (self.dialect, self.plan);
        let [token, basic] = dialect.sent;
        let digest = match plan.check {
            Check::Token | Check::Basic => {
                self.refuse_if(code, &(dialect.is_nothing)(&self.variable("secret")));
                let sent = if plan.check == Check::Token { token } else { basic };
                return code.add((dialect.bind)("expected", sent));
            }
            Check::Hmac(hash) => (dialect.hmac)(hash),
            Check::Digest(hash) => (dialect.plain)(hash),
        };
        // A digest of nothing is not nothing: where the key is one, the secret is looked at before.
        if plan.forms.iter().any(|form| form.hash.is_some()) {
            self.refuse_if(code, &(dialect.is_nothing)(&self.variable("secret")));
        }
        code.add((dialect.key)(plan, &self.key()));
        if plan.forms.iter().any(|form| form.hash.is_none()) {
            self.refuse_if(code, &(dialect.is_nothing)(&self.variable("key")));
        }
        if plan.reads_form() {
            code.add(dialect.form);
        }
        let pieces: Vec<String> = plan.content.iter().map(|piece| self.piece(piece)).collect();
        code.add((dialect.digest)(&digest, &pieces));
        let encoded = match plan.encoding {
            Encoding::Hex | Encoding::HexAny | Encoding::Plain => dialect.hex,
            Encoding::HexUpper => dialect.hex_upper,
            Encoding::Base64 => dialect.base64,
            Encoding::Base64url => dialect.base64url,
        };
        code.add((dialect.bind)("expected", &encoded(&digest)));
    }

    fn key(&self) -> String {
        match self.plan.forms.as_slice() {
            [one, other] => {
                let prefix = self.text(one.only_with.as_deref().unwrap_or_default());
                let test = (self.dialect.starts_with)(&self.variable("secret"), &prefix);
                (self.dialect.choice)(&test, &self.form(one), &self.form(other))
            }
            forms => forms.first().map(|form| self.form(form)).unwrap_or_default(),
        }
    }

    fn form(&self, form: &SecretForm) -> String {
        let dialect = self.dialect;
        let secret = match &form.strip {
            Some(prefix) => (dialect.stripped)(&self.text(prefix), prefix.len()),
            None => self.variable("secret"),
        };
        let key = match form.decode {
            SecretDecoding::Text => (dialect.of_text)(&secret),
            SecretDecoding::Hex => (dialect.of_hex)(&secret),
            SecretDecoding::Base64 => (dialect.of_base64)(&secret),
        };
        match form.hash {
            Some(hash) => (dialect.hashed)(hash, &key),
            None => key,
        }
    }

    fn piece(&self, piece: &Piece) -> String {
        let dialect = self.dialect;
        let [body, key, path, form] = dialect.pieces;
        match piece {
            Piece::Body => body.to_owned(),
            Piece::Secret => key.to_owned(),
            Piece::Path => path.to_owned(),
            Piece::Form => form.to_owned(),
            Piece::Text(text) if text.is_ascii() => (dialect.ascii)(&self.text(text)),
            Piece::Text(text) => (dialect.bytes)(&self.text(text)),
            Piece::Timestamp => (dialect.bytes)(&self.variable("timestamp")),
            Piece::Id => (dialect.bytes)(&self.variable(dialect.id)),
            Piece::Method => (dialect.bytes)(&self.variable("method")),
            Piece::Header(name) => (dialect.bytes)(&(dialect.header)(&self.text(name))),
            Piece::Url(escapes) => {
                let escapes: Vec<[String; 2]> = escapes
                    .iter()
                    .map(|(escape, character)| [self.text(escape), self.text(&character.to_string())])
                    .collect();
                (dialect.bytes)(&(dialect.url)(&escapes))
            }
        }
    }
}
