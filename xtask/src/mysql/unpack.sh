#!/bin/sh
# Puts the MySQL server of Debian's unstable suite, with the libraries it needs, into the directory $1, beside whatever the
# machine has; nothing is installed. What runs it is $1/mysqld.
set -eu
place=$1
origin=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
[ -n "$origin" ] || { echo "no Debian archive is configured on this machine" >&2; exit 1; }
mkdir -p "$place/state/lists/partial" "$place/cache/archives/partial" "$place/packages"
echo "deb [trusted=yes] $origin sid main" > "$place/sources.list"
apt() {
    apt-get --quiet --quiet -o Dir::Etc::sourcelist="$place/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State="$place/state" -o Dir::Cache="$place/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}
apt update
cd "$place/packages"
apt download mysql-server-core
libraries=$(dpkg --field mysql-server-core_*.deb Depends | tr ',' '\n' | sed 's/[(|].*//' | tr -d ' ' | grep '^lib')
# shellcheck disable=SC2086
apt download $libraries libc6 libgcc-s1 libunwind8 liblzma5
for package in *.deb; do dpkg --extract "$package" "$place/root"; done
loader=$(find "$place/root" -name 'ld-linux-*.so.*' | head -n 1)
cat > "$place/mysqld" <<END
#!/bin/sh
first=\$1
shift
exec "$loader" --library-path "$(dirname "$loader")" "$place/root/usr/sbin/mysqld" "\$first" \\
    --basedir="$place/root/usr" --lc-messages-dir="$place/root/usr/share/mysql" "\$@"
END
chmod +x "$place/mysqld"
"$place/mysqld" --no-defaults --version
