//! The Debian package in a throw-away root: this machine's own, with whatever is written put aside in memory.

use std::path::Path;
use std::process::Command;

use xtask::package::{Package, why_not_tried};

use crate::site::BINARY;

/// The root, as it is for whoever runs below it: what is written is in memory and gone with the mount, and so is the network.
const ROOT: &str = r#"
set -e
mount -t tmpfs -o size=3g none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs none "$1/root/run"
mount -t tmpfs none "$1/root/tmp"
cp "$2" "$1/root/tmp/old.deb"
cp "$3" "$1/root/tmp/new.deb"
ip link set lo up
cp "$4" "$1/root/tmp/walk"
exec chroot "$1/root" sh -eu /tmp/walk
"#;

/// What an administrator does, and what must be there then.
const WALK: &str = r#"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
fail() { echo "$*" >&2; exit 1; }
is() { [ "$1" = "$2" ] || fail "expected '$2', not '$1'"; }
# As systemd does it, which is not there: the user, the folder and the command of the unit.
unit=/lib/systemd/system/sixin.service
of_unit() { sed -n "s/^$1=//p" $unit; }
start() {
    cd "$(of_unit WorkingDirectory)"
    setpriv --reuid "$(of_unit User)" --regid "$(of_unit Group)" --clear-groups $(of_unit ExecStart) 2>/tmp/log &
    server=$!
    for try in $(seq 300); do
        if as_sixin health >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    cat /tmp/log >&2
    fail "the server is not ready"
}
stop() { kill -TERM $server; wait $server || fail "the server did not end well"; }
as_sixin() { setpriv --reuid sixin --regid sixin --clear-groups sixin --config /etc/sixin/sixin.toml "$@"; }

dpkg --install /tmp/old.deb
is "$(stat -c '%a %U:%G' /etc/sixin/sixin.toml)" "640 root:sixin"
is "$(stat -c '%a %U:%G' /var/lib/sixin)" "700 sixin:sixin"
is "$(stat -c '%a %U:%G' /usr/bin/sixin)" "755 root:root"
if command -v systemd-analyze >/dev/null; then
    systemd-analyze verify $unit
    systemd-analyze security --offline=true --threshold=20 --no-pager $unit >/dev/null
fi
start
as_sixin --json app-key create --dialect rongcloud >/tmp/key
as_sixin user create alice >/dev/null
as_sixin user create bob >/dev/null
sleep 2
key=$(sed -n 's/.*"app_id":"\([^"]*\)".*/\1/p' /tmp/key)
as_sixin curl rongcloud --app-id "$key" --from alice --to bob >/tmp/line
answer=$(sh /tmp/line)
case $answer in *'"code":200'*) ;; *) fail "the first message: $answer" ;; esac
is "$(stat -c '%a %U' /var/lib/sixin/sixin.db)" "600 sixin"
as_sixin backup /var/lib/sixin/before.sixin >/dev/null
stop

echo '# a line of the administrator' >>/etc/sixin/sixin.toml
dpkg --install /tmp/new.deb </dev/null
is "$(dpkg-query --show --showformat '${Version}' sixin)" "99.0.0"
tail -n 1 /etc/sixin/sixin.toml | grep -q 'a line of the administrator' || fail "the configuration was replaced"
is "$(stat -c '%a %U:%G' /etc/sixin/sixin.toml)" "640 root:sixin"
start
as_sixin --json check | grep -q '"messages":1' || fail "the message is not there after the upgrade"
stop

dpkg --remove sixin
[ ! -e /usr/bin/sixin ] || fail "the binary is still there"
[ -e /etc/sixin/sixin.toml ] || fail "the configuration went too early"
dpkg --purge sixin
[ ! -e /etc/sixin ] || fail "the configuration is still there"
[ -e /var/lib/sixin/sixin.db ] || fail "messages went with the package"
# A site that was taken away goes wholly.
rm -r /var/lib/sixin
dpkg --install /tmp/new.deb && dpkg --purge sixin
[ ! -e /var/lib/sixin ] || fail "an empty folder is still there"
! getent passwd sixin || fail "the user is still there"
"#;

#[test]
fn the_package_is_installed_used_upgraded_and_purged() {
    if let Some(reason) = why_not_tried() {
        // `cargo xtask test` tells it at its end.
        println!("left out: {reason}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("sixin");
    small(&binary);
    let deb = |version: Option<&str>| {
        let into = folder.path().join(version.unwrap_or("now"));
        let version = version.map(str::to_owned);
        let packed =
            Package { binary: Some(binary.clone()), into, version, compressed: false }.make().unwrap();
        let sums = std::fs::read_to_string(&packed.sums).unwrap();
        assert!(sums.contains(".tar.gz") && sums.contains(".deb"), "{sums}");
        packed.deb.unwrap()
    };
    let (old, new) = (deb(None), deb(Some("99.0.0")));
    let (mount, walk) = (folder.path().join("mount"), folder.path().join("walk"));
    std::fs::create_dir(&mount).unwrap();
    std::fs::write(&walk, WALK).unwrap();
    let output = Command::new("unshare")
        .args(["--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", ROOT, "sh"])
        .args([&mount, &old, &new, &walk])
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{}", said.join("\n"));
}

/// The binary without what only debuggers read, which is most of it.
fn small(to: &Path) {
    let stripped = Command::new("strip").arg("--strip-debug").arg("-o").arg(to).arg(BINARY).status();
    if !stripped.is_ok_and(|status| status.success()) {
        std::fs::copy(BINARY, to).unwrap();
    }
}
