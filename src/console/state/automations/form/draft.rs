//! A form as a draft: what was typed, and what it was typed over. Kept beside the drafts of prompts, and in the same way.
//!
//! ```text
//! form ──to_draft──> Draft ──kept on disk, next start──> take_up ──> form
//!    └── holds what looks like a secret: none                 └── what has no place yet waits for what the service offers
//! ```
//!
//! What nobody typed is in it only where a change is made from it: the fields that can be written, as they were seen.

use serde_json::Value;

use super::piece::{Part, Piece};
use super::{AutomationForm, Purpose};
use crate::console::state::compose::{Control, Draft};
use crate::domain::automation::{Definition, Fields, Pinned, Revision};
use crate::domain::{AutomationId, AutomationRef, RepoName};
use crate::template::{Template, lint};
use crate::text::{Safe, Untrusted, redact};

/// What a piece stands for, and what was typed into it.
pub(super) type Typed = (Vec<String>, String);

/// What a draft says of an automation, besides its repository, its template and its prompt.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Written {
    /// The one that is changed; `None`: a new one.
    of: Option<Seen>,
    /// The prompt is the operator's own.
    own_prompt: bool,
    typed: Vec<Typed>,
}

/// As it was seen when the change was begun.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Seen {
    id: String,
    name: String,
    revision: Option<Value>,
    fields: Fields,
}

impl Written {
    /// `change of “Nightly deps”`.
    pub fn words(&self) -> Safe {
        if let Some(seen) = &self.of {
            return Safe::new(format!("change of automation “{}”", Untrusted::from(seen.name.as_str()).show_line()));
        }
        let name = self.typed.iter().find(|(part, _)| *part == Part::Said("name").words());
        let name = name.map(|(_, name)| format!(" “{}”", Untrusted::from(name.as_str()).show_line()));
        Safe::new(format!("new automation{}", name.unwrap_or_default()))
    }

    /// What was typed, a line each.
    pub fn lines(&self) -> impl Iterator<Item = Safe> {
        let show = |text: &str| Untrusted::from(text).show_line();
        self.typed.iter().map(move |typed| Safe::new(format!("{}: {}", place(typed), show(&typed.1))))
    }

    fn holds_secret(&self) -> bool {
        let seen = self.of.iter().flat_map(|seen| &seen.fields);
        let in_seen =
            |(key, value): (&String, &Value)| if key == "prompt" { prompt_holds(value) } else { holds(value) };
        let in_typed = |(part, text): &Typed| part.last().is_some_and(|name| named(name, text));
        self.typed.iter().any(in_typed) || seen.into_iter().any(in_seen)
    }
}

fn place((part, _): &Typed) -> Safe {
    let words = if part.len() > 1 { part.get(1..) } else { Some(part.as_slice()) };
    Untrusted::from(words.unwrap_or_default().join(" ")).show_line()
}

fn holds(value: &Value) -> bool {
    match value {
        Value::String(text) => redact::holds_secret(text),
        Value::Array(items) => items.iter().any(holds),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| value.as_str().map_or_else(|| holds(value), |text| named(name, text)))
        }
        _ => false,
    }
}

/// The text is a secret by itself, or by the name it stands under.
fn named(name: &str, text: &str) -> bool {
    redact::holds_secret(text) || redact::holds_secret(&format!("{name}={text}"))
}

fn prompt_holds(value: &Value) -> bool {
    value.as_str().is_some_and(secret_in_prose)
}

/// A prompt may speak of passwords and tokens; it may not hold one.
fn secret_in_prose(text: &str) -> bool {
    lint::mask_secrets(text, "") != text || text.split_whitespace().any(|word| redact::redact(word) != word)
}

