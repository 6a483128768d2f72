//! One prompt for several repositories: chosen, weighed, asked about once, sent, and taken up again.

use std::sync::Arc;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::*;
use crate::console::event::{Event, Op, What};
use crate::console::keys::lookup;
use crate::console::state::compose::plan::{PlanPane, Stage, Standing};
use crate::console::state::dialog::Ask;
use crate::console::state::place::Pane;
use crate::console::update::update;
use crate::domain::plan::{Plan, PlanNews, Turn};
use crate::domain::policy::{Fact, Facts, InForce, Key as Limit, PastStart, Policy, Rule, Says};
use crate::domain::{Task, TaskId, TaskRef};
use crate::text::Safe;

const NAMES: [&str; 7] = ["acme/api", "acme/billing", "acme/docs", "acme/mobile", "acme/web", "other/one", "other/two"];

fn repo(name: &str) -> RepoName {
    name.parse().unwrap()
}

fn watching(names: &[&str]) -> Model {
    let mut model = filled();
    model.settings.repos = names.iter().map(|name| repo(name)).collect();
    model
}

fn keys(model: &mut Model, keys: &[Chord]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for chord in keys {
        model.now += TimeDelta::milliseconds(300);
        effects.extend(update(model, Event { at: model.now, what: What::Key(*chord) }));
    }
    effects
}

fn typed(model: &mut Model, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|c| keys(model, &[Chord::char(c)])).collect()
}

fn enter(model: &mut Model) -> Vec<Effect> {
    keys(model, &[Chord::plain(Key::Enter)])
}

fn esc(model: &mut Model) -> Vec<Effect> {
    keys(model, &[Chord::plain(Key::Esc)])
}

fn news(model: &mut Model, op: Op) -> Vec<Effect> {
    update(model, Event { at: model.now, what: What::Op(op) })
}

/// All of these chosen; the table is open.
fn planned(names: &[&str]) -> (Model, Vec<Effect>) {
    let mut model = watching(names);
    let mut effects = keys(&mut model, &[Chord::ctrl('f'), Chord::char('*')]);
    // The form's own was marked already: all are now.
    effects.extend(enter(&mut model));
    (model, effects)
}

fn plan(model: &Model) -> &PlanPane {
    model.compose.plan.as_ref().unwrap()
}

fn policy() -> Arc<InForce> {
    let says = Says { open_pulls: Some(4), reason_beyond: Some(vec![Limit::OpenPulls]), ..Says::default() };
    let mut policy = Policy { everywhere: vec![Rule::everywhere("team", says)], ..Policy::unlimited() };
    let shut = Says { open_pulls: Some(0), ..Says::default() };
    policy.rules.push(Rule {
        id: "shut".into(),
        repos: vec!["other/*".parse().unwrap()],
        says: Says { reason_beyond: Some(Vec::new()), ..shut },
    });
    Arc::new(InForce::of(policy))
}

fn facts(model: &Model, pulls: u64) -> Facts {
    Facts {
        at: Some(model.now),
        pulls: Fact::Known(pulls),
        starts: Fact::Known(Vec::new()),
        default_branch: Fact::Known("trunk".to_owned()),
        ..Facts::default()
    }
}

fn tell(model: &mut Model, name: &str, facts: Facts) -> Vec<Effect> {
    news(model, Op::Weighed { repo: repo(name), facts: Box::new(facts), policy: policy() })
}

/// Every row has a verdict: allowed, but those of `other`.
fn weighed(names: &[&str]) -> Model {
    let (mut model, _) = planned(names);
    for name in names {
        let facts = facts(&model, 1);
        tell(&mut model, name, facts);
    }
    model
}

/// The same prompt was started there.
fn duplicate(model: &Model, name: &str) -> Facts {
    let prompt = form(model).request().unwrap().prompt;
    let start = PastStart {
        age: TimeDelta::minutes(4),
        repo: repo(name),
        prompt_hash: Some(Sha256::digest(prompt.as_bytes()).into()),
        ticket: None,
        task: None,
        rejected: false,
    };
    Facts { starts: Fact::Known(vec![start]), ..facts(model, 1) }
}

