//! Plans on their way: carried out one at a time, told row by row, stopped when the operator says so.

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::desk::Desk;
use super::poller::Wish;
use super::settler;
use crate::console::event::Op;
use crate::domain::plan::{Plan, PlanNews, Turn};
use crate::ops::{self, fan_out};

#[derive(Debug)]
pub struct Plans {
    desk: Desk,
    context: ops::Context,
    wishes: mpsc::Sender<Wish>,
    /// Looks after rows whose answer was lost.
    settler: settler::Call,
    /// The newest plan, and the way to stop it.
    newest: Option<(Uuid, watch::Sender<bool>)>,
}

impl Plans {
    pub fn new(desk: Desk, context: ops::Context, wishes: mpsc::Sender<Wish>, settler: settler::Call) -> Self {
        Self { desk, context, wishes, settler, newest: None }
    }

    pub fn send(&mut self, plan: Plan) {
        let (stop, stopped) = watch::channel(false);
        let id = plan.id;
        self.newest = Some((id, stop));
        let (desk, context, wishes) = (self.desk.clone(), self.context.clone(), self.wishes.clone());
        let settler = self.settler.clone();
        tokio::spawn(async move {
            let (report, mut reports) = mpsc::channel::<PlanNews>(8);
            let tell = async {
                while let Some(news) = reports.recv().await {
                    match &news {
                        PlanNews::Row { turn: Turn::Started(task), .. } => {
                            let _ = wishes.send(Wish::Look(task.clone())).await;
                        }
                        PlanNews::Row { turn: Turn::Unknown(_), .. } => settler.look(),
                        _ => {}
                    }
                    desk.op(Op::Plan { plan: id, news }).await;
                }
            };
            let pace = fan_out::Pace::default();
            tokio::join!(fan_out::fan_out(&context, plan, pace, stopped, report), tell);
        });
    }

    pub fn stop(&self, id: Uuid) {
        if let Some((_, stop)) = self.newest.as_ref().filter(|(newest, _)| *newest == id) {
            stop.send_replace(true);
        }
    }

    /// The program ends: no further row goes.
    pub fn end(self) {
        if let Some((_, stop)) = &self.newest {
            stop.send_replace(true);
        }
    }

    pub fn look(&self, id: Uuid) {
        let (desk, context, wishes) = (self.desk.clone(), self.context.clone(), self.wishes.clone());
        tokio::spawn(async move {
            let told = fan_out::look(&context, id).await;
            for (_, turn) in told.iter().flatten() {
                if let Turn::Started(task) = turn {
                    let _ = wishes.send(Wish::Look(task.clone())).await;
                }
            }
            desk.op(Op::PlanKnown { plan: id, told }).await;
        });
    }
}
