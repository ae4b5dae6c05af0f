//! What is in the folder with the submissions: one folder or archive a student.

use std::fs;
use std::path::{Path, PathBuf};

use super::checksum::Checksum;
use super::said;

/// What one student has handed in.
#[derive(Debug)]
pub struct Submission {
    /// Its name, without what an archive's name ends in.
    pub id: String,
    /// The id as a file's name: another one for each submission, and harmless.
    pub slug: String,
    pub path: PathBuf,
    /// How the archive is packed; `None` for a folder.
    pub archive: Option<&'static str>,
}

/// What an archive's name ends in, and how it is packed.
const ENDINGS: [(&str, &str); 4] =
    [(".zip", "zip"), (".tar", "tar"), (".tar.gz", "tar.gz"), (".tgz", "tar.gz")];

/// All submissions in `folder` by name. What is no submission is named on stderr.
pub fn find(folder: &Path) -> Result<Vec<Submission>, String> {
    let entries = fs::read_dir(folder).map_err(|error| said(folder, &error))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found: Vec<Submission> = paths.iter().filter_map(|path| one(path)).collect();
    // A folder and an archive of the same name are two submissions: then the ending belongs to it.
    let ids: Vec<String> = found.iter().map(|one| one.id.to_lowercase()).collect();
    for (at, submission) in found.iter_mut().enumerate() {
        let twins = ids.iter().filter(|id| **id == ids[at]).count();
        if twins > 1 {
            submission.id = name(&submission.path);
            submission.slug = slug(&submission.id, &submission.path);
        }
    }
    if found.is_empty() {
        let folder = folder.display();
        return Err(format!(
            "{folder} holds no submission: put one folder or archive a student in"
        ));
    }
    Ok(found)
}

fn one(path: &Path) -> Option<Submission> {
    let name = name(path);
    // The system's own, such as .DS_Store.
    if name.starts_with('.') {
        return None;
    }
    let kind = fs::symlink_metadata(path).ok()?.file_type();
    let lower = name.to_lowercase();
    let ending = ENDINGS.iter().rev().find(|(ending, _)| lower.ends_with(ending));
    let (id, archive) = match ending {
        _ if kind.is_dir() => (name, None),
        Some((ending, packed)) if kind.is_file() => {
            (name[..name.len() - ending.len()].to_owned(), Some(*packed))
        }
        _ => {
            grader::tell::err(format_args!(
                "{}: neither a folder nor one of .zip, .tar, .tar.gz, .tgz; left out",
                name.escape_debug()
            ));
            return None;
        }
    };
    let slug = slug(&id, path);
    Some(Submission { id, slug, path: path.to_owned(), archive })
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Letters, digits, `.`, `-` and `_` stay; if that changes the name, a checksum keeps names apart.
fn slug(id: &str, path: &Path) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let plain: String = id.chars().map(|c| if harmless(c) { c } else { '_' }).take(80).collect();
    let is_lower = !id.contains(|c: char| c.is_ascii_uppercase());
    if plain == id && is_lower && !plain.is_empty() {
        return plain;
    }
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    format!("{plain}-{}", &Checksum::new().add(name).as_text()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_harmless_and_keeps_names_apart() {
        assert_eq!(slug("anna", Path::new("anna")), "anna");
        let (a, b) = (slug("a b", Path::new("a b")), slug("a\nb", Path::new("a\nb")));
        assert!(a.starts_with("a_b-") && b.starts_with("a_b-") && a != b, "{a} {b}");
        // Some file systems do not tell upper case from lower case.
        assert_ne!(slug("Anna", Path::new("Anna")).to_lowercase(), "anna");
    }
}
