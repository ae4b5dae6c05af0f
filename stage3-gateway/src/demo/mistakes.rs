//! First reading: what an application must not do. None of it ends the server, and none of it
//! reaches a client as something that it could take for a sound answer.

use super::{Answer, Environ, StartResponse, TEXT, text, whole};

/// `/raise`: fails before it has said anything. The client gets a 500 without the reason.
pub fn raise<'r>(_: &mut Environ<'r>, _: &mut StartResponse) -> Answer<'r> {
    Err("/raise fails before any output".into())
}

/// `/panic`: the same by a panic, which is Rust's word for a mistake of the programmer's.
pub fn panic<'r>(_: &mut Environ<'r>, _: &mut StartResponse) -> Answer<'r> {
    panic!("/panic panics before any output")
}

/// `/raise-late`: fails after 5 of the 10 bytes that it declared. It is too late for a 500.
// ANCHOR: raise_late
pub fn raise_late<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("200 OK", &[TEXT, ("Content-Length", b"10")], None)?;
    let late = Err("/raise-late fails after 5 of 10 bytes".into());
    Ok(Box::new(whole(b"12345").chain([late])))
}
// ANCHOR_END: raise_late

/// `/raise-first`: fails while it makes its first piece. Nothing was sent yet: a 500 is still due.
pub fn raise_first<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("200 OK", &[TEXT], None)?;
    Ok(Box::new([Err("/raise-first fails in its first piece".into())].into_iter()))
}

/// `/raise-empty`: the same after an empty piece. That sends no head: there is nothing to say yet.
pub fn raise_empty<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("200 OK", &[TEXT], None)?;
    let then = Err("/raise-empty fails after a piece that is empty".into());
    Ok(Box::new(whole(b"").chain([then])))
}

/// `/panic-late`: panics where `/raise-late` fails.
pub fn panic_late<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("200 OK", &[TEXT, ("Content-Length", b"10")], None)?;
    let late = std::iter::once_with(|| panic!("/panic-late panics after 5 of 10 bytes"));
    Ok(Box::new(whole(b"12345").chain(late)))
}

/// `/cl-short`: declares 10 bytes and yields 5. The client would wait for the others for ever.
pub fn cl_short<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("200 OK", &[TEXT, ("Content-Length", b"10")], None)?;
    Ok(whole(b"12345"))
}

/// `/cl-long`: declares 5 bytes and yields 10. The client would take the other 5 for the start of
/// the next response. They come in one piece, so that the server has to cut it: from two pieces it
/// would just not ask for the second.
pub fn cl_long<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("200 OK", &[TEXT, ("Content-Length", b"5")], None)?;
    Ok(whole(b"1234567890"))
}

/// `/inject`: a line end inside of a value. Unchecked, it would add a field of its own: the usual
/// way to get there is to put a client's input into a field.
// ANCHOR: inject
pub fn inject<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("200 OK", &[TEXT, ("X-A", b"a\r\nX-Evil: 1")], None)?;
    Ok(whole(b"did you get X-Evil?\n"))
}
// ANCHOR_END: inject

/// `/never`: returns a body and has never said what it is.
pub fn never<'r>(_: &mut Environ<'r>, _: &mut StartResponse) -> Answer<'r> {
    Ok(whole(b"what is this?\n"))
}

/// `/twice`: changes its mind without an error to show for it.
pub fn twice<'r>(_: &mut Environ<'r>, start_response: &mut StartResponse) -> Answer<'r> {
    start_response("200 OK", &[TEXT], None)?;
    text(start_response, "202 Accepted", "which one is it?\n")
}
