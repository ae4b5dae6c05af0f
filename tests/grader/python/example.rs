//! The four examples of stage3-gateway/python, and what is special about each.

/// An example, and what is special about it.
pub(super) struct Example {
    /// As in `--python MODULE:app`.
    pub module: &'static str,
    /// What has to be installed; empty if nothing.
    pub framework: &'static str,
    /// What it calls itself.
    pub name: &'static str,
    /// Whether it takes files that come from a form.
    pub takes_files: bool,
    /// Django looks at Content-Length and at nothing else: content in chunks is none for it.
    pub takes_chunks: bool,
}

pub(super) const PLAIN: Example = Example {
    module: "plain",
    framework: "",
    name: "Python",
    takes_files: false,
    takes_chunks: true,
};
pub(super) const FLASK: Example = Example {
    module: "flaskapp",
    framework: "flask",
    name: "Flask",
    takes_files: true,
    takes_chunks: true,
};
pub(super) const PYRAMID: Example = Example {
    module: "pyramidapp",
    framework: "pyramid",
    name: "Pyramid",
    takes_files: true,
    takes_chunks: true,
};
pub(super) const DJANGO: Example = Example {
    module: "djangoapp",
    framework: "django",
    name: "Django",
    takes_files: true,
    takes_chunks: false,
};
