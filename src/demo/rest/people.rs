//! `/user`, `/user/{id}`, `/users/{login}`.

use serde_json::{Value, json};

use super::super::http::{Answer, Reply};
use super::super::world::clock::DAY;
use super::super::world::core::{Person, World};
use super::json::{merge, user};
use super::route::Ctx;

pub fn viewer(ctx: &Ctx<'_>) -> Answer {
    let person = ctx.world.person(ctx.world.viewer).ok_or_else(Reply::not_found)?;
    let Value::Object(public) = public(ctx.world, &ctx.site.api, person) else { return Err(Reply::not_found()) };
    Ok(Reply::ok(&merge(
        public,
        json!({
            "private_gists": 0,
            "total_private_repos": 4,
            "owned_private_repos": 0,
            "disk_usage": 1_024,
            "collaborators": 0,
            "two_factor_authentication": true,
            "notification_email": null,
        }),
    )))
}

pub fn by_id(ctx: &Ctx<'_>, id: &str) -> Answer {
    let id = id.parse().map_err(|_| Reply::not_found())?;
    let person = ctx.world.person(id).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&public(ctx.world, &ctx.site.api, person)))
}

pub fn by_login(ctx: &Ctx<'_>, login: &str) -> Answer {
    let person = ctx.world.person_named(login).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&public(ctx.world, &ctx.site.api, person)))
}

fn public(world: &World, api: &str, person: &Person) -> Value {
    let Value::Object(simple) = user(api, person) else { return Value::Null };
    let name = if person.name.is_empty() { Value::Null } else { person.name.as_str().into() };
    merge(
        simple,
        json!({
            "name": name,
            "company": "@acme",
            "blog": "",
            "location": null,
            "email": null,
            "hireable": null,
            "bio": null,
            "twitter_username": null,
            "public_repos": 3,
            "public_gists": 0,
            "followers": 11,
            "following": 4,
            "created_at": world.clock.stamp(-1_400 * DAY),
            "updated_at": world.clock.stamp(-3 * DAY),
        }),
    )
}
