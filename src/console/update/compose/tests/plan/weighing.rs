//! What is said of each row before it is sent.

use super::Standing::{Allowed, Asking, Duplicate, NeedsReason, Refused};
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
    assert!(refused.weighed.as_ref().unwrap().0.line.contains("the template t is not for other/one, only for acme/*"));
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