fn standings(model: &Model) -> Vec<Standing> {
    plan(model).rows.iter().map(|row| row.standing(plan(model).is_running())).collect()
}

fn asked(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Weigh(_))).count()
}

fn sent(effects: &[Effect]) -> Option<&Plan> {
    effects.iter().find_map(|effect| match effect {
        Effect::Plan(plan) => Some(&**plan),
        _ => None,
    })
}

fn repos_of(plan: &Plan) -> Vec<&str> {
    plan.orders.iter().map(|order| order.request.repo.as_str()).collect()
}

/// Asked and answered; nothing has to be typed.
fn go(model: &mut Model) -> Plan {
    keys(model, &[Chord::ctrl('s')]);
    let effects = keys(model, &[Chord::char('y')]);
    sent(&effects).unwrap_or_else(|| panic!("{:?} {}", model.dialog, note(model))).clone()
}

fn row(model: &mut Model, id: Uuid, name: &str, turn: Turn) -> Vec<Effect> {
    let task = match &turn {
        Turn::Started(at) => Some(Box::new(Task { at: at.clone(), name: "Do it".into(), ..Task::queued("x") })),
        _ => None,
    };
    news(model, Op::Plan { plan: id, news: PlanNews::Row { repo: repo(name), turn, task } })
}

fn started(name: &str) -> Turn {
    let id = TaskId::new(format!("t-{}", name.rsplit('/').next().unwrap()));
    Turn::Started(TaskRef { repo: repo(name), id })
}

fn end(model: &mut Model, id: Uuid, why: Option<&str>) -> Vec<Effect> {
    news(model, Op::Plan { plan: id, news: PlanNews::Ended { why: why.map(Safe::new) } })
}

mod choosing {
    use super::*;

    #[test]
    fn what_is_typed_narrows_space_marks_and_enter_takes_the_marked() {
        let mut model = watching(&NAMES);
        keys(&mut model, &[Chord::ctrl('f')]);
        assert_eq!(model.compose.context(), Context::Repos);
        typed(&mut model, "other");
        assert_eq!(model.compose.picker.as_ref().unwrap().listed().len(), 2);
        typed(&mut model, "  ");
        esc(&mut model);
        assert_eq!(model.compose.context(), Context::Repos, "first everything is listed again");
        enter(&mut model);
        let repos: Vec<&str> = form(&model).repos.iter().map(RepoName::as_str).collect();
        assert_eq!(repos, ["acme/api", "other/one", "other/two"]);
        assert_eq!(model.compose.context(), Context::Plan);
    }

    #[test]
    fn a_name_that_is_not_watched_is_typed_out() {
        let mut model = watching(&NAMES[..2]);
        keys(&mut model, &[Chord::ctrl('f')]);
        typed(&mut model, "new/one");
        enter(&mut model);
        let repos: Vec<&str> = form(&model).repos.iter().map(RepoName::as_str).collect();
        assert_eq!(repos, ["acme/api", "new/one"]);
    }

    #[test]
    fn a_paste_narrows_and_never_marks() {
        let mut model = watching(&NAMES);
        keys(&mut model, &[Chord::ctrl('f')]);
        let text = Untrusted::from("acme/*\u{202e}");
        let at = model.now;
        update(&mut model, Event { at, what: What::Paste(text) });
        let picker = model.compose.picker.as_ref().unwrap();
        assert_eq!((picker.listed().len(), picker.chosen().len()), (5, 1), "{}", picker.typed.text());
    }

    #[test]
    fn one_repository_is_no_plan_and_none_is_nothing() {
        let mut model = watching(&NAMES);
        keys(&mut model, &[Chord::ctrl('f'), Chord::char(' '), Chord::char(' ')]);
        enter(&mut model);
        assert!(form(&model).repos.is_empty() && model.compose.plan.is_none());
        assert_eq!(form(&model).request().unwrap().repo, repo("acme/billing"));
        assert_eq!(model.compose.context(), Context::Form);
        model.settings.repos.clear();
        let mut none = model;
        none.compose.form.as_mut().unwrap().choose(&FieldId::Repo, "");
        keys(&mut none, &[Chord::ctrl('f')]);
        enter(&mut none);
        assert!(none.compose.picker.is_some() && note(&none).contains("no repository is marked"), "{}", note(&none));
    }