impl AutomationForm {
    /// As it is kept. `None`: there is nothing to keep, or something in it looks like a secret, and no secret is written
    /// to disk.
    pub fn to_draft(&self) -> Option<Draft> {
        let of = match &self.purpose {
            Purpose::Create => None,
            Purpose::Edit(pinned) => Some(Seen {
                id: pinned.id.raw().to_owned(),
                name: pinned.name.raw_for_disk().to_owned(),
                revision: pinned.revision.as_ref().map(|revision| revision.0.clone()),
                fields: pinned.seen.fields().clone(),
            }),
            Purpose::Run(..) => return None,
        };
        let typed = |piece: &&Piece| piece.is_changed() && !matches!(piece.part, Part::Repo | Part::Template);
        let typed = self.pieces.iter().filter(typed).map(|piece| (piece.part.words(), piece.field.value()));
        let own_prompt = if of.is_some() || self.template.is_none() { self.has_new_prompt() } else { self.own_prompt };
        let written = Written { of, own_prompt, typed: typed.chain(self.waiting.iter().cloned()).collect() };
        let prompt = self.prompt.text();
        (!written.holds_secret() && !secret_in_prose(&prompt)).then(|| Draft {
            id: self.id,
            repo: Some(self.repo.clone()),
            template: self.template.as_ref().map(|template| template.id.clone()),
            prompt,
            maybe_started: self.maybe_sent,
            automation: Some(Box::new(written)),
            ..Draft::default()
        })
    }

    /// The form a draft was kept of, before it is built. `None`: it is a draft of something else.
    pub fn of_draft(draft: &Draft, repos: &[RepoName], templates: Vec<Template>) -> Option<Self> {
        let (written, repo) = (draft.automation.as_deref()?, draft.repo.clone()?);
        let mut own_prompt = written.own_prompt;
        let mut form = if let Some(seen) = &written.of {
            let pinned = Pinned {
                id: AutomationId::new(seen.id.as_str()),
                name: Untrusted::from(seen.name.as_str()),
                revision: seen.revision.clone().map(Revision),
                seen: Definition::take_from(&mut seen.fields.clone()),
            };
            let base = pinned.seen.clone();
            let mut form = Self::new(Purpose::Edit(Box::new(pinned)), base, repo);
            form.show_prompt();
            form
        } else {
            let template = templates.iter().find(|template| Some(&template.id) == draft.template.as_ref()).cloned();
            // Of a template that is gone its prompt is left.
            own_prompt |= draft.template.is_some() && template.is_none();
            Self::create(repos, repo, templates, template)
        };
        if own_prompt {
            form.prompt.replace(&draft.prompt);
            form.own_prompt = true;
        }
        form.waiting.clone_from(&written.typed);
        (form.id, form.is_kept, form.maybe_sent) = (draft.id, true, draft.maybe_started);
        Some(form)
    }

    /// What its draft says goes into the pieces that are there by now.
    pub(super) fn lay_over(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|(part, value)| {
            let piece = self.pieces.iter_mut().find(|piece| piece.part.words() == *part);
            !piece.is_some_and(|piece| piece.take(value))
        });
        self.waiting = waiting;
    }

    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// What of its draft is in no piece.
    pub(super) fn waiting_words(&self) -> Option<String> {
        let all: Vec<Safe> = self.waiting.iter().map(place).collect();
        let all: Vec<&str> = all.iter().map(|one| &**one).collect();
        (!all.is_empty())
            .then(|| format!("the draft also said something that has no field here now: {}", all.join(", ")))
    }

    /// The one a draft changes.
    pub fn subject(draft: &Draft) -> Option<AutomationRef> {
        let id = AutomationId::new(draft.automation.as_ref()?.of.as_ref()?.id.as_str());
        Some(AutomationRef { repo: draft.repo.clone()?, id })
    }
}

impl Piece {
    /// Takes up what was typed into it before. False: that has no place in it.
    fn take(&mut self, value: &str) -> bool {
        if let Control::Choice { choices, .. } = &mut self.field.control
            && !value.is_empty()
            && !choices.iter().any(|choice| choice == value)
        {
            choices.push(value.to_owned());
        }
        self.field.set(value);
        !matches!(self.field.control, Control::Fixed(_))
    }
}
