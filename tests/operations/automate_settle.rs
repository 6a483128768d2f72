//! After an answer that was lost: what can be told later of whether it was done. Nothing is ever sent again.

use atc::domain::FaultKind;
use atc::domain::automation::{Act, Automation, Definition};
use atc::ledger::Ledger as _;
use atc::ops::automate;
use serde_json::json;

use crate::automate::{Bench, bench, of, order, pinned};
use crate::shop::{automation, lost, obey, with};

/// What became of it meanwhile.
type Meanwhile = Box<dyn Fn(&mut Vec<Automation>, &atc::domain::AutomationOrder)>;

/// What a later look comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Done,
    /// Nothing shows that it was done, which is no proof that it was not.
    NotShown,
    /// It cannot be looked at.
    Unread(FaultKind),
}

fn edited(there: &mut Vec<Automation>, fields: serde_json::Value) {
    let one = there.pop().unwrap();
    let mut definition: Definition = one.definition().unwrap().clone();
    for (field, value) in fields.as_object().unwrap() {
        definition.set(field, value.clone());
    }
    there.push(with(one.at.id.raw(), 9, definition));
}

async fn looked_for(act: Act, meanwhile: Meanwhile) -> (Told, Bench) {
    let bench = bench(vec![automation("a", 1, json!({"model": "old"}))]);
    *bench.fake.shop.on_act.lock().unwrap() = Box::new(|_, _, _| Err(lost()));
    let order = order(act);
    assert_eq!(automate::act(&bench.context, &order).await.result.unwrap_err().kind, FaultKind::UnknownOutcome);
    meanwhile(&mut bench.fake.shop.there.lock().unwrap(), &order);
    let open = bench.book.unresolved().unwrap().remove(0);
    let told = match automate::settle(&bench.context, &open.intent).await {
        Ok(true) => Told::Done,
        Ok(false) => Told::NotShown,
        Err(fault) => Told::Unread(fault.kind),
    };
    (told, bench)
}

#[tokio::test(start_paused = true)]
async fn what_became_of_an_act_without_an_answer_is_told_by_what_is_there_now_and_by_nothing_else() {
    use FaultKind::{NotFound, Unsupported};
    use Told::{Done, NotShown, Unread};
    let done = || -> Meanwhile { Box::new(|there, order| drop(obey(there, order))) };
    let nothing = || -> Meanwhile { Box::new(|_, _| ()) };
    let gone = || -> Meanwhile { Box::new(|there, _| there.clear()) };
    let then = |fields: serde_json::Value| -> Meanwhile {
        Box::new(move |there, order| {
            obey(there, order);
            edited(there, fields.clone());
        })
    };
    let instead = |fields: serde_json::Value| -> Meanwhile { Box::new(move |there, _| edited(there, fields.clone())) };
    let one = automation("a", 1, json!({"model": "old"}));
    let edit = || Act::Edit(pinned(&one), of(json!({"model": "mine", "write_scope": "trigger"})));
    let off = || Act::Switch(pinned(&one), false);
    let create = || Act::Create(of(json!({"name": "new", "prompt": "p"})));
    let delete = || Act::Delete(pinned(&one));
    let cases: Vec<(&str, Act, Meanwhile, Told)> = vec![
        ("edited", edit(), done(), Done),
        ("not edited", edit(), nothing(), NotShown),
        ("edited, and another field by somebody else", edit(), then(json!({"description": "theirs"})), Done),
        ("edited, and the same field by somebody else", edit(), then(json!({"model": "theirs"})), NotShown),
        ("edited by somebody else alone", edit(), instead(json!({"model": "theirs"})), NotShown),
        ("edited and gone", edit(), gone(), Unread(NotFound)),
        ("switched off", off(), done(), Done),
        ("not switched off", off(), nothing(), NotShown),
        ("switched off, and edited by somebody else", off(), then(json!({"model": "theirs"})), Done),
        ("switched off, and on again by somebody else", off(), then(json!({"enabled": true})), NotShown),
        ("switched off and gone", off(), gone(), Unread(NotFound)),
        ("created", create(), done(), Done),
        ("not created", create(), nothing(), NotShown),
        ("created by somebody else", create(), instead(json!({"name": "new", "prompt": "another"})), NotShown),
        ("created, and its prompt edited", create(), then(json!({"prompt": "another"})), NotShown),
        ("deleted", delete(), done(), Done),
        ("not deleted", delete(), nothing(), NotShown),
        ("edited instead of deleted", delete(), instead(json!({"model": "theirs"})), NotShown),
    ];
    for (words, act, meanwhile, expected) in cases {
        let (told, bench) = looked_for(act, meanwhile).await;
        assert_eq!(told, expected, "{words}");
        let outcome = bench.recorded()[0].1;
        assert_eq!(outcome, Some(if told == Done { "confirmed" } else { "unknown" }), "{words}");
        assert_eq!(bench.book.unresolved().unwrap().is_empty(), told == Done, "{words}: what is not known stays open");
        assert_eq!(bench.sent(), 1, "{words}: nothing is sent again");
    }
    let bench = bench(Vec::new());
    *bench.fake.shop.on_act.lock().unwrap() = Box::new(|_, _, _| Err(lost()));
    automate::act(&bench.context, &order(create())).await.result.unwrap_err();
    *bench.fake.shop.here.lock().unwrap() = false;
    let open = bench.book.unresolved().unwrap().remove(0);
    let fault = automate::settle(&bench.context, &open.intent).await.unwrap_err();
    assert_eq!(
        (fault.kind, bench.book.unresolved().unwrap().len()),
        (Unsupported, 1),
        "a list that is gone tells nothing"
    );
}
