//! The form: fields, prompt, and what stands in the way of a start.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::clean::clean_line;
use super::diff;
use super::editor::Editor;
use super::wrap;
use super::{Agents, Control, Draft, Field, FieldId, Subject};
use crate::domain::agents::MODEL_SUGGESTIONS;
use crate::domain::limited::Hold;
use crate::domain::{Fault, Instant, RepoName, StartRequest};
use crate::template::{Stamp, Template, Values, lint, render, value};

#[derive(Debug)]
pub struct Form {
    /// The draft it is kept as.
    pub id: Uuid,
    /// As it was when the form was opened: a file that changes meanwhile changes nothing here.
    pub template: Option<Template>,
    /// It is about an issue: the agent is put in charge of that, and the prompt is what it is told besides.
    pub issue: Option<Box<Subject>>,
    pub fields: Vec<Field>,
    /// The field that has the keys; one past the last: the prompt.
    pub at: usize,
    pub prompt: Editor,
    /// The prompt differs from what the fields make of the template: it is the operator's own and no longer follows.
    pub edited: bool,
    /// The preset applied last, until a variable is changed.
    pub preset: Option<String>,
    pub verdict: Verdict,
    /// There is something to lose.
    pub touched: bool,
    /// Why the last start did not happen.
    pub fault: Option<Fault>,
    /// The last start may have happened: nobody knows.
    pub maybe_started: bool,
    /// The agent was held back by a limit until then: nothing is sent earlier.
    pub not_before: Option<Instant>,
    /// That limit named no time; this one is assumed.
    pub assumed: bool,
    /// The whole request covers the form; first row shown.
    pub preview: Option<usize>,
    /// The preview shows how the prompt differs from what the fields make of the template.
    pub diff: bool,
    /// The repositories it goes to, where they are several; the field shows the first.
    pub repos: Vec<RepoName>,
    /// A part of it was sent as this plan: it stays as it was sent.
    pub plan: Option<Uuid>,
    rendered: Option<String>,
}

/// What is to be said about the request as it stands; faults of fields stand with the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Must be mended before a start.
    pub blocks: Vec<String>,
    /// Advice.
    pub hints: Vec<String>,
}

impl Form {
    /// A form with its defaults.
    pub fn new(template: Option<Template>, repos: &[RepoName], repo: Option<&RepoName>) -> Self {
        let mut fields = vec![repo_field(repos, repo)];
        fields.extend(template.iter().flat_map(|template| &template.variables).map(Field::of_variable));
        fields.extend(request_fields(template.as_ref()));
        let mut form = Self {
            id: Uuid::nil(),
            template,
            issue: None,
            fields,
            at: 0,
            prompt: Editor::prompt(""),
            edited: false,
            preset: None,
            verdict: Verdict::default(),
            touched: false,
            fault: None,
            maybe_started: false,
            not_before: None,
            assumed: false,
            preview: None,
            diff: false,
            repos: Vec::new(),
            plan: None,
            rendered: None,
        };
        form.at = form.first_to_fill();
        form.refresh(None);
        form
    }

    /// A form as it was left, or as a task suggests it.
    pub fn from_draft(draft: &Draft, template: Option<Template>, repos: &[RepoName], repo: Option<&RepoName>) -> Self {
        let mut form = Self::new(template, repos, draft.repo.as_ref().or(repo));
        form.fill(draft);
        form.id = draft.id;
        form.repos.clone_from(&draft.repos);
        form.plan = draft.plan;
        form.maybe_started = draft.maybe_started;
        (form.not_before, form.assumed) = (draft.not_before, draft.assumed);
        form.refresh(None);
        if !draft.prompt.trim().is_empty() {
            form.prompt.set(&draft.prompt);
            form.prompt_changed();
        }
        form.refresh(None);
        // Where the prompt still follows the fields these have the keys: a letter typed into it would part them.
        form.at = if form.edited { form.fields.len() } else { form.first_to_fill() };
        form
    }

