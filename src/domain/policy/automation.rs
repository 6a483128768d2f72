//! What a policy says about automations, and the leave to do something to one.
//!
//! Who lets work start by itself is held to what the rules say of automations; who sets one off now, also to the limits
//! on starts. Switching one off, or deleting it, makes nothing start: that needs no leave but its confirmation.

use sha2::{Digest, Sha256};

use super::facts::{Fact, Facts, Wants};
use super::grant::{Grant, NoGrant};
use super::in_force::InForce;
use super::judge::{Bench, Case, Stage};
use super::judgement::{Finding, Grade, Judgement};
use super::key::Key;
use super::rule::{AUTOMATIC, Policy, Rule, Says, Words, said};
use crate::domain::automation::{Act, Definition, Trigger};
use crate::domain::{AutomationOrder, RepoName, StartRequest};
use crate::text::{Safe, Untrusted};

/// What one rule says about automations. `None`: nothing; a less specific one decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AutomationSays {
    /// Ids of triggers.
    pub triggers: Option<Words>,
    pub write_scopes: Option<Words>,
    /// Only who may write to the repository may set one off.
    pub actor_permission: Option<bool>,
    pub usage_limit: Option<bool>,
    /// `None` of all rules: what they say of models in general.
    pub models: Option<Words>,
    pub per_repo: Option<u32>,
    /// Branches no automation may work from, or be set off by.
    pub forbidden_branches: Option<Words>,
}

/// The leave to do one thing to an automation. It carries the order itself, so that nothing else can be sent under it.
#[derive(Clone, Debug, PartialEq)]
pub struct AutomationGrant {
    grant: Grant,
    order: AutomationOrder,
}

impl AutomationGrant {
    /// What may be sent.
    pub fn order(&self) -> &AutomationOrder {
        &self.order
    }
}

impl AsRef<Grant> for AutomationGrant {
    fn as_ref(&self) -> &Grant {
        &self.grant
    }
}

impl Judgement {
    /// Leave for an order, of a judgement on it.
    pub fn grant_automation(&self, order: &AutomationOrder) -> Result<AutomationGrant, NoGrant> {
        if self.request != order.as_request() {
            return Err(NoGrant::NotAtTheGate);
        }
        let grant = self.grant(order.reason.as_deref(), false)?;
        Ok(AutomationGrant { grant, order: order.clone() })
    }
}

impl InForce {
    pub fn judge_automation(&self, order: &AutomationOrder, facts: &Facts, stage: Stage) -> Judgement {
        let mut judgement = match &self.policy {
            Ok(policy) => policy.judge_automation(order, facts, stage),
            // What only ever makes less start may be done under any policy.
            Err(_) if !order.lets_work_start() => quiet(order, stage, "policy file"),
            Err(_) => self.judge(&Case { request: &order.as_request(), template: None, ticket: None }, facts, stage),
        };
        judgement.policy_hash = self.hash;
        judgement
    }
}

fn quiet(order: &AutomationOrder, stage: Stage, rule: &str) -> Judgement {
    Judgement {
        stage,
        request: order.as_request(),
        policy_hash: None,
        rule: Safe::new(rule),
        findings: Vec::new(),
        duplicates: Vec::new(),
    }
}

impl Policy {
    /// Which facts a judgement on an order needs.
    pub fn wants_for_automation(&self, order: &AutomationOrder) -> Wants {
        if !order.lets_work_start() {
            return Wants::default();
        }
        let all = self.wants(&order.repo);
        let default_branch = self.names_automation_branches(&order.repo);
        let automations =
            matches!(order.act, Act::Create(_)) && self.limit_of(Key::AutomationsPerRepo, Some(&order.repo)).is_some();
        if matches!(order.act, Act::Run(..)) {
            return Wants { default_branch, automations, ..all };
        }
        Wants { login: all.login, default_branch, automations, ..Wants::default() }
    }

