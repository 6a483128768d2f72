//! Where job logs lie: another listener, links that are good for one minute, and no authorization. A client that sends its
//! token along on the redirect gets a 400, as from the storage service behind GitHub.

use chrono::TimeDelta;

use super::gate::Site;
use super::http::{Reply, Request};
use super::world::{World, joblog};

const VALID: TimeDelta = TimeDelta::seconds(60);

/// A link to a job's log, good for one minute.
pub fn link(site: &Site, world: &World, what: &str) -> String {
    let expires = ((site.now)() + VALID).timestamp();
    let signature = sign(world, what, expires);
    format!("{}/actions-results/{what}?se={expires}&sp=r&sig={signature}", site.blobs)
}

fn sign(world: &World, what: &str, expires: i64) -> String {
    world.chance.of(what, expires.unsigned_abs()).of("signature", 0).hex(32)
}

pub fn answer(site: &Site, world: &mut World, request: &Request) -> Reply {
    if request.header("authorization").is_some() {
        return error(
            400,
            "InvalidAuthenticationInfo",
            "Authentication information is not given in the correct format.",
        );
    }
    let (method, segments) = request.route();
    let ["actions-results", rest @ ..] = segments.as_slice() else {
        return error(404, "ResourceNotFound", "The specified resource does not exist.");
    };
    let what = rest.join("/");
    let expires = request.query.get("se").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let genuine = request.query.get("sig") == Some(sign(world, &what, expires).as_str());
    if !genuine || expires < (site.now)().timestamp() {
        return error(
            403,
            "AuthenticationFailed",
            "Server failed to authenticate the request. Signature not valid in the specified time frame.",
        );
    }
    if method != "GET" {
        return error(405, "UnsupportedHttpVerb", "The resource doesn't support the specified Http Verb.");
    }
    match rest {
        ["jobs", repo, run, job] => match job_log(world, repo, run, job) {
            Some(log) => Reply::text(200, "text/plain; charset=utf-8", log),
            None => error(404, "BlobNotFound", "The specified blob does not exist."),
        },
        // An archive with nothing in it: the demo's runs leave no files.
        ["artifacts", ..] => {
            let mut empty = b"PK\x05\x06".to_vec();
            empty.extend([0; 18]);
            Reply::text(200, "application/zip", empty)
        }
        _ => error(404, "BlobNotFound", "The specified blob does not exist."),
    }
}

fn job_log(world: &World, repo: &str, run: &str, job: &str) -> Option<String> {
    let run = world.run(repo.parse().ok()?, run.parse().ok()?)?;
    let id: i64 = job.parse().ok()?;
    joblog::render(world, &run, run.jobs.iter().find(|job| job.id == id)?)
}

/// The storage service speaks XML.
pub fn error(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Reply::text(status, "application/xml", body).with("x-ms-error-code", code)
}
