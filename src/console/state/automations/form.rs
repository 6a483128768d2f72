//! An automation being written: a new one, a change of one, or the event one is run with.
//!
//! ```text
//! what it is ──build──> pieces ──typed in──> collect ──> Definition ──> the order, its body, its verdict
//!                        ^ └── what the service offers, when it comes
//!                        └──── as it is now, where somebody else changed it: what was typed is carried over
//! ```
//!
//! A piece that still reads as it did at first says nothing: what it stands for goes out as it came in. So whatever the
//! form cannot show, or has never heard of, is left as it is.

mod build;
mod collect;
mod credits;
mod draft;
mod layout;
mod piece;

pub use draft::Written;
pub use layout::{LABEL, Parts, parts, value_columns};
pub use piece::{Part, Piece, Shape};

use uuid::Uuid;

use crate::console::automations::Offers;
use crate::console::state::compose::editor::{Editor, LeftOut};
use crate::console::state::compose::{Verdict, wrap};
use crate::domain::agents::MODEL_SUGGESTIONS;
use crate::domain::automation::{Definition, Fields, Pinned, RunOrder, Trigger};
use crate::domain::policy::{Facts, InForce, Judgement, Stage};
use crate::domain::{Automation, AutomationOrder, AutomationRef, Fault, RepoName};
use crate::template::{Severity, Template, lint, render};

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    Create,
    /// A change of one, from what was seen.
    Edit(Box<Pinned>),
    /// The event one is set off with.
    Run(Box<Pinned>, Vec<Trigger>),
}

/// It waits for an answer and stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// For what the policy says.
    Verdict,
    /// For what became of the order with this id.
    Answer(Uuid),
}

#[derive(Debug)]
pub struct AutomationForm {
    /// The draft it is kept as.
    pub id: Uuid,
    /// There is a draft of it on disk.
    pub is_kept: bool,
    /// What its draft says of pieces there is no place for yet.
    waiting: Vec<draft::Typed>,
    pub purpose: Purpose,
    /// What it is changed from; of a new one, what it begins with.
    pub base: Definition,
    /// Told by the service, not known here.
    other: Fields,
    repos: Vec<RepoName>,
    repo: RepoName,
    pub pieces: Vec<Piece>,
    /// The piece that has the keys; one past the last: the prompt.
    pub at: usize,
    pub prompt: Editor,
    /// As the prompt read at first.
    first_prompt: String,
    /// Characters of it that are not shown.
    hidden: LeftOut,
    /// Of a new one: as it was chosen, whatever becomes of its file.
    pub template: Option<Template>,
    pub templates: Vec<Template>,
    /// The prompt is the operator's own and no longer follows the fields.
    pub own_prompt: bool,
    /// Somebody else changed the prompt as well.
    pub prompt_also: bool,
    pub verdict: Verdict,
    /// What the policy says of it as it stands, as far as that is known here.
    pub judged: Option<Judgement>,
    /// Why it was not done.
    pub fault: Option<Fault>,
    /// It was sent once, and nobody knows what became of it.
    pub maybe_sent: bool,
    pub waits: Option<Waits>,
    /// The whole request covers the form; first row shown.
    pub preview: Option<usize>,
    /// `$EDITOR` has its prompt.
    pub in_editor: bool,
}

impl AutomationForm {
    /// A change of one whose detail is known.
    pub fn edit(automation: &Automation) -> Option<Self> {
        let pinned = Pinned::of(automation)?;
        let base = pinned.seen.clone();
        let repo = automation.at.repo.clone();
        let mut form = Self::new(Purpose::Edit(Box::new(pinned)), base, repo);
        form.other.clone_from(&automation.other);
        form.show_prompt();
        Some(form)
    }

    /// The events one can be run with. `None`: its detail is not known.
    pub fn run(automation: &Automation) -> Option<Self> {
        let pinned = Pinned::of(automation)?;
        let triggers = automation.trigger_list().to_vec();
        let base = pinned.seen.clone();
        Some(Self::new(Purpose::Run(Box::new(pinned), triggers), base, automation.at.repo.clone()))
    }