    #[test]
    fn the_form_says_how_many_and_a_step_of_the_field_chooses_one_alone_again() {
        let (mut model, effects) = planned(&NAMES);
        assert!(kept(&effects).len() == 1, "the choice is in the draft");
        esc(&mut model);
        assert_eq!(form(&model).to_draft().repos.len(), 7);
        go_to(&mut model, &FieldId::Repo);
        press(&mut model, &[Intent::NextChoice]);
        assert!(form(&model).repos.is_empty());
    }

    #[test]
    fn a_draft_keeps_its_repositories_and_its_plan_over_the_disk() {
        let (model, _) = planned(&NAMES);
        let draft = Draft { id: Uuid::nil(), plan: Some(Uuid::from_u128(5)), ..form(&model).to_draft() };
        let text = serde_json::to_string(&draft).unwrap();
        let read: Draft = serde_json::from_str(&text).unwrap();
        assert_eq!((read.repos.len(), read.plan), (7, Some(Uuid::from_u128(5))));
        assert_eq!(read, draft);
    }

    #[test]
    fn what_is_not_ready_or_one_repositorys_own_leads_to_no_table() {
        let mut model = model();
        press(&mut model, &[Intent::Enter]);
        keys(&mut model, &[Chord::ctrl('f'), Chord::char('*')]);
        enter(&mut model);
        assert!(model.compose.plan.is_none() && note(&model).contains("what is required"), "{}", note(&model));
        assert_eq!(form(&model).repos.len(), 2, "the choice stays");
        type_in(&mut model, "it");
        go_to(&mut model, &FieldId::HeadRef);
        type_in(&mut model, "copilot/x");
        keys(&mut model, &[Chord::ctrl('s')]);
        assert!(model.compose.plan.is_none() && note(&model).contains("one repository's own"), "{}", note(&model));
    }
}

mod weighing {
    use super::*;

    #[test]
    fn verdicts_are_asked_for_a_few_at_a_time_and_are_unknown_until_then() {
        let (mut model, effects) = planned(&NAMES);
        assert_eq!(asked(&effects), 3, "beside the form's own, which is on its way");
        assert!(standings(&model).iter().all(|standing| *standing == Standing::Asking));
        assert_eq!(plan(&model).counts(), "7 asked about");
        let facts = facts(&model, 1);
        assert_eq!(asked(&tell(&mut model, "acme/api", facts.clone())), 1, "one is here, the next goes");
        assert_eq!(standings(&model)[0], Standing::Allowed);
        assert_eq!(plan(&model).base_of(&plan(&model).rows[0]).as_str(), "main", "the form's");
        keys(&mut model, &[Chord::ctrl('s')]);
        assert!(model.dialog.is_none() && note(&model).contains("6 of the rows are being asked about"));
    }

    #[test]
    fn each_row_says_what_the_policy_says_of_it_and_the_heading_counts() {
        let (mut model, _) = planned(&NAMES);
        for (name, pulls) in [("acme/api", 1), ("acme/billing", 9), ("acme/docs", 2), ("other/one", 1)] {
            let facts = facts(&model, pulls);
            tell(&mut model, name, facts);
        }
        let facts = duplicate(&model, "acme/mobile");
        tell(&mut model, "acme/mobile", facts);
        let unknown = Facts { pulls: Fact::unknown("the service did not answer"), ..super::facts(&model, 0) };
        tell(&mut model, "acme/web", unknown);
        use Standing::{Allowed, Asking, Duplicate, NeedsReason, Refused};
        assert_eq!(standings(&model), [Allowed, NeedsReason, Allowed, Duplicate, NeedsReason, Refused, Asking]);
        assert_eq!(plan(&model).counts(), "2 allowed, 2 need a reason, 1 duplicate, 1 refused, 1 asked about");
        let line = |n: usize| plan(&model).rows[n].weighed.as_ref().unwrap().0.line.to_string();
        assert!(line(5).contains("(rule `shut`)") && line(4).contains("not known: the service did not answer"));
    }

