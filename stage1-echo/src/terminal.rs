//! Hardening: lines for a person, which never stop the server.
//!
//! Whoever reads standard output or standard error may stop reading: a terminal is paused with
//! Ctrl-S, `| less` shows its first page and waits, a supervisor hangs. Sooner or later the pipe or
//! the terminal is full, and from then on `write` waits, which means that the server does: it
//! serves no client, and it doesn't stop either. `println!` also panics when the reader has gone
//! (`… | head -1`). A server must do neither.
//!
//! So a line is written without waiting for its reader, and a line that can't be written is
//! *counted*. The count is reported at three moments: on the other stream when the first line is
//! lost; in the stream itself, between the lines before and after the gap, as soon as it takes lines
//! again; and when the server exits.
//!
//! How does a program write to a full pipe without waiting? The flag for it, `O_NONBLOCK`, belongs
//! to the *open file description*, which we share with the shell that started us and with everything
//! else that it started: setting it would change *their* pipe. So on Linux we open the pipe or the
//! terminal a second time through `/proc/self/fd`, which gives us a description of our own. A
//! socket needs no second one, because `send` takes the wish as an argument. Regular files never
//! keep a writer waiting, and must not be opened again, because the description also holds the offset.
//! Where there is no `/proc`, as on macOS, we ask `poll` before each write instead; then two
//! processes that both ask before either writes can still meet in a pipe with room for one, and
//! one of them waits.
//!
//! A pipe takes up to `PIPE_BUF` bytes (4,096 on Linux) as a whole or not at all, also when several
//! processes write to it, so lines of children and parents don't mix. A longer line goes out as far as
//! there is room. If its end has to be left out, it counts as lost, and the next line begins with
//! a line end.
//!
//! What other programs write to the same streams is out of our hands. In particular, the workers
//! that run Python applications write their tracebacks to the standard error that they inherited.
#![allow(unsafe_code)]

use std::backtrace::{Backtrace, BacktraceStatus};
use std::borrow::Cow;
use std::fmt::Arguments;
use std::io::{self, Write, stderr, stdout};
use std::mem;
use std::num::NonZero;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::libc::PIPE_BUF;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::socket::{MsgFlags, send};
use nix::sys::stat::{Mode, SFlag, fstat};
use nix::unistd::{isatty, write};

/// How long the first line that finds no room waits for some. A reader that is merely slow, on a
/// machine that is busy, loses nothing then; one that has stopped costs the server this much once,
/// because after a loss no line waits until one could be written again.
const GRACE: Duration = Duration::from_millis(100);

/// How often a gap is marked in the stream at most. A reader that is slower than the server loses
/// a few lines again and again, and would else be shown as many marks as lines.
const BETWEEN_MARKS: Duration = Duration::from_secs(1);

/// The number from which on our own descriptors of the two streams are looked for.
const OUT_OF_THE_WAY: RawFd = 40;

/// An application that writes to `wsgi.errors` without ever ending a line is given line ends here.
const LONGEST_LINE: usize = 64 * 1024;

/// Standard output.
pub static OUT: Console = Console::new("standard output", Stream::Out);
/// Standard error.
pub static ERR: Console = Console::new("standard error", Stream::Err);

/// Prints text on standard output, if it can be printed: one line, or several. Controls inside of
/// the lines are escaped.
pub fn say(text: Arguments) {
    OUT.print(harmless_lines(text).as_bytes());
}

/// The same on standard error: for words of our own that may need several lines.
pub fn explain(text: Arguments) {
    ERR.print(harmless_lines(text).as_bytes());
}

/// Prints one line on standard error, if it can be printed.
///
/// It stays one line, and a terminal obeys none of it, whatever was put into it: an application's
/// error message may quote its client, and a client may send line ends and escape sequences.
pub fn warn(line: Arguments) {
    ERR.print((harmless(&line.to_string()).into_owned() + "\n").as_bytes());
}

