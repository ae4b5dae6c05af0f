//! First reading: status and fields, which are the application's to give.

use stage2_single_request::syntax::is_token;

/// The fields of a response, as `start_response` takes them.
pub type Fields<'f> = [(&'f str, &'f [u8])];

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
pub fn check_fields(code: u16, fields: &Fields) -> Result<Option<u64>, &'static str> {
    let mut length = None;
    let mut has_type = false;
    for &(name, value) in fields {
        check_field(name, value)?;
        has_type |= name.eq_ignore_ascii_case("content-type");
        if name.eq_ignore_ascii_case("content-length") && length.replace(number(value)?).is_some() {
            return Err("the application gives Content-Length twice");
        }
    }
    match (has_content(code), has_type) {
        (true, false) => Err("the application gives no Content-Type"),
        (false, true) => Err("the application gives a Content-Type where there is no content"),
        _ => Ok(length),
    }
}

/// RFC 9110 s15.3.5, s15.3.6, s15.4.5: these statuses have none.
pub fn has_content(code: u16) -> bool {
    !matches!(code, 204 | 205 | 304)
}

fn check_field(name: &str, value: &[u8]) -> Result<(), &'static str> {
    if !is_token(name.as_bytes()) {
        Err("the application's field has a name that is not made of letters, digits and hyphens")
    } else if name.eq_ignore_ascii_case("status") {
        Err("the application gives a field named Status; the status has its own argument")
    } else if name.ends_with(['-', '_']) {
        Err("the application's field has a name that ends with a hyphen or an underscore")
    } else if value.iter().any(u8::is_ascii_control) {
        Err("the application's field has a line end or another control in its value")
    } else {
        Ok(())
    }
}

fn number(value: &[u8]) -> Result<u64, &'static str> {
    let digits = str::from_utf8(value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or("the application's Content-Length is no number")
}
