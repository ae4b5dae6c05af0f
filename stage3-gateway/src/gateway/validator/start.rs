//! First reading: status and fields, which are the application's to give.

use stage2_single_request::syntax::is_token;

/// The code in the status.
///
/// # Errors
/// The rule that it breaks.
pub fn check_status(status: &str) -> Result<u16, &'static str> {
    let Some((code, reason)) = status.split_once(' ') else {
        return Err("the application's status must be a number, a space and a reason: 200 OK");
    };
    if reason.contains(|c: char| c.is_control()) {
        return Err("the application's status must not hold a line end or another control");
    }
    let code = code.parse().ok().filter(|_| code.len() == 3);
    code.filter(|code| (200..600).contains(code))
        .ok_or("the application's status must begin with a number from 200 to 599")
}

/// The length that the fields declare.
///
/// # Errors
/// The rule that they break.
pub fn check_fields(code: u16, fields: &[(&str, &[u8])]) -> Result<Option<u64>, &'static str> {
    let mut length = None;
    let mut has_type = false;
    for &(name, value) in fields {
        check_field(name, value)?;
        has_type |= name.eq_ignore_ascii_case("content-type");
        if name.eq_ignore_ascii_case("content-length") && length.replace(number(value)?).is_some() {
            return Err("the application gives Content-Length twice");
        }
    }
    match (code, has_type) {
        (204 | 304, true) => Err("the application gives a Content-Type where there is no content"),
        (204 | 304, false) | (_, true) => Ok(length),
        (_, false) => Err("the application gives no Content-Type"),
    }
}

fn check_field(name: &str, value: &[u8]) -> Result<(), &'static str> {
    if !is_token(name.as_bytes()) {
        return Err("the name of a field is no token: letters, digits and hyphens do well");
    }
    if name.eq_ignore_ascii_case("status") {
        return Err("the application gives a field named Status; the status has its own argument");
    }
    if name.ends_with(['-', '_']) {
        return Err("the name of a field must not end with a hyphen or an underscore");
    }
    if value.iter().any(u8::is_ascii_control) {
        return Err("the value of a field must not hold a line end or another control");
    }
    Ok(())
}

fn number(value: &[u8]) -> Result<u64, &'static str> {
    let digits = str::from_utf8(value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or("the application's Content-Length is no number")
}
