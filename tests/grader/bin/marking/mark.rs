//! The mark of one submission for one stage, kept in a file so that it need not be made again.

use std::fs;
use std::io;
use std::path::Path;

use grader::json::{self, Json};

use super::submission::Submission;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Graded,
    /// No file for this stage.
    Missing,
    /// An archive that is none, or far too much.
    Unreadable,
    NotBuilt,
    /// The checks ran and said nothing: time, memory, or foul play.
    NoVerdict,
}

const STATES: [(State, &str); 5] = [
    (State::Graded, "graded"),
    (State::Missing, "not handed in"),
    (State::Unreadable, "can't be read"),
    (State::NotBuilt, "does not compile"),
    (State::NoVerdict, "no result"),
];

/// One mark.
#[derive(Clone, Debug)]
pub struct Mark {
    pub id: String,
    pub slug: String,
    pub stage: u8,
    pub state: State,
    pub points: u64,
    pub max: u64,
    pub bonus: u64,
    pub max_bonus: u64,
    /// The next step to take.
    pub next: String,
    pub note: String,
    pub commit: String,
    /// When it was marked.
    pub time: String,
    /// How long that took.
    pub seconds: u64,
    /// The result that the checks have written, with each of them; empty without one.
    pub result: String,
}

impl Mark {
    /// Nothing yet, out of as many points as `blank`, a result of this stage, says.
    pub fn blank(submission: &Submission, stage: u8, blank: &str, commit: &str) -> Mark {
        let number = |name| json::number(blank, name).unwrap_or(0);
        Mark {
            id: submission.id.clone(),
            slug: submission.slug.clone(),
            stage,
            state: State::Missing,
            points: 0,
            max: number("max"),
            bonus: 0,
            max_bonus: number("max_bonus"),
            next: String::new(),
            note: String::new(),
            commit: commit.to_owned(),
            time: String::new(),
            seconds: 0,
            result: String::new(),
        }
    }

    /// No points, and why; which is also what the student should read.
    pub fn fails(&mut self, state: State, why: &str) -> String {
        self.state = state;
        why.clone_into(&mut self.note);
        why.to_owned()
    }

    /// What the checks say.
    pub fn take(&mut self, result: &str) {
        let number = |name| json::number(result, name).unwrap_or(0);
        self.state = State::Graded;
        (self.points, self.bonus) = (number("points"), number("bonus"));
        self.next = json::text(result, "next").unwrap_or_default();
        let why = json::text(result, "note").unwrap_or_default();
        let both = if why.is_empty() || self.note.is_empty() { "" } else { "; " };
        self.note = format!("{why}{both}{}", self.note);
        result.clone_into(&mut self.result);
    }

    /// As in `9 of 12`, or why there are no points.
    pub fn in_words(&self) -> String {
        match self.state {
            State::Graded => format!("{} of {}", self.points, self.max),
            State::Missing => "not handed in".to_owned(),
            state => format!("0 of {}, {}", self.max, name(state)),
        }
    }

    /// Points, or nothing where nothing was handed in.
    pub fn points(&self) -> Option<u64> {
        (self.state != State::Missing).then_some(self.points)
    }

    /// With a `key` that says for what it was given, or without one.
    pub fn as_json(&self, key: Option<&str>) -> Json {
        let points = self.points().map_or(Json::Null, Json::Number);
        let mut members: Vec<_> = key.map(|key| ("key", key.into())).into_iter().collect();
        members.extend([
            ("id", self.id.as_str().into()),
            ("slug", self.slug.as_str().into()),
            ("stage", u32::from(self.stage).into()),
            ("state", name(self.state).into()),
            ("points", points),
            ("max", Json::Number(self.max)),
            ("bonus", Json::Number(self.bonus)),
            ("max_bonus", Json::Number(self.max_bonus)),
            ("next", self.next.as_str().into()),
            ("note", self.note.as_str().into()),
            ("commit", self.commit.as_str().into()),
            ("time", self.time.as_str().into()),
            ("seconds", Json::Number(self.seconds)),
        ]);
        if !self.result.is_empty() {
            members.push((RESULT, Json::Written(self.result.clone())));
        }
        Json::Object(members)
    }

    /// The mark in a file, and the key for which it was given.
    pub fn read(text: &str) -> Option<(Mark, String)> {
        // Its own members stand before the result, whose members have the same names.
        let word = |name| json::text(text, name);
        let number = |name| json::number(text, name);
        let state = word("state")?;
        let result = text.split_once(&format!("\"{RESULT}\": "));
        let result = result.and_then(|(_, rest)| Some(rest.rsplit_once('}')?.0.trim().to_owned()));
        let mark = Mark {
            id: word("id")?,
            slug: word("slug")?,
            stage: u8::try_from(number("stage")?).ok()?,
            state: STATES.iter().find(|(_, name)| *name == state)?.0,
            points: number("points").unwrap_or(0),
            max: number("max")?,
            bonus: number("bonus")?,
            max_bonus: number("max_bonus")?,
            next: word("next")?,
            note: word("note")?,
            commit: word("commit")?,
            time: word("time")?,
            seconds: number("seconds")?,
            result: result.unwrap_or_default(),
        };
        Some((mark, word("key")?))
    }
}

const RESULT: &str = "result";

pub fn name(state: State) -> &'static str {
    STATES.iter().find(|(one, _)| *one == state).map_or("", |(_, name)| name)
}

/// Writes a file so that it is there as a whole or not at all.
pub fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut new = file.as_os_str().to_owned();
    new.push(".new");
    fs::write(&new, text)?;
    fs::rename(new, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_again_with_its_key() {
        let id = "a \"b\"\n".to_owned();
        let submission = Submission { id, slug: "s".into(), path: "x".into(), archive: None };
        let result = "{\n  \"points\": 7,\n  \"max\": 12,\n  \"bonus\": 0,\n  \"note\": \"\",\n  \
                      \"next\": \"step 3, x\",\n  \"checks\": []\n}\n";
        let mut mark = Mark::blank(&submission, 1, result, "c0ffee");
        mark.take(result);
        let text = mark.as_json(Some("k")).to_text();
        let (again, key) = Mark::read(&text).expect("it is whole");
        assert_eq!(key, "k");
        assert_eq!((again.id.as_str(), again.points, again.max), ("a \"b\"\n", 7, 12));
        assert_eq!((again.next.as_str(), again.commit.as_str()), ("step 3, x", "c0ffee"));
        assert_eq!(again.as_json(Some("k")).to_text(), text);
        assert!(Mark::read("{}").is_none());
    }
}