/// Prepares both streams, before there are threads or other processes and after the descriptors
/// that were inherited have found their owner. What is printed before this is called is printed
/// the way it is done without `/proc`.
pub fn prepare() {
    let (_, _) = (counts(), milliseconds()); // before there are children, which share both
    OUT.open();
    ERR.open();
    panic::set_hook(Box::new(|panic| {
        let thread = thread::current();
        let name = thread.name().unwrap_or("<unnamed>");
        let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
        let message = harmless(panic.payload_as_str().unwrap_or("Box<dyn Any>"));
        explain(format_args!("thread '{name}' panicked{place}:\n{message}")); // as Rust does it
        let trace = Backtrace::capture(); // if RUST_BACKTRACE asks for one
        if trace.status() == BacktraceStatus::Captured {
            explain(format_args!("{}", trace.to_string().trim_end()));
        }
    }));
}

/// Turns a log that may not grow any more (`ulimit -f`) into one more line that can't be printed.
/// Without this the kernel kills the process with SIGXFSZ. To be called before there are threads.
pub fn outlive_a_full_log() {
    // What is blocked stays pending, and `write` fails with EFBIG.
    let _ = SigSet::from(Signal::SIGXFSZ).thread_block();
}

/// Says how many lines were lost, when the program is about to exit.
pub fn report_lost_lines() {
    for console in [&OUT, &ERR] {
        let lost = console.counts().lost.load(Ordering::Relaxed);
        if lost > 0 {
            let lines = lines(lost);
            let name = console.name;
            console.other().remark(&format!("{lines} could not be written to {name}"));
        }
    }
}

/// `wsgi.errors`: goes out line by line, as the application wrote it.
#[derive(Debug, Default)]
pub struct ErrorStream(Vec<u8>);

impl ErrorStream {
    /// Takes the lines that are complete, and the rest as well if it is a line that never ends.
    fn take_lines(&mut self) -> Vec<u8> {
        if self.0.len() > LONGEST_LINE {
            return self.take_all();
        }
        let end = self.0.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        let rest = self.0.split_off(end);
        mem::replace(&mut self.0, rest)
    }

    /// Takes all that is there. What has no end of its own is given one.
    fn take_all(&mut self) -> Vec<u8> {
        if self.0.last().is_some_and(|&byte| byte != b'\n') {
            self.0.push(b'\n');
        }
        mem::take(&mut self.0)
    }
}

impl Write for ErrorStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        ERR.print(&self.take_lines());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        ERR.print(&self.take_all());
        Ok(())
    }
}

impl Drop for ErrorStream {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

/// One of the two streams that a person reads.
#[derive(Debug)]
pub struct Console {
    name: &'static str,
    stream: Stream,
    way: OnceLock<Way>,
    /// Threads take turns, so that a line and what must stand in front of it stay together.
    writing: Mutex<()>,
}

#[derive(Debug, Clone, Copy)]
enum Stream {
    Out,
    Err,
}

/// How a stream is written without waiting.
#[derive(Debug)]
enum Way {
    /// A pipe or terminal, through a description of our own that doesn't block.
    Own(OwnedFd),
    /// A regular file: no reader, no waiting.
    File,
    /// A socket, which is told for each write.
    Socket,
    /// Everything else, and what can't be opened again: `poll` says when there is room.
    Asked,
}

/// Lines that could not be written, and why.
struct Unwritten {
    lines: u64,
    why: Errno,
}

impl Console {
    const fn new(name: &'static str, stream: Stream) -> Console {
        Console { name, stream, way: OnceLock::new(), writing: Mutex::new(()) }
    }

    fn open(&self) {
        let way = self.on_descriptor(Way::to);
        let _ = self.way.set(way); // it was opened before: as well
    }

