//! The `Link` header: where the next page is.

/// The address marked `rel="next"`, as written.
pub fn next(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (address, after) = after.split_once('>')?;
        let end = after.find('<').unwrap_or(after.len());
        let (params, tail) = after.split_at_checked(end)?;
        if params.split([';', ',']).any(is_next) {
            return Some(address.trim());
        }
        rest = tail;
    }
    None
}

fn is_next(param: &str) -> bool {
    let Some((name, value)) = param.split_once('=') else { return false };
    let rels = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel") && rels.split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_in_every_usual_spelling() {
        for (header, expected) in [
            (r#"<https://a/x?page=2>; rel="next", <https://a/x?page=9>; rel="last""#, Some("https://a/x?page=2")),
            (r#"<https://a/x?page=1>; rel="prev", <https://a/x?page=3>; rel="next""#, Some("https://a/x?page=3")),
            ("<https://a/x?q=a,b;c>;rel=next", Some("https://a/x?q=a,b;c")),
            (r#"<https://a/x>; title="t"; REL="prev next""#, Some("https://a/x")),
            (r#"<https://a/x?page=9>; rel="last""#, None),
            (r#"<https://a/x>; rel="nextish""#, None),
            ("<https://a/x", None),
            ("garbage", None),
            ("", None),
        ] {
            assert_eq!(next(header), expected, "{header}");
        }
    }
}