    /// A new one. It begins with what does least harm: what sets it off is all it may write to, and only who may write
    /// sets it off.
    pub fn create(repos: &[RepoName], repo: RepoName, templates: Vec<Template>, template: Option<Template>) -> Self {
        let mut base = Definition::default();
        base.set("enabled", true.into());
        base.set("write_scope", "trigger".into());
        base.set("require_actor_write_permission", true.into());
        base.set("triggers", serde_json::Value::Object(Fields::new()));
        let mut form = Self::new(Purpose::Create, base, repo);
        form.repos = repos.to_vec();
        if !form.repos.contains(&form.repo) {
            form.repos.push(form.repo.clone());
        }
        form.templates = templates;
        form.begin_with(template);
        form
    }

    /// What a template says besides its prompt goes into what a new one begins with.
    fn begin_with(&mut self, template: Option<Template>) {
        let model = template.as_ref().and_then(|template| template.model.clone());
        let agent = template.as_ref().and_then(|template| template.custom_agent.clone());
        self.base.set("model", model.into());
        self.base.set("allowed_custom_agents", agent.map(|agent| vec![agent]).into());
        if template.is_none() && !self.own_prompt {
            self.prompt.set("");
        }
        self.template = template;
    }

    fn new(purpose: Purpose, base: Definition, repo: RepoName) -> Self {
        Self {
            id: Uuid::nil(),
            is_kept: false,
            waiting: Vec::new(),
            purpose,
            base,
            other: Fields::new(),
            repos: Vec::new(),
            repo,
            pieces: Vec::new(),
            at: 0,
            prompt: Editor::prompt(""),
            first_prompt: String::new(),
            hidden: LeftOut::default(),
            template: None,
            templates: Vec::new(),
            own_prompt: false,
            prompt_also: false,
            verdict: Verdict::default(),
            judged: None,
            fault: None,
            maybe_sent: false,
            waits: None,
            preview: None,
            in_editor: false,
        }
    }

    fn show_prompt(&mut self) {
        self.hidden = self.prompt.set(self.base.prompt().raw_for_disk());
        self.first_prompt = self.prompt.text();
    }

    pub fn repo(&self) -> &RepoName {
        &self.repo
    }

    /// The one it is about; `None`: it is still to be made.
    pub fn about(&self) -> Option<AutomationRef> {
        let (Purpose::Edit(pinned) | Purpose::Run(pinned, _)) = &self.purpose else { return None };
        Some(AutomationRef { repo: self.repo.clone(), id: pinned.id.clone() })
    }

    pub fn has_prompt(&self) -> bool {
        !matches!(self.purpose, Purpose::Run(..))
    }

    /// Makes the pieces anew, from what it is and what the service offers. What was typed stays.
    pub fn build(&mut self, offers: Option<&Offers>) {
        let focused = self.pieces.get(self.at).map(|piece| piece.part.clone());
        let before = std::mem::take(&mut self.pieces);
        let first = before.is_empty();
        self.pieces = build::pieces(self, offers, &before);
        for piece in &mut self.pieces {
            if let Some(old) = before.iter().find(|old| old.part == piece.part) {
                piece.carry(old);
            }
        }
        self.lay_over();
        self.at = match focused {
            Some(part) => self.pieces.iter().position(|piece| piece.part == part).unwrap_or(0),
            None if first => self.first_to_fill(),
            None => self.pieces.len(),
        };
        self.at = self.nearest(self.at);
        self.follow_template();
    }

    fn first_to_fill(&self) -> usize {
        let open = |piece: &Piece| piece.field.required && piece.field.value().is_empty();
        self.pieces.iter().position(open).unwrap_or(0)
    }