    /// Prints lines, each of which ends with a line end. Those for which there is no room are lost
    /// and counted.
    pub fn print(&self, lines: &[u8]) {
        let mut first_loss = None;
        {
            let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            for block in blocks(lines) {
                let gap = self.counts().unsaid.load(Ordering::Relaxed) > 0;
                let patience = if gap { Duration::ZERO } else { GRACE };
                if let Err(unwritten) = self.put(block, patience) {
                    first_loss =
                        first_loss.or(self.count(unwritten.lines).then_some(unwritten.why));
                }
            }
        }
        if let Some(why) = first_loss {
            self.announce(why); // without our turn: two streams that wait for each other's would stop
        }
    }

    /// Prints one line, for a caller that would rather wait than lose it: see
    /// [`Console::wait_for_room`].
    ///
    /// # Errors
    /// `EAGAIN` if there is no room now. Any other error: it can't be written, and isn't counted.
    pub fn try_print(&self, line: &[u8]) -> nix::Result<()> {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.put(line, Duration::ZERO).map_err(|unwritten| unwritten.why)
    }

    /// Returns when there may be room for a line, when `wake` can be read or has lost its other
    /// end, or when the time is over.
    pub fn wait_for_room(&self, wake: Option<BorrowedFd>, most: Option<Duration>) {
        self.on_descriptor(|descriptor| {
            let mut watched = vec![PollFd::new(descriptor, PollFlags::POLLOUT)];
            watched.extend(wake.map(|wake| PollFd::new(wake, PollFlags::POLLIN)));
            let most = most.map(|time| PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX));
            let _ = poll(&mut watched, most); // an error is a reason to look again, too
        });
    }

    /// Counts lines that were to be printed here and never will be.
    pub fn lose(&self, lines: u64, why: Errno) {
        if self.count(lines) {
            self.announce(why);
        }
    }

    /// Returns whether these are the first since the stream was last written.
    fn count(&self, lines: u64) -> bool {
        let counts = self.counts();
        counts.lost.fetch_add(lines, Ordering::Relaxed);
        lines > 0 && counts.unsaid.fetch_add(lines, Ordering::Relaxed) == 0
    }

    fn announce(&self, why: Errno) {
        let name = self.name;
        let state = match why {
            Errno::EAGAIN => format!("{name} is not being read"),
            _ => format!("{name} can't be written ({})", why.desc()),
        };
        self.other().remark(&format!("{state}: lines for it are lost, and counted"));
    }

    /// A line about the other stream. It isn't counted if it is lost, because the count that it
    /// speaks of is still there.
    fn remark(&self, line: &str) {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self.write(format!("{line}\n").as_bytes(), Duration::ZERO);
    }

    /// Writes a block of lines, behind a mark that says how many are missing at this point. Both
    /// go out at once, so that a mark never takes the room of a line.
    fn put(&self, block: &[u8], patience: Duration) -> Result<(), Unwritten> {
        let missing = self.take_what_is_due();
        let mark = match missing {
            0 => String::new(),
            _ => format!("({} could not be written here)\n", lines(missing)),
        };
        let (written, why) = match missing {
            0 => self.write(block, patience),
            _ => self.write(&[mark.as_bytes(), block].concat(), patience),
        };
        let counts = self.counts();
        if written < mark.len() {
            counts.unsaid.fetch_add(missing, Ordering::Relaxed);
        } else if missing > 0 {
            counts.last_mark.store(milliseconds(), Ordering::Relaxed);
        }
        let Some(why) = why else { return Ok(()) };
        let rest = &block[written.saturating_sub(mark.len())..];
        Err(Unwritten { lines: rest.iter().filter(|&&byte| byte == b'\n').count() as u64, why })
    }

    /// How many lines are missing at this point and should be spoken of now. Who takes the number
    /// must say it, or give it back.
    fn take_what_is_due(&self) -> u64 {
        let counts = self.counts();
        if counts.unsaid.load(Ordering::Relaxed) == 0 {
            return 0; // nearly always, and then nobody looks at the clock
        }
        let last = counts.last_mark.load(Ordering::Relaxed);
        let since = Duration::from_millis(milliseconds().saturating_sub(last));
        if last > 0 && since < BETWEEN_MARKS {
            return 0;
        }
        counts.unsaid.swap(0, Ordering::Relaxed)
    }