    #[test]
    fn a_template_for_other_repositories_refuses_a_row_by_name_without_asking() {
        let text = TEMPLATE.replace("title = \"T\"\n", "title = \"T\"\nrepos = [\"acme/*\"]\n");
        let mut model = model();
        model.settings.repos = NAMES.iter().map(|name| repo(name)).collect();
        templates(&mut model, vec![Template::parse("t.md", &text).unwrap()], Vec::new());
        press(&mut model, &[Intent::Enter]);
        type_in(&mut model, "it");
        keys(&mut model, &[Chord::ctrl('f'), Chord::char('*')]);
        enter(&mut model);
        let refused = &plan(&model).rows[5];
        assert_eq!(refused.before(), Standing::Refused);
        assert!(
            refused.weighed.as_ref().unwrap().0.line.contains("the template t is not for other/one, only for acme/*")
        );
        assert!(!plan(&model).to_ask.contains(&repo("other/one")));
        assert_eq!(form(&model).fault_count(), 0, "the form itself is fine");
    }

    #[test]
    fn rows_start_at_the_forms_base_or_at_their_own_default_branch() {
        let mut model = weighed(&NAMES[..2]);
        typed(&mut model, "b");
        let plan = plan(&model);
        assert_eq!((plan.base_of(&plan.rows[0]).as_str(), plan.base_of(&plan.rows[1]).as_str()), ("trunk", "main"));
        let sent = go(&mut model);
        let bases: Vec<Option<&str>> = sent.orders.iter().map(|order| order.request.base_ref.as_deref()).collect();
        assert_eq!(bases, [None, Some("main")]);
    }

    #[test]
    fn what_was_chosen_by_hand_stays_when_the_form_is_seen_to_again() {
        let mut model = weighed(&NAMES[..3]);
        typed(&mut model, " ");
        assert!(!plan(&model).rows[0].is_in());
        esc(&mut model);
        assert_eq!(model.compose.context(), Context::Form);
        keys(&mut model, &[Chord::ctrl('s')]);
        assert!(!plan(&model).rows[0].is_in() && plan(&model).rows[1].is_in());
    }

    #[test]
    fn old_verdicts_tell_their_age_and_can_be_asked_for_anew() {
        let mut model = weighed(&NAMES[..3]);
        assert_eq!(plan(&model).oldest_verdict(model.now), None);
        model.now += TimeDelta::minutes(5);
        assert!(plan(&model).oldest_verdict(model.now).is_some());
        assert!(plan(&model).next_change(model.now).unwrap() > model.now);
        assert_eq!(asked(&typed(&mut model, "r")), 3);
        assert_eq!(standings(&model), [Standing::Asking; 3]);
    }
}

mod asking {
    use super::*;

    #[test]
    fn one_question_counts_and_lists_what_goes_and_what_is_left_out() {
        let mut model = weighed(&NAMES);
        let effects = keys(&mut model, &[Chord::ctrl('s')]);
        assert!(sent(&effects).is_none(), "nothing is sent on the key alone");
        let dialog = model.dialog.clone().unwrap();
        assert_eq!(dialog.title.as_str(), "Start 5 tasks, one in each?");
        let body = dialog.body.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        for word in ["acme/api (main)", "acme/web (main)", "2 rows are left out", "2 refused", "Do it (minor)"] {
            assert!(body.contains(word), "{word} in {body}");
        }
        assert!(dialog.word.is_none(), "five need no typing");
        let effects = keys(&mut model, &[Chord::char('n')]);
        assert!(sent(&effects).is_none() && plan(&model).stage == Stage::Planned);
        let plan = go(&mut model);
        assert_eq!(repos_of(&plan), &NAMES[..5], "a refused row is not sent");
        assert!(plan.orders.iter().all(|order| order.template.as_deref() == Some("t") && order.reason.is_none()));
        let ids: std::collections::HashSet<Uuid> = plan.orders.iter().map(|order| order.id).collect();
        assert!(ids.len() == 5 && !ids.contains(&Uuid::nil()) && !plan.id.is_nil());
    }

