//! A private PostgreSQL cluster that lives exactly as long as this process.
//!
//! A watchdog in `sh` owns the server and waits for the end of a pipe that only this process holds. However the tests
//! end, returning, panicking, aborted or killed, the kernel closes the pipe; the watchdog then stops the server and
//! removes the folder. Nothing here needs a destructor to run, nor unsafe code. Should the watchdog be killed as well,
//! the next run removes the folder, and a server whose folder is gone stops by itself within a minute.
//!
//! The server listens on a socket in that folder and nowhere else, as PostgreSQL's own tests do: whoever reaches it is
//! its superuser, and a port would let in every user of the machine. It also spares a race for a free port.

use std::{
    env, fs,
    fs::File,
    io::ErrorKind,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime},
};

use sqlx::{Connection, PgConnection};

use super::blocking;

const OLDEST_VERSION: u32 = 15;
const FOLDER: &str = "guanxi-postgres-";
const MEMORY: &str = "/dev/shm";
const ROOM_IN_MEMORY: u64 = 4 << 30;
const START_LIMIT: Duration = Duration::from_secs(60);

/// `$0` is the folder, `$1` the folder of the programs.
///
/// - The collation is a linguistic one, so that a text column that forgot `COLLATE "C"` shows itself.
/// - `fsync=off` is for tests only: they see what PostgreSQL does, except after a power cut.
/// - A shell starts background commands deaf to SIGQUIT until they handle it themselves, hence the loop.
/// - `ended` tells us of a server that could not start.
const WATCHDOG: &str = r#"
exec 3<&0
{
  "$1/initdb" --pgdata "$0/data" --username=postgres --auth=trust --no-sync --no-instructions \
    --encoding=UTF8 --locale=C --locale-provider=icu --icu-locale=und &&
  exec "$1/postgres" -D "$0/data" -k "$0" -p 5432 -c listen_addresses= -c max_connections=300 \
    -c shared_buffers=128MB -c max_wal_size=256MB -c fsync=off -c full_page_writes=off
} </dev/null >"$0/log" 2>&1 3<&- &
server=$!
{ read -r _ <&3; while kill -QUIT $server; do sleep 0.1; done; } 2>/dev/null &
waiter=$!
wait $server
: >"$0/ended"
kill $waiter 2>/dev/null
read -r _ <&3
rm -rf "$0"
"#;