    /// Somebody else changed it: it is taken as it is now, and what was typed here is kept over it. What both have changed
    /// is marked. False: its detail is not known.
    pub fn take_new(&mut self, now: &Automation, offers: Option<&Offers>) -> bool {
        let Some(pinned) = Pinned::of(now) else { return false };
        let typed_prompt = (self.prompt.text() != self.first_prompt).then(|| self.prompt.text());
        let firsts: Vec<(Part, String)> =
            self.pieces.iter().map(|piece| (piece.part.clone(), piece.first.clone())).collect();
        let prompt_before = std::mem::take(&mut self.first_prompt);
        self.prompt_also = false;
        self.base = pinned.seen.clone();
        self.other.clone_from(&now.other);
        self.purpose = match &self.purpose {
            Purpose::Run(..) => Purpose::Run(Box::new(pinned), now.trigger_list().to_vec()),
            _ => Purpose::Edit(Box::new(pinned)),
        };
        self.fault = None;
        self.waits = None;
        self.show_prompt();
        self.build(offers);
        for piece in self.pieces.iter_mut().filter(|piece| piece.is_changed()) {
            let moved = firsts.iter().any(|(part, first)| *part == piece.part && *first != piece.first);
            piece.also = moved.then(|| piece.first.clone());
        }
        if let Some(typed) = typed_prompt {
            self.prompt.replace(&typed);
            self.prompt_also = prompt_before != self.first_prompt;
        }
        true
    }

    /// The piece that has the keys; `None`: the prompt has them.
    pub fn focused(&self) -> Option<&Piece> {
        self.pieces.get(self.at)
    }

    /// What hangs on something that is off is not shown.
    pub fn is_shown(&self, piece: &Piece) -> bool {
        match &piece.part {
            Part::OfTrigger(id, _) => {
                let toggle = self.pieces.iter().find(|one| matches!(&one.part, Part::Trigger(of) if of == id));
                toggle.is_none_or(|toggle| toggle.field.value() == "true")
            }
            _ => true,
        }
    }

