//! What became of an act whose answer was lost: found out by one, told to whoever waits for it, once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use atc::console::Effect;
use atc::console::event::{Event, Op, What};
use atc::console::reviews::{News, Wish};
use atc::domain::pull_order::{PullAct, PullOrder};
use atc::ledger::Ledger as _;
use atc::ledger::memory::Memory;
use atc::ledger::port::Outcome;
use atc::ops::cancel::Patience;
use atc::runtime::engine::{Engine, Pace};
use tokio::sync::mpsc;

use crate::acting::{context, lost, order, world};
use crate::fake::Fake;

struct Stage {
    fake: Arc<Fake>,
    book: Arc<Memory>,
    /// It shows at the service.
    done: Arc<AtomicBool>,
    order: PullOrder,
    received: mpsc::Receiver<Event>,
    _engine: Engine,
}

/// A comment is sent, and its answer is lost; nothing of it shows yet.
async fn lost_comment() -> Stage {
    let (done, book) = (Arc::new(AtomicBool::new(false)), Arc::new(Memory::new()));
    let fake = world(&done);
    *fake.on_act.lock().unwrap() = Box::new(|_| Err(lost()));
    *fake.on_comment.lock().unwrap() = Box::new(|_| Err(lost()));
    let (fake, context) = context(fake, &book);
    let (desk, received) = crate::fake::desk(&fake);
    let mut engine = Engine::spawn(desk, context, Pace::default(), Patience::default());
    let order = order(PullAct::Comment("please @copilot".to_owned()));
    engine.perform(Effect::Reviews(Wish::Act(Box::new(order.clone()))));
    let mut stage = Stage { fake, book, done, order, received, _engine: engine };
    assert_eq!(stage.told(60).await, ["not known"]);
    stage
}

impl Stage {
    /// What is told of it in so many seconds.
    async fn told(&mut self, seconds: u64) -> Vec<&'static str> {
        let mut told = Vec::new();
        for _ in 0..seconds {
            tokio::time::sleep(Duration::from_secs(1)).await;
            while let Ok(event) = self.received.try_recv() {
                match event.what {
                    What::Op(Op::Reviews(news)) => {
                        if let News::Acted { order, result } = *news {
                            assert_eq!(order.id, self.order.id);
                            let happened =
                                result.is_ok_and(|text| text.contains("it did happen: the comment is there"));
                            told.push(if happened { "happened" } else { "not known" });
                        }
                    }
                    What::Op(Op::Found { .. }) => told.push("found"),
                    What::Op(Op::Note { .. }) => told.push("note"),
                    What::Op(Op::FollowedUp(_)) => told.push("followed"),
                    _ => {}
                }
            }
        }
        told
    }

    fn open(&self) -> usize {
        self.book.unresolved().unwrap().len()
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_settler_finds_is_told_to_whoever_waits_for_it_and_to_nobody_else() {
    let mut stage = lost_comment().await;
    assert_eq!((stage.told(3 * 60).await, stage.open()), (vec![], 1), "what does not show proves nothing");
    stage.done.store(true, Ordering::SeqCst);
    assert_eq!(stage.told(2 * 60 * 60).await, ["happened"]);
    assert_eq!(stage.open(), 0);
    assert_eq!(stage.fake.calls("comment").max(stage.fake.calls("act ")), 1, "and it is never sent again");
}

#[tokio::test(start_paused = true)]
async fn what_another_console_found_is_told_here_once_as_well() {
    for (outcome, told) in
        [(Outcome::Confirmed("seen".into()), vec!["happened"]), (Outcome::Rejected("never came".into()), vec![])]
    {
        let mut stage = lost_comment().await;
        stage.book.record(stage.order.id, (stage.fake.now)(), &outcome).unwrap();
        assert_eq!(stage.told(2 * 60 * 60).await, told);
    }
}