    /// Sets the fields to what a draft says.
    pub(super) fn fill(&mut self, draft: &Draft) {
        for (name, text) in &draft.values {
            self.set(&FieldId::Variable(name.clone()), text);
        }
        for (id, text) in [
            (FieldId::BaseRef, &draft.base_ref),
            (FieldId::HeadRef, &draft.head_ref),
            (FieldId::Model, &draft.model),
            (FieldId::CustomAgent, &draft.custom_agent),
        ] {
            if let Some(text) = text {
                self.set(&id, text);
            }
        }
        if let Some(create) = draft.create_pull_request {
            self.set(&FieldId::CreatePull, &create.to_string());
        }
    }

    /// Everything that was put in. Empty values are kept as such, so that a cleared default stays cleared.
    pub fn to_draft(&self) -> Draft {
        let values = self.fields.iter().filter_map(|field| match &field.id {
            FieldId::Variable(name) => Some((name.clone(), field.value())),
            _ => None,
        });
        Draft {
            id: self.id,
            repo: self.repo(),
            template: self.template.as_ref().map(|template| template.id.clone()),
            values: values.collect(),
            prompt: self.prompt.text(),
            base_ref: Some(self.value(&FieldId::BaseRef)),
            head_ref: Some(self.value(&FieldId::HeadRef)),
            model: Some(self.value(&FieldId::Model)),
            custom_agent: Some(self.value(&FieldId::CustomAgent)),
            create_pull_request: Some(self.creates_pull()),
            maybe_started: self.maybe_started,
            repos: self.repos.clone(),
            plan: self.plan,
            issue: self.issue.as_ref().map(|subject| subject.at.number),
            automation: None,
            comment: None,
            issue_title: self.issue.as_ref().map(|subject| clean_line(subject.title.raw_for_disk()).0),
            not_before: self.not_before,
            assumed: self.assumed,
        }
    }

    /// What holds it back now.
    pub fn held(&self, now: Instant) -> Option<Hold> {
        let (until, assumed) = (self.not_before?, self.assumed);
        (until > now).then_some(Hold { until, assumed })
    }

    /// The field that has the keys; `None`: the prompt has them.
    pub fn focused(&self) -> Option<&Field> {
        self.fields.get(self.at)
    }

