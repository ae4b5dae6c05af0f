//! Hardening: path, query and authority in the request target (RFC 9112 s3.2).

use crate::http::authority::is_authority;
use crate::http::fault::Fault;

/// What a request target names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'b> {
    /// `/hello%20you`, as it came; `*` for the server as a whole.
    pub path: &'b str,
    /// What stands behind the first `?`, as it came; empty if nothing does.
    pub query: &'b str,
    /// `example.org:8080`, if the target was a whole URI; it replaces `Host` then.
    pub authority: Option<&'b str>,
}

impl<'b> Target<'b> {
    /// Takes a request target apart. Its bytes are those of a URI already.
    ///
    /// # Errors
    /// `TargetForm` if it is none of the forms that the method allows, `Connect` for that method.
    // ANCHOR: target
    pub fn parse(method: &str, target: &'b str) -> Result<Target<'b>, Fault> {
        if method == "CONNECT" {
            return Err(Fault::Connect);
        }
        if target.starts_with('/') {
            return Ok(Target::split(target, None)); // origin-form: nearly every request
        }
        if method == "OPTIONS" && target == "*" {
            return Ok(Target { path: target, query: "", authority: None }); // asterisk-form
        }
        Target::absolute(target).ok_or_else(|| Fault::TargetForm(target.to_string()))
    }
    // ANCHOR_END: target

    /// absolute-form: `http://example.org/hello?x`, as proxies get it. Servers must take it too.
    fn absolute(target: &'b str) -> Option<Target<'b>> {
        let (scheme, rest) = target.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        // RFC 9110 s4.2: no empty host; s4.2.4: userinfo is an attempt to mislead somebody.
        if !is_authority(authority.as_bytes()) || authority.is_empty() || authority.starts_with(':')
        {
            return None;
        }
        Some(Target::split(rest, Some(authority)))
    }

    fn split(rest: &'b str, authority: Option<&'b str>) -> Target<'b> {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Target { path: if path.is_empty() { "/" } else { path }, query, authority }
    }
}

#[cfg(test)]
mod tests;
