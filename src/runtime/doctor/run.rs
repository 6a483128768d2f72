//! One examination: this machine first, which takes no time, then the service.

use tokio::sync::mpsc;

use super::files::{self, Here};
use super::terminal::{self, Env};
use crate::console::doctor::Told;
use crate::domain::capability::Row;
use crate::domain::{Instant, RepoName};
use crate::ledger::Ledger;
use crate::ops;
use crate::ops::capabilities::{self, News};

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub repos: &'a [RepoName],
    /// What was refused before may be tried again.
    pub anew: bool,
}

/// What of this machine is looked at.
#[derive(Clone, Debug)]
pub struct Local {
    pub here: Here,
    pub env: Env,
    /// There is a ledger. Where there is none, none is made for this.
    pub has_ledger: bool,
}

impl Local {
    /// What this machine has to say. Blocking. `ledger`: `None` where there is none.
    pub fn rows(&self, ledger: Option<&dyn Ledger>, at: Instant) -> Vec<Row> {
        let mut rows = files::rows(&self.here, at);
        rows.extend(files::ledger_rows(&self.here, ledger, at));
        rows.extend(terminal::rows(&self.env, at));
        rows
    }
}

/// Tells every row as it is found. `local`: `None` where there is nothing of this machine to tell, as in the demo.
pub async fn examine(context: &ops::Context, local: Option<Local>, about: About<'_>, tell: mpsc::Sender<News>) {
    if let Some(local) = local {
        let (at, ledger) = (context.now(), std::sync::Arc::clone(&context.ledger));
        let look = move || local.rows(local.has_ledger.then_some(&*ledger), at);
        if let Ok(rows) = tokio::task::spawn_blocking(look).await {
            let _ = tell.send(News::Rows(rows)).await;
        }
    }
    capabilities::examine(context, about.repos, about.anew, tell).await;
}

/// The same news in the console's words.
pub fn into_console(news: News) -> Told {
    match news {
        News::Asking { words, left } => Told::Asking { words, left },
        News::Rows(rows) => Told::Rows(rows),
        News::Done { not_asked } => Told::Done { not_asked },
    }
}
