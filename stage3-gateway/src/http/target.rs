//! Hardening: path, query and authority in the request target (RFC 9112 s3.2).

use crate::http::authority::is_authority;
use crate::http::fault::Fault;

/// What a request target names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'b> {
    /// `/hello%20you`, as it came; `*` for the server as a whole.
    pub path: &'b [u8],
    /// What stands behind the first `?`, as it came; empty if nothing does.
    pub query: &'b [u8],
    /// `example.org:8080`, if the target was a whole URI; it replaces `Host` then.
    pub authority: Option<&'b [u8]>,
}

impl<'b> Target<'b> {
    /// Takes a request target apart. Stage 2 has seen that it holds neither controls nor spaces.
    ///
    /// # Errors
    /// `TargetForm` if it is none of the forms that the method allows, `Connect` for that method.
    // ANCHOR: target
    pub fn parse(method: &str, target: &'b [u8]) -> Result<Target<'b>, Fault> {
        if method == "CONNECT" {
            return Err(Fault::Connect);
        }
        if target.starts_with(b"/") {
            return Ok(Target::split(target, None)); // origin-form: nearly every request
        }
        if method == "OPTIONS" && target == b"*" {
            return Ok(Target { path: target, query: b"", authority: None }); // asterisk-form
        }
        Target::absolute(target).ok_or_else(|| Fault::TargetForm(target.to_vec()))
    }
    // ANCHOR_END: target

    /// absolute-form: `http://example.org/hello?x`, as proxies get it. Servers must take it too.
    fn absolute(target: &'b [u8]) -> Option<Target<'b>> {
        let (scheme, rest) = target.split_at(target.iter().position(|&byte| byte == b':')?);
        let rest = rest.strip_prefix(b"://")?;
        if !scheme.eq_ignore_ascii_case(b"http") && !scheme.eq_ignore_ascii_case(b"https") {
            return None;
        }
        let end = rest.iter().position(|byte| b"/?".contains(byte)).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        // RFC 9110 s4.2: no empty host; s4.2.4: userinfo is an attempt to mislead somebody.
        if !is_authority(authority) || authority.is_empty() || authority.starts_with(b":") {
            return None;
        }
        Some(Target::split(rest, Some(authority)))
    }

    fn split(rest: &'b [u8], authority: Option<&'b [u8]>) -> Target<'b> {
        let end = rest.iter().position(|&byte| byte == b'?').unwrap_or(rest.len());
        let (path, query) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
        Target { path: if path.is_empty() { b"/" } else { path }, query, authority }
    }
}

#[cfg(test)]
mod tests;
