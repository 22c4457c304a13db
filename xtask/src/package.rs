//! `cargo xtask package`: a Debian package, an archive, and the sums of both.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    failure::{Failure, Result},
    programs, workspace,
};

/// What is packed, and where the packages go.
pub struct Package {
    /// A binary that was built already; else one is built as releases are.
    pub binary: Option<PathBuf>,
    /// The folder for what is made.
    pub into: PathBuf,
    /// The version the packages have, if it is not that of the binary.
    pub version: Option<String>,
    /// Whether they are made small, which takes a while.
    pub compressed: bool,
}

/// What was made.
pub struct Packed {
    /// The Debian package, where there is a `dpkg-deb` to make it.
    pub deb: Option<PathBuf>,
    /// The archive.
    pub archive: PathBuf,
    /// SHA-256 sums of both.
    pub sums: PathBuf,
}

/// What stands beside the binary, and what it is called there.
const DOCUMENTS: [(&str, &str); 6] = [
    ("README.md", "README.md"),
    ("README.zh-CN.md", "README.zh-CN.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("sixin.example.toml", "sixin.example.toml"),
];
/// Scripts of the Debian package.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];

impl Package {
    /// Makes them.
    ///
    /// # Errors
    /// With a sentence about the step that failed.
    pub fn make(&self) -> Result<Packed> {
        let binary = match &self.binary {
            Some(binary) => binary.clone(),
            None => built()?,
        };
        let version = match &self.version {
            Some(version) => version.clone(),
            None => version_of(&binary)?,
        };
        fs::create_dir_all(&self.into).map_err(|error| Failure::at(&self.into, &error))?;
        let scratch = tempfile::tempdir_in(&self.into).map_err(|error| Failure::at(&self.into, &error))?;
        let archive = self.archive(&binary, &version, scratch.path())?;
        let deb = self.deb(&binary, &version, &scratch.path().join("deb"))?;
        let made: Vec<&PathBuf> = [Some(&archive), deb.as_ref()].into_iter().flatten().collect();
        let sums = self.sums(&made)?;
        Ok(Packed { deb, archive, sums })
    }

    fn archive(&self, binary: &Path, version: &str, scratch: &Path) -> Result<PathBuf> {
        let name = format!("sixin-{version}-{}-linux", std::env::consts::ARCH);
        let root = scratch.join(&name);
        put(binary, &root.join("sixin"), 0o755)?;
        put_documents(&root)?;
        put_deb_file("sixin.service", &root.join("sixin.service"), 0o644)?;
        let archive = self.into.join(format!("{name}.tar.gz"));
        let level = if self.compressed { "gzip -9n" } else { "gzip -1n" };
        programs::run(
            Command::new("tar")
                .args(["--create", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"])
                .args(["--use-compress-program", level, "--file"])
                .arg(&archive)
                .arg("--directory")
                .arg(scratch)
                .arg(&name),
        )?;
        Ok(archive)
    }

    /// `None` where there is no `dpkg-deb`: nothing else makes packages that are surely right.
    fn deb(&self, binary: &Path, version: &str, root: &Path) -> Result<Option<PathBuf>> {
        let Some(dpkg_deb) = programs::find(&["dpkg-deb"]) else {
            println!("no Debian package: there is no dpkg-deb on this machine");
            return Ok(None);
        };
        put(binary, &root.join("usr/bin/sixin"), 0o755)?;
        put_deb_file("sixin.service", &root.join("lib/systemd/system/sixin.service"), 0o644)?;
        put_deb_file("sixin.toml", &root.join("etc/sixin/sixin.toml"), 0o640)?;
        put_documents(&root.join("usr/share/doc/sixin"))?;
        write(&root.join("DEBIAN/control"), &control(version, &architecture()?), 0o644)?;
        write(&root.join("DEBIAN/conffiles"), "/etc/sixin/sixin.toml\n", 0o644)?;
        for script in SCRIPTS {
            put_deb_file(script, &root.join("DEBIAN").join(script), 0o755)?;
        }
        let deb = self.into.join(format!("sixin_{version}_{}.deb", architecture()?));
        let compression = if self.compressed { "-Zxz" } else { "-Znone" };
        let mut command = Command::new(dpkg_deb);
        programs::run(command.args(["--root-owner-group", compression, "--build"]).args([root, &deb]))?;
        Ok(Some(deb))
    }

    fn sums(&self, made: &[&PathBuf]) -> Result<PathBuf> {
        let names = made.iter().filter_map(|path| path.file_name());
        let output = Command::new("sha256sum").current_dir(&self.into).args(names).output();
        let output = output.map_err(|error| Failure::to_start("sha256sum", &error))?;
        if !output.status.success() {
            return Err(Failure::new("sha256sum failed"));
        }
        let sums = self.into.join("SHA256SUMS");
        fs::write(&sums, output.stdout).map_err(|error| Failure::at(&sums, &error))?;
        Ok(sums)
    }
}

fn built() -> Result<PathBuf> {
    programs::run(workspace::cargo().args(["build", "--release", "--locked", "--package", "sixin"]))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace::root().join("target"), PathBuf::from);
    Ok(target.join("release/sixin"))
}

/// `0.1.0` of `sixin 0.1.0`.
fn version_of(binary: &Path) -> Result<String> {
    let output = Command::new(binary).arg("--version").output();
    let output = output.map_err(|error| Failure::to_start(binary.display(), &error))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().nth(1).map(ToOwned::to_owned);
    version.ok_or_else(|| Failure::new(format!("{} tells no version", binary.display())))
}

fn architecture() -> Result<String> {
    let output = Command::new("dpkg").arg("--print-architecture").output();
    let output = output.map_err(|error| Failure::to_start("dpkg", &error))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A binary of Rust needs what every Debian has: the C library, and the one that unwinds.
fn control(version: &str, architecture: &str) -> String {
    format!(
        "Package: sixin\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: the authors of sixin <sixin@localhost>\n\
         Section: net\nPriority: optional\nDepends: libc6, libgcc-s1, passwd\nSuggests: nginx | caddy\n\
         Description: server for one-to-one messages\n sixin stores messages between two users and speaks the RongCloud server API and the\n \
         Fresns conversation API. It keeps them in SQLite or MySQL.\n"
    )
}

fn put_documents(folder: &Path) -> Result<()> {
    for (from, name) in DOCUMENTS {
        put(&workspace::root().join(from), &folder.join(name), 0o644)?;
    }
    Ok(())
}

fn put_deb_file(name: &str, to: &Path, mode: u32) -> Result<()> {
    put(&workspace::root().join("deploy/debian").join(name), to, mode)
}

fn put(from: &Path, to: &Path, mode: u32) -> Result<()> {
    make_folder_of(to)?;
    fs::copy(from, to).map_err(|error| Failure::at(from, &error))?;
    set_mode(to, mode)
}

fn write(to: &Path, text: &str, mode: u32) -> Result<()> {
    make_folder_of(to)?;
    fs::write(to, text).map_err(|error| Failure::at(to, &error))?;
    set_mode(to, mode)
}

/// Folders are readable whatever the umask is: they are those of the system.
fn make_folder_of(file: &Path) -> Result<()> {
    let Some(folder) = file.parent() else { return Ok(()) };
    if folder.exists() {
        return Ok(());
    }
    make_folder_of(folder)?;
    fs::create_dir(folder).map_err(|error| Failure::at(folder, &error))?;
    set_mode(folder, 0o755)
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|error| Failure::at(path, &error))
}

/// Why the package can't be tried in a throw-away root of this machine, if that is so.
#[must_use]
pub fn why_not_tried() -> Option<&'static str> {
    if programs::find(&["dpkg"]).is_none() || programs::find(&["dpkg-deb"]).is_none() {
        return Some("the Debian package, which needs dpkg");
    }
    let mounts = Command::new("unshare")
        .args(["--mount", "--net", "true"])
        .stderr(std::process::Stdio::null())
        .status();
    let may_mount = mounts.is_ok_and(|status| status.success());
    (!may_mount || programs::find(&["ip", "setpriv"]).is_none())
        .then_some("the Debian package, which needs root for a root of its own")
}
