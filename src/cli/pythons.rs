//! Other Pythons on this machine, as a user names them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The programs that may be meant, the likeliest first: a path, a name on the PATH, a version.
pub(super) fn candidates(named: &str) -> Vec<PathBuf> {
    if named.contains('/') {
        return vec![PathBuf::from(named)];
    }
    let version = named.strip_prefix("python").unwrap_or(named);
    let is_version = !version.is_empty()
        && version
            .bytes()
            .all(|byte| byte == b'.' || byte.is_ascii_digit());
    let mut all = Vec::new();
    match named == version && is_version {
        true => all.extend(on_path(&format!("python{version}"))),
        false => all.extend(on_path(named)),
    }
    if is_version {
        all.extend(installed(version));
    }
    all
}

fn on_path(name: &str) -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let all = env::split_paths(&path).map(|folder| folder.join(name));
    all.filter(|program| program.is_file()).collect()
}

/// Those that pyenv has installed of a version, the newest first.
fn installed(version: &str) -> Vec<PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".pyenv")));
    let Some(folder) = root.map(|root| root.join("versions")) else {
        return Vec::new();
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let numbers = |name: &str| -> Option<Vec<u32>> {
        name.split('.').map(|part| part.parse().ok()).collect()
    };
    let wanted = numbers(version).unwrap_or_default();
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .filter_map(|entry| {
            let number = numbers(&entry.file_name().to_string_lossy())?;
            let python = entry.path().join("bin/python");
            (number.starts_with(&wanted) && python.exists()).then_some((number, python))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, python)| python).collect()
}
