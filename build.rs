//! Builds the agent that records CPython: a library without dependencies, which memviz carries.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let agent = Path::new("src/record/cpython/agent");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", agent.display());
    println!("cargo::rerun-if-changed=src/record/implicit_names.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("agent.so");
    let is = |name: &str, wanted: &str| env::var(name).is_ok_and(|value| value == wanted);
    let wanted = env::var_os("CARGO_FEATURE_PYTHON").is_some();
    // The layouts that the agent knows are those of this system and machine.
    if !wanted || !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ARCH", "x86_64") {
        fs::write(&out, b"").expect("cargo's folder can be written to");
        return;
    }
    let built = Command::new(env::var_os("RUSTC").expect("cargo sets it"))
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "cdylib",
            "--crate-name",
            "memviz_agent",
        ])
        .args(["-O", "-C", "panic=abort", "-C", "strip=symbols", "--target"])
        .arg(env::var_os("TARGET").expect("cargo sets it"))
        .arg(agent.join("lib.rs"))
        .arg("-o")
        .arg(&out)
        .status()
        .expect("the compiler starts");
    assert!(built.success(), "the agent for CPython does not compile");
}