    pub fn field(&self, id: &FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == *id)
    }

    pub fn value(&self, id: &FieldId) -> String {
        self.field(id).map(Field::value).unwrap_or_default()
    }

    pub fn repo(&self) -> Option<RepoName> {
        self.repos.first().cloned().or_else(|| self.value(&FieldId::Repo).parse().ok())
    }

    fn creates_pull(&self) -> bool {
        self.value(&FieldId::CreatePull) == "true"
    }

    fn set(&mut self, id: &FieldId, value: &str) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == *id) {
            field.set(value);
        }
    }

    /// Sets a choice to a value that may not be among its choices yet.
    pub fn choose(&mut self, id: &FieldId, value: &str) {
        let field = self.fields.iter_mut().find(|field| field.id == *id);
        if let Some(Field { control: Control::Choice { choices, .. }, .. }) = field
            && !choices.iter().any(|choice| choice == value)
        {
            choices.push(value.to_owned());
        }
        self.set(id, value);
    }

    /// The request as it stands, whether it may be sent or not. `None` without a repository.
    pub fn request(&self) -> Option<StartRequest> {
        if let Some(assignment) = self.assignment() {
            return Some(assignment.as_request());
        }
        let given = |id: &FieldId| Some(self.value(id)).filter(|text| !text.is_empty());
        Some(StartRequest {
            repo: self.repo()?,
            prompt: self.prompt.text().trim_end().to_owned(),
            model: given(&FieldId::Model),
            custom_agent: given(&FieldId::CustomAgent),
            create_pull_request: self.creates_pull(),
            base_ref: given(&FieldId::BaseRef),
            head_ref: given(&FieldId::HeadRef),
        })
    }

    /// The whole request in rows of a width, as the preview shows it. Empty without a repository.
    pub fn request_rows(&self, columns: usize) -> Vec<String> {
        let lines: Vec<String> = self.body_text().lines().map(str::to_owned).collect();
        let rows = wrap::rows(&lines, columns);
        rows.iter().map(|row| wrap::text_of(Some(row), &lines).unwrap_or_default().to_owned()).collect()
    }

    /// What the fields make of the template against the prompt as it was edited, in rows of a width. The first column says
    /// which: `-` the template's, `+` the operator's.
    pub fn diff_rows(&self, columns: usize) -> Vec<String> {
        let prompt = self.prompt.text();
        let all = diff::lines(self.rendered.as_deref().unwrap_or_default(), &prompt);
        let marked = |line: diff::Line<'_>| {
            let (mark, text) = match line {
                diff::Line::Same(text) => (' ', text),
                diff::Line::Gone(text) => ('-', text),
                diff::Line::New(text) => ('+', text),
            };
            let lines = [text.to_owned()];
            let rows = wrap::rows(&lines, columns.saturating_sub(2));
            let text = |row| wrap::text_of(Some(row), &lines).unwrap_or_default();
            rows.iter().map(|row| format!("{mark} {}", text(row)).trim_end().to_owned()).collect::<Vec<_>>()
        };
        all.into_iter().flat_map(marked).collect()
    }

    /// The rows of what covers the form while `preview` is on.
    pub fn preview_rows(&self, columns: usize) -> Vec<String> {
        if self.diff { self.diff_rows(columns) } else { self.request_rows(columns) }
    }

    /// Texts the field can be set to by the choice keys, beside its own choices.
    pub fn suggestions(&self, agents: Option<&Agents>) -> Vec<String> {
        if let Some(Field { kind: "repo", control: Control::Line(_), .. }) = self.focused() {
            return match self.field(&FieldId::Repo).map(|field| &field.control) {
                Some(Control::Choice { choices, .. }) => choices.clone(),
                _ => Vec::new(),
            };
        }
        match (self.focused().map(|field| &field.id), agents) {
            (Some(FieldId::Model), _) => MODEL_SUGGESTIONS.map(str::to_owned).to_vec(),
            (Some(FieldId::CustomAgent), Some(Agents::Known(agents))) => {
                agents.iter().map(|agent| clean_line(agent.id.raw_for_match()).0).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The prompt was typed into: whose is it now?
    pub fn prompt_changed(&mut self) {
        self.edited = match &self.rendered {
            Some(rendered) => *rendered != self.prompt.text(),
            // A template that cannot be rendered: what is written here can only be the operator's.
            None => self.template.is_some() && !self.prompt.is_blank(),
        };
    }

    /// Back to what the fields make of the template. False: there is no template, or nothing was edited.
    pub fn reset_prompt(&mut self) -> bool {
        match &self.rendered {
            Some(rendered) if self.edited => {
                self.prompt.replace(&rendered.clone());
                self.edited = false;
                true
            }
            _ => false,
        }
    }

    /// The template's next preset. What any preset names is set to this one's value, or to its default.
    pub fn next_preset(&mut self) -> Option<String> {
        let template = self.template.as_ref()?;
        let names: Vec<&String> = template.presets.keys().collect();
        let now = self.preset.as_ref().and_then(|preset| names.iter().position(|name| *name == preset));
        let name = (*names.get(now.map_or(0, |now| (now + 1) % names.len()))?).clone();
        let values = template.presets.get(&name)?;
        let mut sets = BTreeMap::new();
        for variable in template.presets.values().flat_map(BTreeMap::keys) {
            let default = template.variable(variable).and_then(|v| v.default.clone()).unwrap_or_default();
            sets.insert(variable.clone(), values.get(variable).cloned().unwrap_or(default));
        }
        for (variable, value) in sets {
            self.set(&FieldId::Variable(variable), &value);
        }
        self.preset = Some(name.clone());
        Some(name)
    }

    /// Everything that follows from the fields: the prompt, unless it was edited; the faults; the advice.
    pub fn refresh(&mut self, agents: Option<&Agents>) {
        for field in &mut self.fields {
            field.fault = None;
        }
        let mut verdict = Verdict::default();
        self.render(&mut verdict);
        self.check_request();
        let prompt = self.prompt.text();
        if let Some(subject) = &self.issue {
            verdict.blocks.extend(subject.blocks());
            verdict.hints.extend(subject.hints());
        } else if self.prompt.is_blank() {
            verdict.blocks.push("the prompt is empty".to_owned());
        }
        if let Some(template) = self.template.as_ref().filter(|_| self.edited) {
            for name in lint::unfilled(template, &prompt) {
                verdict.blocks.push(format!("the prompt still holds {}", render::placeholder(name)));
            }
        }
        let follow_up = !self.value(&FieldId::HeadRef).is_empty();
        let findings =
            if self.prompt.is_blank() || self.issue.is_some() { Vec::new() } else { lint::prompt(&prompt, !follow_up) };
        verdict.hints.extend(findings.into_iter().map(|finding| finding.message));
        let agent = self.value(&FieldId::CustomAgent);
        if let Some(Agents::Known(known)) = agents
            && !agent.is_empty()
            && !known.iter().any(|a| clean_line(a.id.raw_for_match()).0 == agent)
        {
            verdict.hints.push(format!("no custom agent {agent} is known in this repository"));
        }
        self.verdict = verdict;
    }

    fn values(&self, template: &Template) -> Values {
        let value = |name: &String| (name.clone(), self.value(&FieldId::Variable(name.clone())));
        template.variables.iter().map(|variable| value(&variable.name)).collect()
    }

    /// What the task will remember of the template. A prompt edited by hand is still of the template it began as.
    pub fn stamp(&self) -> Option<Box<Stamp>> {
        let template = self.template.as_ref()?;
        let ticket = render::ticket(template, &self.values(template)).ok().flatten();
        Some(Box::new(Stamp { id: template.id.clone(), hash: template.hash, ticket }))
    }

    fn render(&mut self, verdict: &mut Verdict) {
        let Some(template) = &self.template else { return };
        let values = self.values(template);
        if let Some(fault) = render::ticket(template, &values).err().and_then(|faults| faults.into_iter().next())
            && fault.field.is_none()
        {
            verdict.blocks.push(fault.what);
        }
        let (text, faults) = render::preview(template, &values);
        if let Some(text) = text {
            let mut shown = Editor::prompt("");
            let left_out = shown.set(&text);
            let shown = shown.text();
            if left_out.over > 0 {
                verdict.blocks.push(format!("the prompt has {} characters too many", left_out.over));
            }
            if left_out.hidden > 0 && !self.edited {
                verdict.hints.push(format!("{} invisible characters of the template are left out", left_out.hidden));
            }
            if !self.edited && self.prompt.text() != shown {
                self.prompt.set(&shown);
            }
            self.rendered = Some(shown);
        }
        // An edited prompt does not come from the variables any more: their faults no longer matter.
        if self.edited {
            return;
        }
        for fault in faults {
            let id = fault.field.map(FieldId::Variable);
            match self.fields.iter_mut().find(|field| Some(&field.id) == id.as_ref()) {
                Some(field) => field.fault = Some(fault.what),
                None => verdict.blocks.push(fault.what),
            }
        }
    }

    /// Why the template is not for the repository, read after the field's label.
    fn not_for(&self) -> Option<String> {
        let (template, repo) = (self.template.as_ref()?, self.repo()?);
        let only = || template.repos.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        (!template.allows(&repo)).then(|| format!("is not one the template {} is for: {}", template.id, only()))
    }

    fn check_request(&mut self) {
        let has_base = !self.value(&FieldId::BaseRef).is_empty();
        let elsewhere = self.not_for();
        for field in &mut self.fields {
            let value = field.value();
            field.fault = match field.id {
                // The table says it of each row.
                FieldId::Repo if !self.repos.is_empty() => None,
                FieldId::Repo if value.is_empty() => Some("is missing: add one with `:repo add owner/name`".to_owned()),
                FieldId::Repo if elsewhere.is_some() => elsewhere.clone(),
                FieldId::HeadRef if !value.is_empty() && !has_base => {
                    Some("needs a base as well, to find its pull request".to_owned())
                }
                FieldId::BaseRef | FieldId::HeadRef if !value.is_empty() => {
                    value::branch_fault(&value).map(str::to_owned)
                }
                FieldId::CustomAgent if value.contains(['/', ' ']) => {
                    Some("no blanks and no /: the agent file's name alone".to_owned())
                }
                _ => field.fault.take(),
            };
        }
    }

    /// The first field with a fault, else the prompt where that is at fault.
    pub fn first_fault(&self) -> Option<usize> {
        let field = self.fields.iter().position(|field| field.fault.is_some());
        field.or_else(|| (!self.verdict.blocks.is_empty()).then_some(self.fields.len()))
    }

    pub fn fault_count(&self) -> usize {
        self.fields.iter().filter(|field| field.fault.is_some()).count() + self.verdict.blocks.len()
    }

    /// Where typing starts: the first required variable without a value, else the prompt when there is no template,
    /// else the first variable.
    fn first_to_fill(&self) -> usize {
        if self.template.is_none() {
            return self.fields.len();
        }
        let is_variable = |field: &Field| matches!(field.id, FieldId::Variable(_));
        let open = |field: &Field| is_variable(field) && field.required && field.value().is_empty();
        let first = self.fields.iter().position(open).or_else(|| self.fields.iter().position(is_variable));
        first.unwrap_or(self.fields.len())
    }
}

fn repo_field(repos: &[RepoName], repo: Option<&RepoName>) -> Field {
    let mut choices: Vec<String> = repos.iter().map(ToString::to_string).collect();
    if let Some(repo) = repo.map(ToString::to_string)
        && !choices.contains(&repo)
    {
        choices.push(repo);
    }
    let at = repo.map(ToString::to_string).and_then(|repo| choices.iter().position(|choice| *choice == repo));
    let at = at.or((!choices.is_empty()).then_some(0));
    Field {
        id: FieldId::Repo,
        label: "repository".to_owned(),
        help: "left and right, or its first letter".to_owned(),
        kind: "repo",
        empty: "none",
        required: true,
        control: Control::Choice { choices, at },
        fault: None,
    }
}

fn request_fields(template: Option<&Template>) -> [Field; 5] {
    let line = |id, label: &str, kind, empty, help: &str, value: Option<&String>| Field {
        id,
        label: label.to_owned(),
        help: help.to_owned(),
        kind,
        empty,
        required: false,
        control: Control::Line(Editor::line(value.map_or("", String::as_str))),
        fault: None,
    };
    let base = template.and_then(|t| t.base_ref.as_ref());
    let model = template.and_then(|t| t.model.as_ref());
    let agent = template.and_then(|t| t.custom_agent.as_ref());
    [
        line(FieldId::BaseRef, "base", "branch", "default branch", "where the work starts and is merged to", base),
        line(
            FieldId::HeadRef,
            "head",
            "branch",
            "a new branch",
            "a branch with an open pull request: go on there",
            None,
        ),
        line(
            FieldId::Model,
            "model",
            "model",
            "automatic",
            "next and previous choice suggest; any other name is sent as it is",
            model,
        ),
        line(
            FieldId::CustomAgent,
            "agent",
            "agent",
            "none",
            "next and previous choice suggest the repository's own",
            agent,
        ),
        Field {
            id: FieldId::CreatePull,
            label: "pull request".to_owned(),
            help: "space: does the agent open a draft pull request?".to_owned(),
            kind: "bool",
            empty: "",
            required: true,
            control: Control::Toggle(template.is_none_or(|t| t.create_pull_request)),
            fault: None,
        },
    ]
}