    /// A rule is about branches, so that the default one must be known.
    pub fn names_automation_branches(&self, repo: &RepoName) -> bool {
        said(&self.for_repo(repo), |says| says.automations.forbidden_branches.as_ref()).is_some()
    }

    pub fn judge_automation(&self, order: &AutomationOrder, facts: &Facts, stage: Stage) -> Judgement {
        let (here, all) = (self.for_repo(&order.repo), self.for_all());
        let rule = here.first().map_or(Policy::DEFAULTS, |rule| rule.id.as_str());
        let mut judgement = quiet(order, stage, rule);
        if !order.lets_work_start() {
            return judgement;
        }
        let request = order.as_request();
        let case = Case { request: &request, template: order.template.as_deref(), ticket: None };
        let mut bench = bench(&case, facts, stage, &here);
        bench.who();
        if matches!(order.act, Act::Create(_)) {
            bench.template();
            bench.automations(1);
        }
        if matches!(order.act, Act::Run(..)) {
            bench.active(&facts.open);
            bench.starts();
            bench.open_pulls();
            bench.cost(&facts.spent);
            (bench.rules, bench.in_all) = (&all, true);
            bench.active(&facts.own);
            bench.starts();
            bench.cost(&facts.spent_all);
            (bench.rules, bench.in_all) = (&here, false);
        }
        bench.definition(&order.afterwards());
        judgement.findings = bench.findings;
        if let Act::Edit(pinned, _) = &order.act {
            self.forgive(&mut judgement.findings, order, &pinned.seen, facts);
        }
        judgement
    }

    /// What an edit leaves as it was stands in nobody's way: else no step towards the rules could be made.
    fn forgive(&self, findings: &mut [Finding], order: &AutomationOrder, seen: &Definition, facts: &Facts) {
        let before = self.audit(&order.repo, seen, facts);
        for finding in findings.iter_mut().filter(|finding| before.contains(finding)) {
            finding.says = Safe::new(format!("{}, as before", finding.says));
            finding.grade = Grade::Fine;
        }
    }

    /// All that an automation that is there violates, or may violate because something is not known. `facts`: of its
    /// repository, with the default branch.
    pub fn audit(&self, repo: &RepoName, definition: &Definition, facts: &Facts) -> Vec<Finding> {
        self.on_bench(repo, facts, |bench| bench.definition(definition))
    }

    /// The same of a repository's automations together.
    pub fn audit_repo(&self, repo: &RepoName, facts: &Facts) -> Vec<Finding> {
        self.on_bench(repo, facts, |bench| bench.automations(0))
    }

    fn on_bench(&self, repo: &RepoName, facts: &Facts, judge: impl FnOnce(&mut Bench<'_>)) -> Vec<Finding> {
        let here = self.for_repo(repo);
        let request = StartRequest {
            repo: repo.clone(),
            prompt: String::new(),
            model: None,
            custom_agent: None,
            create_pull_request: true,
            base_ref: None,
            head_ref: None,
        };
        let case = Case { request: &request, template: None, ticket: None };
        let mut bench = bench(&case, facts, Stage::Gate, &here);
        judge(&mut bench);
        bench.findings.retain(|finding| finding.grade != Grade::Fine);
        bench.findings
    }
}

fn bench<'a>(case: &'a Case<'a>, facts: &'a Facts, stage: Stage, rules: &'a [&'a Rule]) -> Bench<'a> {
    let hash = Sha256::digest(case.request.prompt.as_bytes()).into();
    Bench { case, facts, hash, stage, rules, in_all: false, findings: Vec::new() }
}

fn shown(text: &str) -> Safe {
    Untrusted::from(text).show_line()
}