    /// Returns how many of the bytes were written, and what kept the others from it.
    fn write(&self, bytes: &[u8], patience: Duration) -> (usize, Option<Errno>) {
        let is_torn = &self.counts().is_torn;
        let end: &[u8] = if is_torn.load(Ordering::Relaxed) { b"\n" } else { b"" };
        let whole: Cow<[u8]> =
            if end.is_empty() { bytes.into() } else { [end, bytes].concat().into() };
        let mut until = None;
        let mut written = 0;
        let mut why = None;
        while written < whole.len() && why.is_none() {
            match self.write_some(&whole[written..]) {
                Ok(0) => why = Some(Errno::EIO),
                Ok(length) => written += length,
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) if !patience.is_zero() => {
                    let until = *until.get_or_insert_with(|| Instant::now() + patience);
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        why = Some(Errno::EAGAIN);
                    } else {
                        self.wait_for_room(None, Some(left));
                    }
                }
                Err(error) => why = Some(error),
            }
        }
        if written > 0 {
            is_torn.store(whole[written - 1] != b'\n', Ordering::Relaxed);
        }
        (written.saturating_sub(end.len()), why)
    }

    fn write_some(&self, bytes: &[u8]) -> nix::Result<usize> {
        self.on_descriptor(|descriptor| match self.way.get() {
            Some(Way::Own(_) | Way::File) => write(descriptor, bytes),
            Some(Way::Socket) => send(descriptor.as_raw_fd(), bytes, MsgFlags::MSG_DONTWAIT),
            Some(Way::Asked) | None => write_if_ready(descriptor, bytes),
        })
    }

    fn on_descriptor<T>(&self, act: impl FnOnce(BorrowedFd) -> T) -> T {
        match (self.way.get(), self.stream) {
            (Some(Way::Own(own)), _) => act(own.as_fd()),
            (_, Stream::Out) => act(stdout().as_fd()),
            (_, Stream::Err) => act(stderr().as_fd()),
        }
    }

    fn other(&self) -> &'static Console {
        match self.stream {
            Stream::Out => &ERR,
            Stream::Err => &OUT,
        }
    }

    fn counts(&self) -> &'static Counts {
        let [out, err] = counts();
        match self.stream {
            Stream::Out => out,
            Stream::Err => err,
        }
    }
}

impl Way {
    fn to(descriptor: BorrowedFd) -> Way {
        let Ok(stat) = fstat(descriptor) else { return Way::Asked };
        match SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT {
            SFlag::S_IFREG => Way::File,
            SFlag::S_IFSOCK => Way::Socket,
            SFlag::S_IFIFO => Way::again(descriptor),
            SFlag::S_IFCHR if isatty(descriptor) == Ok(true) => Way::again(descriptor),
            _ => Way::Asked,
        }
    }

    /// Opens it a second time. That fails without `/proc`, for a pipe of another user, for a pipe
    /// without a reader, and without a free descriptor. A terminal that we open must not become the one
    /// whose Ctrl-C kills us (`O_NOCTTY`).
    fn again(descriptor: BorrowedFd) -> Way {
        let path = format!("/proc/self/fd/{}", descriptor.as_raw_fd());
        let flags = OFlag::O_WRONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let Ok(own) = open(path.as_str(), flags, Mode::empty()) else { return Way::Asked };
        // Out of the way, as shells do it: whoever watches the calls of this program expects the
        // first connection to be 4.
        match fcntl(&own, FcntlArg::F_DUPFD_CLOEXEC(OUT_OF_THE_WAY)) {
            // SAFETY: fcntl returned this descriptor a moment ago, and nobody else knows it.
            Ok(number) => Way::Own(unsafe { OwnedFd::from_raw_fd(number) }),
            Err(_) => Way::Asked, // few descriptors are allowed, and clients need them more
        }
    }
}

