//! What a check did, as a person types it.

use std::sync::{Arc, Mutex};

use super::*;
use crate::diary::Diary;
use crate::tape::Tapes;

fn diary() -> (Diary, Arc<Mutex<Tapes>>) {
    (Diary::default(), Arc::default())
}

fn typed(diary: &Diary, hung: bool) -> Vec<String> {
    commands(&Start::default(), &diary.lines(), hung).expect("it can be typed")
}

#[test]
fn what_went_in_pieces_goes_in_pieces() {
    let (diary, tapes) = diary();
    let client = diary.opened(&tapes);
    diary.sends(client, b"one\n");
    assert_eq!(typed(&diary, false), [r"printf 'one\n' | nc -N 127.0.0.1 8888"]);
    diary.sends(client, b"two\n");
    let both = r"printf 'one\n'; sleep 1; printf 'two\n'";
    assert_eq!(typed(&diary, false), [format!("({both}) | {NC}")]);
    assert_eq!(typed(&diary, true), [format!("({both}; sleep 9) | {NC}")]);
    diary.ends(client, End::HalfClosed);
    assert_eq!(typed(&diary, true), [format!("({both}) | {NC}")]);
}

#[test]
fn many_pieces_become_few() {
    let (diary, tapes) = diary();
    let client = diary.opened(&tapes);
    b"GET / /\n".iter().for_each(|byte| diary.sends(client, &[*byte]));
    let few = r"(printf 'G'; sleep 1; printf 'ET / /'; sleep 1; printf '\n')";
    assert_eq!(typed(&diary, false), [format!("{few} | {NC}")]);
    let dribbler = diary.opened(&tapes);
    (0..900).for_each(|_| diary.sends(dribbler, b"x"));
    let looped = "for i in $(seq 20); do printf 'x'; sleep 1; done";
    assert_eq!(typed(&diary, false)[1], format!("{looped} | {NC}"));
}

#[test]
fn who_stays_goes_into_the_background_and_a_signal_is_a_kill() {
    let (diary, tapes) = diary();
    (0..200).for_each(|_| {
        let _ = diary.opened(&tapes);
    });
    let busy = diary.opened(&tapes);
    diary.sends(busy, b"slow");
    diary.signal(Signal::SIGTERM);
    assert_eq!(
        typed(&diary, false),
        [
            format!("for i in $(seq 200); do sleep 9 | {NC} & done"),
            format!("(printf 'slow'; sleep 9) | {NC} &"),
            "kill -TERM PID".to_owned(),
        ]
    );
}

#[test]
fn what_is_done_to_a_child_has_its_place_in_the_order() {
    let (diary, tapes) = diary();
    let _ = diary.opened(&tapes);
    diary.command("kill -KILL CHILD");
    let typed = commands(&mine(), &diary.lines(), true).expect("it can be typed");
    let stays = format!("sleep 9 | {NC} &");
    assert_eq!(typed, [stays, "kill -KILL $(pgrep -n stage4-mine)".to_owned()]);
    assert_eq!(with_pids(&mine(), "ps --ppid PID"), "ps --ppid $(pgrep -o stage4-mine)");
}

fn mine() -> Start {
    Start::of(&["/a/target/debug/stage4-mine".into()], &[])
}

#[test]
fn clients_that_only_knock_are_left_out_if_they_are_many() {
    let (diary, tapes) = diary();
    for _ in 0..2 {
        let client = diary.opened(&tapes);
        diary.ends(client, End::Closed);
    }
    assert_eq!(typed(&diary, false), [knock(), knock()]);
    for _ in 0..50 {
        let client = diary.opened(&tapes);
        diary.ends(client, End::Closed);
    }
    assert_eq!(typed(&diary, false), ["the-server"]);
}

#[test]
fn what_nc_cannot_do_is_not_shown() {
    let (diary, tapes) = diary();
    let client = diary.opened(&tapes);
    diary.sends(client, b"x");
    diary.ends(client, End::Reset);
    assert_eq!(commands(&Start::default(), &diary.lines(), false), None);
}

#[test]
fn a_head_that_is_not_whole_is_left_open_and_few_of_those_who_left_are_shown() {
    let (diary, tapes) = diary();
    for name in ["a", "b", "c"] {
        let client = diary.opened(&tapes);
        diary.sends(client, name.as_bytes());
        diary.ends(client, End::Closed);
    }
    let client = diary.opened(&tapes);
    diary.sends(client, b"GET / HTTP/1.1\r\n");
    assert_eq!(
        typed(&diary, false),
        [
            format!("printf 'b' | {NC}"),
            format!("printf 'c' | {NC}"),
            format!(r"(printf 'GET / HTTP/1.1\r\n'; sleep 9) | {NC}"),
        ]
    );
}