impl Bench<'_> {
    /// `more` are to come to those there are.
    fn automations(&mut self, more: u64) {
        let key = Key::AutomationsPerRepo;
        let Some((limit, rule)) = said(self.rules, |says| says.limit(key)) else { return };
        let Fact::Known(have) = self.facts.automations else {
            return self.missing(key, rule, &self.facts.automations.clone());
        };
        let grade = if have + more <= u64::from(limit) { Grade::Fine } else { Grade::Refuses };
        self.find(key, rule, grade, format!("{have} of {limit} automations"));
    }

    fn definition(&mut self, definition: &Definition) {
        let triggers = definition.triggers();
        let ids = triggers.as_ref().map_or_else(
            || Fact::unknown("the service did not say"),
            |triggers| Fact::Known(triggers.iter().map(|one| one.id.raw_for_match().to_owned()).collect()),
        );
        self.all_among(Key::AutomationTriggers, &ids, |says| says.automations.triggers.as_ref());

        let own = triggers.iter().flatten().filter_map(Trigger::write_scope);
        let scopes: Vec<String> =
            definition.write_scope().into_iter().chain(own).map(|s| s.wire().to_owned()).collect();
        let scopes = if scopes.is_empty() { Fact::unknown("the service did not say") } else { Fact::Known(scopes) };
        self.all_among(Key::AutomationWriteScopes, &scopes, |says| says.automations.write_scopes.as_ref());

        self.required(
            Key::AutomationActors,
            definition.flag("require_actor_write_permission"),
            "somebody without write access may set it off: that is forbidden here",
            |says| says.automations.actor_permission,
        );
        let limits = definition.get("usage_limits").and_then(serde_json::Value::as_array);
        self.required(
            Key::AutomationUsageLimit,
            Some(limits.is_some_and(|limits| !limits.is_empty())),
            "it has no usage limit: one is required here",
            |says| says.automations.usage_limit,
        );

        let model = definition.text("model").map_or_else(|| AUTOMATIC.to_owned(), |m| m.raw_for_match().to_owned());
        let own = said(self.rules, |says| says.automations.models.as_ref()).is_some();
        let get: Get = if own { |says| says.automations.models.as_ref() } else { |says| says.models.as_ref() };
        self.all_among(Key::AutomationModels, &Fact::Known(vec![model]), get);
        self.branches(definition);
    }

    /// Each of the names must be on the list.
    fn all_among(&mut self, key: Key, names: &Fact<Vec<String>>, get: Get) {
        let Some((words, rule)) = said(self.rules, get) else { return };
        let Fact::Known(names) = names else { return self.missing(key, rule, names) };
        for name in names.iter().filter(|name| !words.allow(name)) {
            self.find(key, rule, Grade::Refuses, format!("{} {} is not among {words}", key.counted(), shown(name)));
        }
    }

    fn required(&mut self, key: Key, is: Option<bool>, says: &str, get: fn(&Says) -> Option<bool>) {
        let Some((true, rule)) = said(self.rules, get) else { return };
        match is {
            Some(true) => {}
            Some(false) => self.find(key, rule, Grade::Refuses, says),
            None => self.missing(key, rule, &Fact::<bool>::unknown("the service did not say")),
        }
    }

    /// One whose triggers name no branch works from the default one.
    fn branches(&mut self, definition: &Definition) {
        let key = Key::AutomationBranches;
        let get: Get = |says| says.automations.forbidden_branches.as_ref();
        let Some((forbidden, rule)) = said(self.rules, get) else { return };
        let triggers = definition.triggers().unwrap_or_default();
        let mut named: Vec<String> =
            triggers.iter().flat_map(|trigger| trigger.branches()).map(str::to_owned).collect();
        if named.is_empty() {
            match &self.facts.default_branch {
                Fact::Known(branch) => named.push(branch.clone()),
                missing => return self.missing(key, rule, &missing.clone()),
            }
        }
        for branch in named {
            // Of two patterns it is enough that one of them means the other.
            let meant = forbidden.0.iter().any(|one| Words(vec![branch.clone()]).allow(one));
            if forbidden.allow(&branch) || meant {
                let says = format!("automations are forbidden on the branch {}", shown(&branch));
                self.find(key, rule, Grade::Refuses, says);
            }
        }
    }
}

type Get = fn(&Says) -> Option<&Words>;
