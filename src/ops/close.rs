//! Close a pull request without a merge. Its branch stays.

use super::context::Context;
use super::on_pull::{intent, once, read};
use crate::domain::{Fault, PullOrder, PullState};
use crate::ledger::port::Action;
use crate::provider::port::Call;
use crate::text::Safe;

pub(super) async fn close(context: &Context, order: &PullOrder) -> Result<Safe, Fault> {
    let target = &order.target;
    let intent = intent(context, order.id, Action::Close, target, r#"{"state":"closed"}"#.to_owned()).await;
    let send = async {
        context.provider.close(&target.at.repo, target.number).await?;
        Ok("closed".to_owned())
    };
    let look = || -> Call<'_, Option<String>> {
        Box::pin(async move {
            let pull = read(context, target).await?;
            let closed = pull.is_some_and(|pull| pull.state == PullState::Closed);
            Ok(closed.then(|| "it is closed".to_owned()))
        })
    };
    once(context, intent, send, look).await?;
    Ok(Safe::new(format!("closed {}", target.name())))
}
