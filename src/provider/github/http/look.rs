//! A look: one GET, once, and whatever comes of it. For finding out how the service answers, where a refusal is as good
//! an answer as any. Limits are kept to as ever.

use super::answer::Answer;
use super::request::{Request, Shape};
use super::rights::Admitted;
use super::send::Http;
use super::version;
use crate::domain::{Fault, FaultKind};

impl Http {
    /// Status, headers and body, whatever the status; a fault where there is no answer, or where a limit is met.
    /// `version`: asked with this one alone, instead of by the rule that holds for all else.
    pub async fn look(&self, request: &Request, version: Option<&'static str>) -> Result<Answer, Fault> {
        if !request.is_get() {
            let what = format!("looking changes nothing, so nothing was sent to {}", request.op.words);
            return Err(Fault::new(FaultKind::Refused, what, "nothing to do: this is a mistake of atc"));
        }
        let request = &self.rights.admit(request)?;
        if let Some(version) = version {
            return self.once(request, version).await;
        }
        let mut answer = self.once(request, self.latch.now()).await?;
        if !self.is_agents(request) {
            return Ok(answer);
        }
        if answer.version == version::NEW && self.latch.doubts(answer.status) {
            answer = self.once(request, version::OLD).await?;
        }
        if matches!(answer.status, 200..=299 | 304) {
            self.latch.proved(answer.version);
        }
        Ok(answer)
    }

    async fn once(&self, request: &Admitted<'_>, version: &'static str) -> Result<Answer, Fault> {
        let place =
            self.gate.enter(request.zone, self.limits.attempt).await.map_err(|held| self.held(request, held))?;
        let seen = async {
            let start = tokio::time::Instant::now();
            let asked = tokio::time::timeout(self.limits.attempt, self.follow(request, version, &place));
            let (response, ours, asked) = asked.await.map_err(|_| self.too_slow(request))??;
            let status = response.status().as_u16();
            let (headers, url) = (response.headers().clone(), response.url().clone());
            let body = match request.shape {
                Shape::Nothing => Vec::new(),
                // What a refusal says is wanted, and no more of it than there is.
                _ => self.body(request, response, start, self.limits.attempt).await?,
            };
            self.tell(request, (&url, ours, asked), (status, &headers), &body);
            Ok(Answer { status, headers, body, url, version })
        };
        let answer = match seen.await {
            Ok(answer) => answer,
            Err(failure) => return Err(self.count(request, &place, failure).fault),
        };
        place.answered();
        let message = super::failure::message_of(&answer.body);
        if answer.status >= 400
            && let Some(limit) = super::limits::recognise(answer.status, &answer.headers, &message.to_lowercase())
        {
            return Err(self.limit(request, limit, answer.status, &answer.headers, &message).fault);
        }
        Ok(answer)
    }
}