    /// The pieces in sight, with their places.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Piece)> {
        self.pieces.iter().enumerate().filter(|(_, piece)| self.is_shown(piece))
    }

    fn nearest(&self, at: usize) -> usize {
        let last = if self.has_prompt() { self.pieces.len() } else { self.pieces.len().saturating_sub(1) };
        if at >= self.pieces.len() {
            return last;
        }
        let next = self.shown().map(|(index, _)| index).find(|index| *index >= at);
        next.unwrap_or(last)
    }

    /// To the next piece in sight, or the one before; the prompt is the last.
    pub fn step(&mut self, forward: bool) {
        let mut stops: Vec<usize> = self.shown().map(|(index, _)| index).collect();
        if self.has_prompt() {
            stops.push(self.pieces.len());
        }
        let at = stops.iter().position(|stop| *stop == self.at).unwrap_or(0);
        let count = stops.len().max(1);
        let to = if forward { (at + 1) % count } else { (at + count - 1) % count };
        self.at = stops.get(to).copied().unwrap_or(0);
    }

    pub fn value(&self, part: &Part) -> String {
        self.pieces.iter().find(|piece| piece.part == *part).map(|piece| piece.field.value()).unwrap_or_default()
    }

    /// What the piece with the keys can be set to by the choice keys, beside its own choices.
    pub fn suggestions(&self) -> Vec<String> {
        match self.focused().map(|piece| &piece.part) {
            Some(Part::Said("model")) => MODEL_SUGGESTIONS.map(str::to_owned).to_vec(),
            Some(Part::Said("reasoning_effort")) => ["low", "medium", "high"].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        }
    }

    /// The piece in use was changed: what hangs on it follows. True: the repository is another one.
    pub fn changed(&mut self, offers: Option<&Offers>) -> bool {
        let Some(piece) = self.pieces.get(self.at) else {
            self.own_prompt = true;
            return false;
        };
        let value = piece.field.value();
        match piece.part.clone() {
            Part::Repo => {
                let Ok(repo) = value.parse() else { return false };
                let other = self.repo != repo;
                self.repo = repo;
                return other;
            }
            Part::Template => {
                self.begin_with(self.templates.iter().find(|template| template.id == value).cloned());
                self.build(offers);
            }
            Part::Event => self.build(offers),
            Part::Variable(_) => self.follow_template(),
            _ => {}
        }
        false
    }

    /// The prompt is what the template makes of its variables, until it is typed into.
    fn follow_template(&mut self) {
        for piece in self.pieces.iter_mut().filter(|piece| matches!(piece.part, Part::Variable(_))) {
            piece.field.fault = None;
        }
        let Some(template) = self.template.as_ref().filter(|_| !self.own_prompt) else { return };
        let values = self.values(template);
        let (text, faults) = render::preview(template, &values);
        for fault in faults {
            let part = fault.field.map(Part::Variable);
            if let Some(piece) = self.pieces.iter_mut().find(|piece| Some(&piece.part) == part.as_ref()) {
                piece.field.fault = Some(fault.what);
            }
        }
        if let Some(text) = text
            && self.prompt.text() != text
        {
            self.prompt.set(&text);
        }
    }

    fn values(&self, template: &Template) -> crate::template::Values {
        let value = |name: &String| (name.clone(), self.value(&Part::Variable(name.clone())));
        template.variables.iter().map(|variable| value(&variable.name)).collect()
    }

    /// Back to the prompt as it was, or as its template makes it. False: it is so already.
    pub fn reset_prompt(&mut self) -> bool {
        let before = self.prompt.text();
        self.own_prompt = false;
        match &self.template {
            Some(template) => {
                let (text, _) = render::preview(template, &self.values(template));
                self.prompt.replace(text.as_deref().unwrap_or_default());
            }
            None => {
                self.prompt.replace(&self.first_prompt.clone());
            }
        }
        self.prompt.text() != before
    }

    fn has_new_prompt(&self) -> bool {
        self.prompt.text() != self.first_prompt
    }

    /// Something was typed that is lost with the form.
    pub fn is_touched(&self) -> bool {
        let pieces = self.pieces.iter().any(|piece| {
            let chosen = matches!(piece.part, Part::Repo | Part::Template);
            piece.is_changed() && !chosen && !matches!(self.purpose, Purpose::Run(..))
        });
        let typed = self.template.is_none() || self.own_prompt;
        pieces || !self.waiting.is_empty() || (typed && self.has_prompt() && self.has_new_prompt())
    }

    /// The order as it stands, whether it may be sent or not. Its id is made by the answer to the question.
    pub fn order(&self) -> AutomationOrder {
        let act = match &self.purpose {
            Purpose::Create => crate::domain::automation::Act::Create(self.definition()),
            Purpose::Edit(pinned) => crate::domain::automation::Act::Edit(pinned.as_ref().clone(), self.definition()),
            Purpose::Run(pinned, _) => crate::domain::automation::Act::Run(pinned.as_ref().clone(), self.run_order()),
        };
        let mut order = AutomationOrder::new(Uuid::nil(), self.repo.clone(), act);
        order.template = self.template.as_ref().map(|template| template.id.clone());
        order.template_hash = self.template.as_ref().map(|template| template.hash);
        order
    }

    fn run_order(&self) -> RunOrder {
        let given = |part: &Part| Some(self.value(part)).filter(|text| !text.is_empty());
        RunOrder {
            event: given(&Part::Event).unwrap_or_else(|| RunOrder::default().event),
            kind: given(&Part::Kind),
            conclusion: given(&Part::Conclusion),
            resource: given(&Part::Resource),
        }
    }

    /// Everything that follows from what was typed: faults, advice, the policy's word.
    pub fn refresh(&mut self, in_force: Option<&InForce>) {
        let mut verdict = Verdict::default();
        let required = |piece: &Piece| piece.field.required && piece.field.value().trim().is_empty();
        let faults: Vec<Option<String>> = self
            .pieces
            .iter()
            .map(|piece| {
                if !self.is_shown(piece) {
                    return None;
                }
                let of_template = piece.field.fault.clone().filter(|_| matches!(piece.part, Part::Variable(_)));
                let missing = (required(piece) && of_template.is_none()).then(|| "is missing".to_owned());
                of_template.or(missing).or_else(|| piece.wrong(&self.base))
            })
            .collect();
        for (piece, fault) in self.pieces.iter_mut().zip(faults) {
            piece.field.fault = fault;
        }
        if self.has_prompt() {
            self.look_at_prompt(&mut verdict);
        }
        if let Purpose::Edit(_) = self.purpose
            && self.definition().changes_from(&self.base).is_empty()
        {
            verdict.hints.push("nothing is changed yet: nothing would be sent".to_owned());
        }
        verdict.hints.extend(self.waiting_words());
        self.verdict = verdict;
        let order = self.order();
        self.judged = in_force.map(|in_force| in_force.judge_automation(&order, &Facts::default(), Stage::Preview));
    }

    fn look_at_prompt(&self, verdict: &mut Verdict) {
        let prompt = self.prompt.text();
        let is_new = prompt != self.first_prompt;
        if self.prompt.is_blank() {
            verdict.blocks.push("the prompt is empty".to_owned());
            return;
        }
        if let Some(template) = self.template.as_ref().filter(|_| self.own_prompt) {
            for name in lint::unfilled(template, &prompt) {
                verdict.blocks.push(format!("the prompt still holds {}", render::placeholder(name)));
            }
        }
        if let Some(template) = self.template.as_ref().filter(|template| !template.allows(&self.repo)) {
            verdict.blocks.push(format!("the template {} is not for {}", template.id, self.repo));
        }
        if self.prompt_also && is_new {
            verdict.hints.push("the prompt was changed there too: yours would take its place".to_owned());
        }
        if !is_new && self.hidden.hidden > 0 {
            let hidden = self.hidden.hidden;
            verdict.hints.push(format!(
                "{hidden} control or invisible characters of the prompt are not shown; they stay while it is not changed"
            ));
        }
        if !is_new && self.hidden.over > 0 {
            verdict.hints.push(format!("{} characters of the prompt are not shown", self.hidden.over));
        }
        for finding in lint::prompt(&prompt, true) {
            // One that is there may be what it is: its change is not held to what a new one is held to.
            if finding.severity == Severity::Error && self.purpose == Purpose::Create {
                verdict.blocks.push(finding.message);
            } else {
                verdict.hints.push(finding.message);
            }
        }
    }

    /// The first piece with a fault, else the prompt where that is at fault.
    pub fn first_fault(&self) -> Option<usize> {
        let piece = self.pieces.iter().position(|piece| piece.field.fault.is_some());
        piece.or_else(|| (!self.verdict.blocks.is_empty()).then_some(self.pieces.len()))
    }

    /// All that must be mended before it can be sent.
    pub fn faults(&self) -> Vec<String> {
        let pieces = self.pieces.iter();
        let of_pieces = pieces.filter_map(|p| Some(format!("{} {}", p.field.label, p.field.fault.as_ref()?)));
        of_pieces.chain(self.verdict.blocks.iter().cloned()).collect()
    }

    /// The request in rows of a width, as it would be sent.
    pub fn request_rows(&self, columns: usize) -> Vec<String> {
        let lines: Vec<String> = self.order().body_text().lines().map(str::to_owned).collect();
        let rows = wrap::rows(&lines, columns.max(2));
        rows.iter().map(|row| wrap::text_of(Some(row), &lines).unwrap_or_default().to_owned()).collect()
    }

    /// `PATCH /agents/repos/acme/api/automations/a1`.
    pub fn address(&self) -> String {
        let repo = &self.repo;
        match &self.purpose {
            Purpose::Create => format!("POST /agents/repos/{repo}/automations"),
            Purpose::Edit(pinned) => format!("PATCH /agents/repos/{repo}/automations/{}", pinned.id.show()),
            Purpose::Run(pinned, _) => format!("POST /agents/repos/{repo}/automations/{}/tasks", pinned.id.show()),
        }
    }
}