    #[test]
    fn above_five_rows_their_number_is_typed() {
        let names: Vec<String> = (0..12).map(|n| format!("acme/r{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut model = watching(&names);
        keys(&mut model, &[Chord::ctrl('f'), Chord::char('*')]);
        enter(&mut model);
        for name in names.iter().chain(&["acme/api"]) {
            let facts = facts(&model, 1);
            tell(&mut model, name, facts);
        }
        keys(&mut model, &[Chord::ctrl('s')]);
        let dialog = model.dialog.clone().unwrap();
        assert!(dialog.title.contains("13 tasks") && dialog.body[0].contains("and 6 more"), "{:?}", dialog.body);
        assert!(sent(&keys(&mut model, &[Chord::char('y'), Chord::plain(Key::Enter)])).is_none());
        keys(&mut model, &[Chord::plain(Key::Backspace)]);
        typed(&mut model, "13");
        assert_eq!(sent(&enter(&mut model)).unwrap().orders.len(), 13);
    }

    #[test]
    fn one_reason_is_typed_for_all_rows_that_need_one_and_given_to_no_other() {
        let mut model = weighed(&NAMES[..4]);
        for name in ["acme/billing", "acme/docs"] {
            let facts = facts(&model, 9);
            tell(&mut model, name, facts);
        }
        keys(&mut model, &[Chord::ctrl('s')]);
        assert!(model.dialog.as_ref().unwrap().body[0].contains("acme/billing: needs a reason: 9 of 4 open PRs"));
        assert!(sent(&typed(&mut model, "y")).is_none(), "a letter is a letter");
        typed(&mut model, "es, the old client goes away");
        let effects = enter(&mut model);
        let reasons: Vec<Option<&str>> =
            sent(&effects).unwrap().orders.iter().map(|order| order.reason.as_deref()).collect();
        let why = Some("yes, the old client goes away");
        assert_eq!(reasons, [None, why, why, None]);
    }

    #[test]
    fn a_duplicate_is_named_and_left_out_until_its_row_is_marked_on_purpose() {
        let mut model = weighed(&NAMES[..3]);
        let facts = duplicate(&model, "acme/billing");
        tell(&mut model, "acme/billing", facts);
        keys(&mut model, &[Chord::char('*'), Chord::char('*')]);
        assert!(!plan(&model).rows[1].is_in(), "all does not mean what may be there already");
        keys(&mut model, &[Chord::ctrl('s')]);
        let dialog = model.dialog.take().unwrap();
        let Ask::Plan { plan: sent, .. } = &dialog.ask else { panic!() };
        assert_eq!(repos_of(sent), ["acme/api", "acme/docs"]);
        assert!(dialog.body.iter().any(|line| line.contains("1 row is left out")), "{:?}", dialog.body);
        keys(&mut model, &[Chord::char('j'), Chord::char(' ')]);
        assert!(note(&model).contains("acme/billing is sent although"), "{}", note(&model));
        keys(&mut model, &[Chord::ctrl('s')]);
        let first = model.dialog.as_ref().unwrap().body[0].to_string();
        assert!(first.contains("acme/billing: again, although the same prompt may have been started"), "{first}");
        let effects = typed(&mut model, "y");
        let again: Vec<bool> = sent_again(&effects);
        assert_eq!(again, [false, true, false]);
    }

    fn sent_again(effects: &[Effect]) -> Vec<bool> {
        sent(effects).unwrap().orders.iter().map(|order| order.again).collect()
    }

    #[test]
    fn what_is_pinned_by_the_question_is_what_goes_whatever_is_learnt_meanwhile() {
        let mut model = weighed(&NAMES[..3]);
        keys(&mut model, &[Chord::ctrl('s')]);
        let facts = facts(&model, 9);
        tell(&mut model, "acme/docs", facts);
        assert_eq!(repos_of(sent(&typed(&mut model, "y")).unwrap()), &NAMES[..3]);
    }

    #[test]
    fn a_refused_row_cannot_be_taken_in_and_says_why() {
        let mut model = weighed(&NAMES);
        keys(&mut model, &[Chord::char('G'), Chord::char(' ')]);
        assert!(note(&model).contains("(rule `shut`)"), "{}", note(&model));
        assert!(!plan(&model).rows[6].is_in());
    }

    #[test]
    fn nothing_is_asked_where_no_row_would_go_and_nothing_at_all_when_read_only() {
        let mut model = weighed(&NAMES[5..]);
        typed(&mut model, "*");
        keys(&mut model, &[Chord::ctrl('s')]);
        assert!(model.dialog.is_none() && note(&model).contains("no row would be sent"), "{}", note(&model));
        let mut model = weighed(&NAMES[..3]);
        model.settings.read_only = true;
        for chord in [Chord::ctrl('s'), Chord::ctrl('f'), Chord::char('x')] {
            keys(&mut model, &[chord]);
            assert!(model.dialog.is_none() && model.compose.picker.is_none() && note(&model).contains("read-only"));
        }
    }
}

mod running {
    use super::*;

    #[test]
    fn every_row_ends_with_its_own_result_and_the_draft_outlives_what_is_not_done() {
        let mut model = weighed(&NAMES[..5]);
        keys(&mut model, &[Chord::ctrl('s')]);
        let effects = keys(&mut model, &[Chord::char('y')]);
        let Some(Effect::KeepDraft(kept)) = effects.first() else { panic!("{effects:?}") };
        let id = sent(&effects).unwrap().id;
        assert_eq!(kept.plan, Some(id), "kept before it is sent, with what it is sent as");
        assert_eq!(standings(&model), [Standing::Waiting; 5]);
        row(&mut model, id, "acme/api", Turn::Sending);
        assert_eq!(plan(&model).progress(), (0, 5));
        row(&mut model, id, "acme/api", started("acme/api"));
        row(&mut model, id, "acme/billing", Turn::Refused(Safe::new("refused: 3 of 3 active")));
        row(&mut model, id, "acme/docs", Turn::Unknown(Safe::new("no answer")));
        row(&mut model, id, "acme/mobile", Turn::Rejected(Safe::new("401")));
        assert_eq!(plan(&model).progress(), (4, 5));
        row(&mut model, id, "acme/web", Turn::NotSent(Safe::new("401")));
        let effects = end(&mut model, id, Some("401"));
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::DropDraft(_))), "there is something left");
        let said = note(&model);
        assert!(said.contains("1 started, 1 refused, 1 rejected, 1 unknown, 1 not sent — 401"), "{said}");
        let known = model.world.tasks.get(&TaskId::new("t-api")).unwrap();
        assert!(known.evidence.pull_asked, "the task is in the queue at once");
        assert_eq!(asked(&effects), 4, "what is left is weighed anew, for the counts have changed");
    }

    #[test]
    fn the_rest_goes_under_the_same_id_and_never_what_may_have_started() {
        let mut model = weighed(&NAMES[..4]);
        let first = go(&mut model);
        row(&mut model, first.id, "acme/api", started("acme/api"));
        row(&mut model, first.id, "acme/billing", Turn::Unknown(Safe::new("no answer")));
        row(&mut model, first.id, "acme/docs", Turn::Rejected(Safe::new("401")));
        row(&mut model, first.id, "acme/mobile", Turn::NotSent(Safe::new("401")));
        end(&mut model, first.id, Some("401"));
        for name in ["acme/docs", "acme/mobile"] {
            let facts = facts(&model, 1);
            tell(&mut model, name, facts);
        }
        let facts = duplicate(&model, "acme/billing");
        tell(&mut model, "acme/billing", facts);
        let second = go(&mut model);
        assert_eq!((second.id, repos_of(&second)), (first.id, vec!["acme/docs", "acme/mobile"]));
        let ids = |plan: &Plan| plan.orders.iter().map(|order| order.id).collect::<Vec<_>>();
        assert!(ids(&second).iter().all(|id| !ids(&first).contains(id)), "an intent of its own each time");
        for name in ["acme/docs", "acme/mobile"] {
            row(&mut model, second.id, name, started(name));
        }
        end(&mut model, second.id, None);
        let facts = duplicate(&model, "acme/billing");
        tell(&mut model, "acme/billing", facts);
        keys(&mut model, &[Chord::ctrl('s')]);
        assert!(model.dialog.is_none() && note(&model).contains("no row would be sent"), "{}", note(&model));
        keys(&mut model, &[Chord::char('g'), Chord::char('j'), Chord::char(' ')]);
        let third = go(&mut model);
        assert!(third.orders[0].again && repos_of(&third) == ["acme/billing"], "a person wants it again");
        row(&mut model, third.id, "acme/billing", started("acme/billing"));
        let draft = form(&model).id;
        let effects = end(&mut model, third.id, None);
        assert!(effects.contains(&Effect::DropDraft(draft)), "all are tasks: nothing is left to be kept");
        assert!(model.compose.form.is_none() && plan(&model).is_done());
    }

    #[test]
    fn it_goes_on_while_somebody_is_elsewhere_and_the_table_comes_back() {
        let mut model = weighed(&NAMES[..3]);
        let sent = go(&mut model);
        row(&mut model, sent.id, "acme/api", started("acme/api"));
        esc(&mut model);
        assert_eq!(model.place.focus, Pane::Queue);
        assert!(note(&model).contains("plan 1/3 goes on"), "{}", note(&model));
        row(&mut model, sent.id, "acme/billing", started("acme/billing"));
        assert_eq!(model.place.focus, Pane::Queue, "news pull nobody away");
        typed(&mut model, ":plan");
        enter(&mut model);
        assert_eq!((model.place.focus, model.compose.context()), (Pane::Compose, Context::Plan));
        keys(&mut model, &[Chord::char('j'), Chord::plain(Key::Enter)]);
        assert_eq!(model.place.focus, Pane::Queue);
        assert_eq!(model.queue.selected, Some(TaskId::new("t-billing")));
    }

    #[test]
    fn stopping_asks_once_and_the_form_stays_as_it_was_sent() {
        let mut model = weighed(&NAMES[..3]);
        assert_eq!(typed(&mut model, "x"), [], "nothing is under way");
        let sent = go(&mut model);
        assert_eq!(typed(&mut model, "x"), [Effect::StopPlan(sent.id)]);
        assert_eq!(typed(&mut model, "x"), [], "once");
        typed(&mut model, " ");
        assert!(note(&model).contains("under way"), "{}", note(&model));
        row(&mut model, sent.id, "acme/api", started("acme/api"));
        row(&mut model, sent.id, "acme/billing", Turn::NotSent(Safe::new("stopped here")));
        row(&mut model, sent.id, "acme/docs", Turn::NotSent(Safe::new("stopped here")));
        end(&mut model, sent.id, Some("stopped here"));
        esc(&mut model);
        let before = form(&model).prompt.text();
        go_to_prompt(&mut model);
        type_in(&mut model, "more");
        edited(&mut model, Ok(Untrusted::from("Mine")), &mut Vec::new());
        assert_eq!(form(&model).prompt.text(), before, "the rest is to be the same");
        keys(&mut model, &[Chord::ctrl('s')]);
        assert_eq!(model.compose.context(), Context::Plan);
    }

    #[test]
    fn quitting_asks_while_it_is_under_way() {
        let mut model = weighed(&NAMES[..3]);
        let sent = go(&mut model);
        row(&mut model, sent.id, "acme/api", started("acme/api"));
        let effects = typed(&mut model, "q");
        assert!(!effects.contains(&Effect::Quit));
        let body = model.dialog.as_ref().unwrap().body[0].to_string();
        assert!(body.contains("1 of 3 rows are over") && body.contains("can be sent later"), "{body}");
    }

    #[test]
    fn two_plans_never_run_at_once() {
        let mut model = weighed(&NAMES[..3]);
        let sent = go(&mut model);
        keys(&mut model, &[Chord::plain(Key::Esc), Chord::char('n'), Chord::char('j')]);
        assert_eq!(model.compose.context(), Context::Templates);
        enter(&mut model);
        type_in(&mut model, "other");
        keys(&mut model, &[Chord::ctrl('f'), Chord::char('*')]);
        enter(&mut model);
        assert!(note(&model).contains("another plan is under way"), "{}", note(&model));
        assert_eq!(plan(&model).id, Some(sent.id));
        for name in &NAMES[..3] {
            row(&mut model, sent.id, name, started(name));
        }
        let effects = end(&mut model, sent.id, None);
        assert!(effects.iter().any(|effect| matches!(effect, Effect::DropDraft(_))));
        assert!(model.compose.drafts.is_empty() && model.compose.form.is_some(), "the other form stays");
    }

    #[test]
    fn a_pause_of_the_service_is_said_and_ends_with_the_next_row() {
        let mut model = weighed(&NAMES[..3]);
        let sent = go(&mut model);
        let until = model.now + TimeDelta::seconds(60);
        let holds = PlanNews::Holds { until, why: Safe::new("too many requests") };
        news(&mut model, Op::Plan { plan: sent.id, news: holds });
        assert_eq!(plan(&model).holds.as_ref().unwrap().0, until);
        row(&mut model, sent.id, "acme/billing", Turn::Sending);
        assert!(plan(&model).holds.is_none());
    }

    #[test]
    fn news_of_another_plan_change_no_row() {
        let mut model = weighed(&NAMES[..3]);
        go(&mut model);
        row(&mut model, Uuid::from_u128(9), "acme/api", started("acme/api"));
        end(&mut model, Uuid::from_u128(9), None);
        assert_eq!(standings(&model), [Standing::Waiting; 3]);
        assert!(model.world.tasks.get(&TaskId::new("t-api")).is_some(), "its task is a task all the same");
    }
}