/// Ways for root to run a command as the user `postgres`, because `initdb` and `postgres` refuse root.
const AS_POSTGRES: [&[&str]; 3] = [
    &["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"],
    &["runuser", "-u", "postgres", "--"],
    &["su", "-s", "/bin/sh", "-c", r#"exec "$0" "$@""#, "postgres", "--"],
];

/// A running server, until this process ends.
pub(super) struct Cluster {
    folder: PathBuf,
    /// Tells other runs that the folder is in use, even where process ids mean nothing to them.
    _lock: File,
    /// Holds the pipe.
    _watchdog: Child,
}

impl Cluster {
    /// None when no PostgreSQL is installed.
    pub(super) fn start() -> Option<Self> {
        let programs = programs()?;
        sweep();
        let folder = tempfile::Builder::new().prefix(FOLDER).tempdir_in(parent()).expect("a temporary folder");
        let lock = File::create(folder.path().join("lock")).expect("a lock file");
        lock.lock().expect("the lock of a new file");
        let user = server_user(folder.path());
        let watchdog = watch(&programs, user, folder.path());
        let cluster = Self { folder: folder.keep(), _lock: lock, _watchdog: watchdog };
        cluster.wait_until_it_accepts();
        Some(cluster)
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.folder.display())
    }

    fn wait_until_it_accepts(&self) {
        let (url, started) = (self.url(), Instant::now());
        while let Err(error) = blocking(async || PgConnection::connect(&url).await?.close().await) {
            if self.folder.join("ended").exists() || started.elapsed() > START_LIMIT {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("PostgreSQL does not start: {error}\n{log}");
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Where the folder is made: in memory if there is plenty and `TMPDIR` does not say otherwise. A database is a thousand
/// files: cloning one took 60 to 500 ms on a disk and 30 ms in memory.
fn parent() -> PathBuf {
    let free = Command::new("df").args(["-Pk", MEMORY]).output().ok().and_then(|df| {
        let said = String::from_utf8(df.stdout).ok()?;
        said.lines().last()?.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    let roomy = free.is_some_and(|kibibytes| kibibytes << 10 >= ROOM_IN_MEMORY);
    if roomy && env::var_os("TMPDIR").is_none() { MEMORY.into() } else { env::temp_dir() }
}

/// The folder of the newest programs that are new enough: those on the path, else Debian's.
fn programs() -> Option<PathBuf> {
    let on_path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = env::split_paths(&on_path).collect();
    let mut debian: Vec<_> = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().collect();
    debian.sort_by_key(|version| version.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    folders.extend(debian.iter().rev().map(|version| version.path().join("bin")));
    // A link on the path leads to the folder that holds `postgres` as well.
    let found = folders.iter().filter_map(|folder| fs::canonicalize(folder.join("initdb")).ok());
    let new_enough = found.filter(|initdb| version(initdb).is_some_and(|version| version >= OLDEST_VERSION));
    new_enough.filter_map(|initdb| initdb.parent().map(Path::to_owned)).find(|folder| folder.join("postgres").exists())
}

/// From `initdb (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`, or `17beta1`.
fn version(initdb: &Path) -> Option<u32> {
    let said = Command::new(initdb).arg("--version").output().ok()?.stdout;
    let said = String::from_utf8(said).ok()?;
    let number = said.split_whitespace().nth(2)?;
    number.split(|digit: char| !digit.is_ascii_digit()).next()?.parse().ok()
}

/// The prefix of commands run as the server's user: nothing, unless we are root. Hands that user the folder.
fn server_user(folder: &Path) -> &'static [&'static str] {
    let owner = fs::metadata(folder).expect("the new folder").uid();
    if owner != 0 {
        return &[];
    }
    let works = |prefix: &&&[&str]| command(prefix, Path::new("true")).output().is_ok_and(|run| run.status.success());
    let prefix = AS_POSTGRES.iter().find(works).expect("as root: a user `postgres`, and setpriv, runuser or su");
    run(Command::new("chown").arg("postgres").arg(folder));
    prefix
}

fn watch(programs: &Path, user: &[&str], folder: &Path) -> Child {
    let mut watchdog = command(user, Path::new("/bin/sh"));
    watchdog.args(["-c", WATCHDOG]).arg(folder).arg(programs).current_dir(folder);
    watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // A group of its own: what interrupts or kills the tests as a group leaves the one that cleans up.
    watchdog.process_group(0).spawn().expect("the watchdog of PostgreSQL")
}

/// Removes the folders of runs whose watchdog did not come to it.
fn sweep() {
    let parents = [PathBuf::from(MEMORY), env::temp_dir()];
    let folders = parents.iter().filter_map(|parent| fs::read_dir(parent).ok()).flatten().flatten();
    for folder in folders.filter(|folder| folder.file_name().to_string_lossy().starts_with(FOLDER)) {
        if is_abandoned(&folder.path()) {
            fs::remove_dir_all(folder.path()).ok();
        }
    }
}

/// A folder of the last minute may still be on its way to its lock.
fn is_abandoned(folder: &Path) -> bool {
    let changed =
        fs::symlink_metadata(folder).and_then(|folder| folder.modified()).unwrap_or_else(|_| SystemTime::now());
    if changed.elapsed().unwrap_or_default() < Duration::from_secs(60) {
        return false;
    }
    match File::open(folder.join("lock")) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

fn command(prefix: &[&str], program: &Path) -> Command {
    match prefix {
        [] => Command::new(program),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
}
