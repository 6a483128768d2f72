//! The automations a query holds of. Reads only, and no more than the query needs: lists first, then a closer look at
//! those that what the lists tell does not rule out.

use std::collections::HashMap;

use futures_util::{StreamExt as _, stream};

use super::gather::{self, Depth, Found, Survey, Whose};
use crate::domain::automation::query::{Facts, Needs, Query, hay};
use crate::domain::policy::Finding;
use crate::domain::{Automation, AutomationRef, Fault, Instant, UserId};
use crate::ops::context::Context;
use crate::text::Untrusted;

/// Logins that are asked for, where the lists name a creator by id alone.
const MOST_PEOPLE: usize = 100;
const AT_ONCE: usize = 4;

/// What was learnt besides the automations themselves.
#[derive(Default)]
struct Besides {
    viewer: Option<UserId>,
    logins: HashMap<UserId, Untrusted>,
    findings: HashMap<AutomationRef, Vec<Finding>>,
}

/// Those the query holds of, looked into as deeply as `depth` says.
pub async fn seek(context: &Context, whose: Whose<'_>, query: &Query, depth: Depth) -> Result<Survey, Fault> {
    let mut besides = Besides::before(context, query).await?;
    let listed = query.of_lists();
    let now = context.now();
    let keep = |one: &Automation| listed.matches(&besides.facts(one, None, "", now));
    let asked = depth_for(query);
    let (mut survey, all) = gather::survey_all(context, whose, asked, keep).await?;
    besides.learn(context, query, &survey.found).await?;
    let (held, others): (Vec<Found>, Vec<Found>) =
        std::mem::take(&mut survey.found).into_iter().partition(|found| besides.hold(query, found, now));
    survey.found = held;
    survey.leave_out(others);
    gather::deepen(context, &mut survey, &all, depth.max(asked)).await;
    Ok(survey)
}

/// Of these the query holds; they were looked into as deeply as [`depth_for`] says.
pub async fn held(context: &Context, query: &Query, found: &[Found]) -> Result<Vec<AutomationRef>, Fault> {
    let mut besides = Besides::before(context, query).await?;
    besides.learn(context, query, found).await?;
    let now = context.now();
    Ok(found.iter().filter(|one| besides.hold(query, one, now)).map(|one| one.automation.at.clone()).collect())
}

/// How deeply automations must be looked into before the query is asked.
pub fn depth_for(query: &Query) -> Depth {
    match query.needs() {
        Needs { track: true, .. } => Depth::Tracked,
        Needs { detail: true, .. } => Depth::Detailed,
        _ => Depth::Listed,
    }
}

impl Besides {
    /// What is needed before anything is looked into.
    async fn before(context: &Context, query: &Query) -> Result<Self, Fault> {
        let viewer = if query.needs().viewer { Some(context.provider.viewer().await?.id) } else { None };
        Ok(Self { viewer, ..Self::default() })
    }

    async fn learn(&mut self, context: &Context, query: &Query, found: &[Found]) -> Result<(), Fault> {
        let needs = query.needs();
        if needs.login {
            self.logins = logins(context, found).await;
        }
        if needs.findings {
            self.findings = findings(context, found).await?;
        }
        Ok(())
    }

    fn facts<'a>(&'a self, one: &'a Automation, found: Option<&'a Found>, hay: &'a str, now: Instant) -> Facts<'a> {
        Facts {
            automation: one,
            login: self.login(one),
            viewer: self.viewer,
            next: one.next_run(now),
            track: found.and_then(|found| found.track.as_ref()?.as_ref().ok()),
            concerns: found.map(|found| found.concerns.as_slice()).unwrap_or_default(),
            findings: self.findings.get(&one.at).map(Vec::as_slice),
            hay,
            now,
        }
    }

    fn login<'a>(&'a self, one: &'a Automation) -> Option<&'a Untrusted> {
        let creator = one.creator.as_ref()?;
        creator.login.as_ref().or_else(|| self.logins.get(&creator.id))
    }

    fn hold(&self, query: &Query, found: &Found, now: Instant) -> bool {
        let one = &found.automation;
        let hay = hay(one, self.login(one));
        query.matches(&self.facts(one, Some(found), &hay, now))
    }
}

/// Logins of those who are only named by id. One that is not told matches nothing.
async fn logins(context: &Context, found: &[Found]) -> HashMap<UserId, Untrusted> {
    let creators = found.iter().filter_map(|found| found.automation.creator.as_ref());
    let mut ids: Vec<UserId> = creators.filter(|who| who.login.is_none()).map(|who| who.id).collect();
    ids.sort_by_key(|id| id.0);
    ids.dedup();
    ids.truncate(MOST_PEOPLE);
    let each = ids.into_iter().map(|id| async move { (id, context.provider.user(id).await) });
    let told: Vec<_> = stream::iter(each).buffered(AT_ONCE).collect().await;
    let known = |(id, answer): (UserId, Result<crate::domain::Viewer, Fault>)| match answer {
        Ok(person) => Some((id, person.login)),
        Err(fault) => {
            tracing::warn!(%fault, "the login of who made an automation could not be read");
            None
        }
    };
    told.into_iter().filter_map(known).collect()
}

/// What the policy says of each whose detail was read.
async fn findings(context: &Context, found: &[Found]) -> Result<HashMap<AutomationRef, Vec<Finding>>, Fault> {
    let policy = gather::policy(context).await?;
    let mut repos: Vec<_> = found.iter().map(|found| &found.automation.at.repo).collect();
    repos.sort();
    repos.dedup();
    let mut all = HashMap::new();
    for repo in repos {
        let facts = gather::facts_of(context, &policy, repo).await;
        for found in found.iter().filter(|found| found.automation.at.repo == *repo) {
            if let Some(definition) = found.automation.definition() {
                all.insert(found.automation.at.clone(), policy.audit(repo, definition, &facts));
            }
        }
    }
    Ok(all)
}