/// Writes no more than what a pipe with room for anything has room for.
fn write_if_ready(descriptor: BorrowedFd, bytes: &[u8]) -> nix::Result<usize> {
    let mut watched = [PollFd::new(descriptor, PollFlags::POLLOUT)];
    match poll(&mut watched, PollTimeout::ZERO)? {
        0 => Err(Errno::EAGAIN),
        _ => write(descriptor, &bytes[..bytes.len().min(PIPE_BUF)]),
    }
}

/// What was lost on one stream. Stage 4's children write to the same streams as their parent, and the
/// parent tells how much they lost, so this is in memory that they all share.
#[derive(Debug, Default)]
struct Counts {
    /// Since the start.
    lost: AtomicU64,
    /// Since the last mark in the stream.
    unsaid: AtomicU64,
    /// When that was, in milliseconds; 0: never.
    last_mark: AtomicU64,
    /// Whether the last thing in the stream is a line without its end.
    is_torn: AtomicBool,
}

fn counts() -> &'static [Counts; 2] {
    static COUNTS: OnceLock<&[Counts; 2]> = OnceLock::new();
    COUNTS.get_or_init(|| shared_counts().unwrap_or_else(|| Box::leak(Box::default())))
}

/// Counts in memory that stays shared over `fork`; `None` if the system has no page for it.
fn shared_counts() -> Option<&'static [Counts; 2]> {
    let size = NonZero::new(size_of::<[Counts; 2]>())?;
    let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    let flags = MapFlags::MAP_SHARED | MapFlags::MAP_ANONYMOUS;
    // SAFETY: it is a new mapping of its own, at an address that the kernel chooses, of the size of
    // the counts and aligned to a page. Nothing ever unmaps it, so the reference may live as long as
    // the program. It is full of zeros, which is a value of each field. Other processes that have
    // the mapping change it only through the same atomic fields.
    unsafe {
        let page = mmap_anonymous(None, size, access, flags).ok()?;
        Some(page.cast::<[Counts; 2]>().as_ref())
    }
}

/// Milliseconds since the first call, in this process or in the one that it was forked from; never 0.
fn milliseconds() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let since = START.get_or_init(Instant::now).elapsed().as_millis();
    u64::try_from(since).unwrap_or(u64::MAX).saturating_add(1)
}

fn lines(count: u64) -> String {
    format!("{count} line{}", if count == 1 { "" } else { "s" })
}

/// Room for the mark in front of a block, and for the end of a line that was torn.
const MARK: usize = 64;

/// Takes text apart into blocks of whole lines, each as long as a pipe takes it at once. A line that
/// is longer has a block of its own.
fn blocks(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let is_end = |byte: &u8| *byte == b'\n';
        let most = PIPE_BUF - MARK;
        let end = if text.len() <= most {
            text.len()
        } else if let Some(last) = text[..most].iter().rposition(is_end) {
            last + 1
        } else {
            text.iter().position(is_end).map_or(text.len(), |first| first + 1)
        };
        let (block, rest) = text.split_at(end);
        text = rest;
        Some(block)
    })
}

/// Text as lines, each of which is harmless.
fn harmless_lines(text: Arguments) -> String {
    text.to_string().split('\n').map(|line| harmless(line).into_owned() + "\n").collect()
}

/// Text as one line that a terminal can't misunderstand. What people read stays readable, in any
/// language; controls, and the characters that end a line or change the direction of text, are escaped.
fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match u8::try_from(character) {
            _ if !is_harmful(character) => shown.push(character),
            Ok(byte) if byte.is_ascii() => shown.extend(byte.escape_ascii().map(char::from)),
            _ => shown.extend(character.escape_unicode()),
        }
    }
    shown.into()
}

fn is_harmful(character: char) -> bool {
    let is_line_end = matches!(character, '\u{2028}' | '\u{2029}');
    let is_direction = matches!(character,
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    character.is_control() || is_line_end || is_direction // C0, DEL and C1 are controls
}

#[cfg(test)]
mod tests;