mod taking_up_again {
    use super::*;

    const ID: Uuid = Uuid::from_u128(77);

    /// A console that was started anew, with the draft of a plan that was cut off.
    fn restarted() -> (Model, Vec<Effect>) {
        let draft = Draft { plan: Some(ID), ..form(&weighed(&NAMES[..4])).to_draft() };
        let mut model = model();
        drafts(&mut model, vec![draft]);
        let effects = enter(&mut model);
        (model, effects)
    }

    #[test]
    fn the_draft_leads_to_the_table_and_the_ledger_tells_what_was_sent() {
        let (mut model, effects) = restarted();
        assert_eq!(model.compose.context(), Context::Plan);
        assert!(effects.contains(&Effect::LookPlan(ID)));
        keys(&mut model, &[Chord::ctrl('s')]);
        assert!(model.dialog.is_none() && note(&model).contains("not read from the ledger yet"), "{}", note(&model));
        let told = vec![
            (repo("acme/api"), started("acme/api")),
            (repo("acme/billing"), Turn::Unknown(Safe::new("the program ended"))),
        ];
        news(&mut model, Op::PlanKnown { plan: ID, told: Ok(told) });
        for name in ["acme/docs", "acme/mobile"] {
            let facts = facts(&model, 1);
            tell(&mut model, name, facts);
        }
        let facts = duplicate(&model, "acme/billing");
        tell(&mut model, "acme/billing", facts);
        use Standing::{Allowed, Started, Unknown};
        assert_eq!(standings(&model), [Started, Unknown, Allowed, Allowed]);
        let sent = go(&mut model);
        assert_eq!((sent.id, repos_of(&sent)), (ID, vec!["acme/docs", "acme/mobile"]));
    }

    #[test]
    fn a_plan_that_was_done_after_all_needs_its_draft_no_more() {
        let (mut model, _) = restarted();
        let draft = form(&model).id;
        let told = NAMES[..4].iter().map(|name| (repo(name), started(name))).collect();
        let effects = news(&mut model, Op::PlanKnown { plan: ID, told: Ok(told) });
        assert!(effects.contains(&Effect::DropDraft(draft)));
        assert!(plan(&model).is_done() && model.compose.form.is_none());
    }

    #[test]
    fn a_ledger_that_cannot_be_read_sends_nothing_and_is_read_again_on_a_key() {
        let (mut model, _) = restarted();
        let fault = Fault::new(FaultKind::Local, "the ledger is damaged", "look");
        news(&mut model, Op::PlanKnown { plan: ID, told: Err(fault) });
        assert!(note(&model).contains("the ledger is damaged"), "{}", note(&model));
        keys(&mut model, &[Chord::ctrl('s')]);
        assert!(model.dialog.is_none());
        assert_eq!(typed(&mut model, "r"), [Effect::LookPlan(ID)]);
    }
}

#[test]
fn the_keys_of_the_table_are_its_own() {
    assert_eq!(lookup(Context::Plan, Chord::char('x')), Some(Intent::Stop));
    assert_eq!(lookup(Context::Plan, Chord::char('q')), Some(Intent::Quit));
    assert_eq!(lookup(Context::Repos, Chord::char('q')), None, "a letter is typed");
}
