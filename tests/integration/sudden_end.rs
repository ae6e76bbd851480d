//! The program is killed while it imports and scores: the store holds all of an import or nothing, and the same
//! import run again ends where an undisturbed one does.

use concord::store::Store;
use duckdb::Connection;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const N_IMAGES: usize = 1_500;
const N_PER_IMAGE: usize = 8;
/// Kills at fixed shares of the undisturbed time.
const N_KILLS: u32 = 9;
/// Further kills around the end of the transaction.
const N_AT_THE_COMMIT: usize = 4;

/// A COCO export of outlines; `seed` moves each a little.
fn write_export(path: &Path, seed: u64) {
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
    let mut state = seed;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    let mut text =
        String::from("{\"categories\": [{\"id\": 1, \"name\": \"cell\"}], \"images\": [");
    for image in 0..N_IMAGES {
        let comma = if image == 0 { "" } else { "," };
        text += &format!(
            "{comma}{{\"id\": {image}, \"file_name\": \"i{image:05}.png\", \"width\": 1024, \"height\": 1024}}"
        );
    }
    text += "], \"annotations\": [";
    for image in 0..N_IMAGES {
        for at in 0..N_PER_IMAGE {
            let (cx, cy) = (
                120.0 + 200.0 * (at % 4) as f64,
                120.0 + 200.0 * (at / 4) as f64,
            );
            let ring: Vec<String> = (0..24)
                .map(|corner| {
                    let angle = std::f64::consts::TAU * f64::from(corner) / 24.0;
                    let radius = 40.0 + 6.0 * noise();
                    format!(
                        "{:.2},{:.2}",
                        cx + radius * angle.cos(),
                        cy + radius * angle.sin()
                    )
                })
                .collect();
            let comma = if image + at == 0 { "" } else { "," };
            text += &format!(
                "{comma}{{\"id\": {}, \"image_id\": {image}, \"category_id\": 1, \"segmentation\": [[{}]]}}",
                image * N_PER_IMAGE + at,
                ring.join(",")
            );
        }
        out.write_all(text.as_bytes()).expect("room on the disk");
        text.clear();
    }
    out.write_all(b"]}").expect("room on the disk");
    out.flush().expect("room on the disk");
}

fn concord(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_concord"));
    command.arg("--data-dir").arg(data_dir);
    command
}

fn import(data_dir: &Path, file: &Path, rater: &[&str]) -> Command {
    let mut command = concord(data_dir);
    command
        .args(["import", "--quiet", "--project", "p", "--annotator"])
        .args(rater)
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a new folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("room on the disk");
    }
}

fn kill(mut child: Child) -> bool {
    let ended = child.try_wait().expect("a child").is_some();
    child.kill().expect("a child of ours");
    child.wait().expect("a child");
    !ended
}

/// What the database holds, read after the product itself opened and closed it.
struct Held {
    n_imports: i64,
    n_readings: i64,
    n_annotations: i64,
    n_unscored: i64,
    n_comparisons: i64,
}

fn held(data_dir: &Path) -> Held {
    drop(Store::open(data_dir).expect("the store opens after a kill"));
    let conn = Connection::open(data_dir.join("concord.duckdb")).expect("the database opens");
    let count = |sql: &str| -> i64 { conn.query_row(sql, [], |row| row.get(0)).expect("a count") };
    assert_eq!(
        count("SELECT count(*) FROM annotation WHERE reading_id NOT IN (SELECT id FROM reading)"),
        0,
        "annotations without their reading"
    );
    assert_eq!(
        count("SELECT count(*) FROM unit WHERE comparison_id NOT IN (SELECT id FROM comparison)"),
        0,
        "units without their comparison"
    );
    Held {
        n_imports: count("SELECT count(*) FROM import"),
        n_readings: count("SELECT count(*) FROM reading WHERE rater = 'anna'"),
        n_annotations: count("SELECT count(*) FROM annotation"),
        n_unscored: count("SELECT count(*) FROM item WHERE dirty"),
        n_comparisons: count("SELECT count(*) FROM comparison"),
    }
}

/// Everything that the store says, without clock times and without ids, in an order of its own.
fn contents(data_dir: &Path) -> Vec<(&'static str, String)> {
    drop(Store::open(data_dir).expect("the store opens"));
    let conn = Connection::open(data_dir.join("concord.duckdb")).expect("the database opens");
    [
        ("imports", "SELECT COLUMNS(* EXCLUDE (id, received_at_us)) FROM import"),
        ("items", "SELECT COLUMNS(* EXCLUDE (id, revision)) FROM item"),
        ("readings", "SELECT COLUMNS(r.* EXCLUDE (id, item_id, import_id)), i.key AS k FROM reading AS r JOIN item AS i ON i.id = r.item_id"),
        (
            "annotations",
            "SELECT COLUMNS(a.* EXCLUDE (id, reading_id)), r.rater AS w, i.key AS k FROM annotation AS a \
             JOIN reading AS r ON r.id = a.reading_id JOIN item AS i ON i.id = r.item_id",
        ),
        ("comparisons", "SELECT COLUMNS(c.* EXCLUDE (id, item_id)), i.key AS k FROM comparison AS c JOIN item AS i ON i.id = c.item_id"),
        (
            "units",
            "SELECT COLUMNS(* EXCLUDE (comparison_id, item_id, a_annotation_id, b_annotation_id)) FROM compared_unit",
        ),
    ]
    .into_iter()
    .map(|(name, rows)| {
        let sql = format!(
            "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::VARCHAR, '|' ORDER BY t::VARCHAR)), '') FROM ({rows}) AS t"
        );
        let found: String = conn.query_row(&sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, found)
    })
    .collect()
}

/// A folder with the reference imported, and the two exports.
struct Bench {
    folder: tempfile::TempDir,
    candidate: PathBuf,
    base: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let reference = folder.path().join("reference.json");
        let candidate = folder.path().join("candidate.json");
        write_export(&reference, 1);
        write_export(&candidate, 2);
        let base = folder.path().join("base");
        let output = import(&base, &reference, &["expert", "--reference", "gold"])
            .output()
            .expect("it runs");
        succeeded(&output);
        Self {
            folder,
            candidate,
            base,
        }
    }

    fn copy(&self, name: &str) -> PathBuf {
        let data_dir = self.folder.path().join(name);
        copy_folder(&self.base, &data_dir);
        data_dir
    }

    fn import(&self, data_dir: &Path) -> Command {
        import(data_dir, &self.candidate, &["anna"])
    }
}

fn succeeded(output: &Output) {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Landed {
    BeforeCommit,
    WhileScoring,
    AfterTheEnd,
}

#[test]
fn an_import_that_is_killed_left_all_or_nothing_and_can_be_run_again() {
    let bench = Bench::new();
    let before = held(&bench.base);
    let undisturbed = bench.copy("undisturbed");
    let started = Instant::now();
    succeeded(&bench.import(&undisturbed).output().expect("it runs"));
    let whole_time = started.elapsed();
    let after = held(&undisturbed);
    let expected = contents(&undisturbed);
    assert_eq!((before.n_imports, after.n_imports), (1, 2));
    assert_eq!(after.n_readings, N_IMAGES as i64);
    assert_eq!(
        after.n_annotations - before.n_annotations,
        (N_IMAGES * N_PER_IMAGE) as i64
    );
    assert_eq!(
        (after.n_unscored, after.n_comparisons),
        (0, N_IMAGES as i64)
    );

    let mut landed: Vec<(Duration, Landed)> = Vec::new();
    let attempt = |delay: Duration, n: usize| {
        let data_dir = bench.copy(&format!("killed-{n}"));
        let child = bench.import(&data_dir).spawn().expect("it starts");
        std::thread::sleep(delay);
        let was_running = kill(child);
        let found = held(&data_dir);
        let place = if found.n_imports == 1 {
            assert_eq!(
                found.n_readings, 0,
                "after {delay:?}: readings of no import"
            );
            assert_eq!(
                found.n_annotations, before.n_annotations,
                "after {delay:?}: annotations of no import"
            );
            assert_eq!(found.n_comparisons, 0, "after {delay:?}");
            Landed::BeforeCommit
        } else {
            assert_eq!(found.n_imports, 2, "after {delay:?}");
            assert_eq!(
                found.n_readings, after.n_readings,
                "after {delay:?}: half an import"
            );
            assert_eq!(
                found.n_annotations, after.n_annotations,
                "after {delay:?}: half an import"
            );
            assert_eq!(
                found.n_comparisons + found.n_unscored,
                N_IMAGES as i64,
                "after {delay:?}: an item is neither scored nor known as unscored"
            );
            if found.n_unscored > 0 {
                Landed::WhileScoring
            } else {
                Landed::AfterTheEnd
            }
        };
        assert!(
            was_running || place == Landed::AfterTheEnd,
            "after {delay:?}: it ended early"
        );
        succeeded(&bench.import(&data_dir).output().expect("it runs"));
        assert_eq!(contents(&data_dir), expected, "after {delay:?}, {place:?}");
        std::fs::remove_dir_all(&data_dir).expect("a folder of ours");
        place
    };
    for n in 0..N_KILLS {
        // Dense at the start, where rows are written; scoring takes most of the time after it.
        let share = f64::from(n) / f64::from(N_KILLS - 1);
        let delay = whole_time.mul_f64(0.02 + 0.9 * share * share);
        landed.push((delay, attempt(delay, n as usize)));
    }
    // The commit itself is short: half the way between the last kill before it and the first after it, again and again.
    for _ in 0..N_AT_THE_COMMIT {
        let times = |committed: bool| {
            landed
                .iter()
                .filter(move |(_, place)| (*place != Landed::BeforeCommit) == committed)
                .map(|(delay, _)| *delay)
        };
        // Times vary from run to run; where the two overlap, any delay in between will do.
        let low = times(false).max().unwrap_or_default();
        let high = times(true).min().unwrap_or(whole_time);
        let delay = (low + high) / 2;
        landed.push((delay, attempt(delay, landed.len())));
    }
    let n_at = |wanted: Landed| landed.iter().filter(|(_, place)| *place == wanted).count();
    println!("undisturbed {whole_time:?}: {landed:?}");
    assert_eq!(landed.len(), N_KILLS as usize + N_AT_THE_COMMIT);
    assert!(n_at(Landed::BeforeCommit) >= 2, "{landed:?}");
    assert!(n_at(Landed::WhileScoring) >= 1, "{landed:?}");
}

#[test]
fn a_second_process_is_told_that_the_database_is_in_use() {
    let bench = Bench::new();
    let data_dir = bench.copy("shared");
    let mut first = bench.import(&data_dir).spawn().expect("it starts");
    let open_files = format!("/proc/{}/fd", first.id());
    let has_opened = || {
        let files = std::fs::read_dir(&open_files)
            .into_iter()
            .flatten()
            .flatten();
        files
            .filter_map(|file| std::fs::read_link(file.path()).ok())
            .any(|target| target.ends_with("concord.duckdb"))
    };
    let mut n_told = 0;
    while !has_opened() {
        assert!(
            first.try_wait().expect("a child").is_none(),
            "it ended early"
        );
    }
    let mut n_told = 0;
    while first.try_wait().expect("a child").is_none() {
        let second = concord(&data_dir)
            .args(["gate", "--project", "p"])
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&second.stderr).into_owned();
        if second.status.code() == Some(2) && said.contains("in use by another process") {
            assert!(
                said.contains("stop it or choose another data directory"),
                "{said}"
            );
            assert!(second.stdout.is_empty());
            n_told += 1;
            if n_told >= 3 {
                break;
            }
        } else if said.contains("could not") || said.contains("panicked") {
            panic!("{said}");
        }
    }
    assert!(n_told > 0, "the two never met");
    succeeded(&first.wait_with_output().expect("it ends"));
    assert_eq!(
        held(&data_dir).n_imports,
        2,
        "the first process was disturbed"
    );
}

#[test]
fn a_server_that_is_told_to_end_does_so_in_good_order() {
    let bench = Bench::new();
    let data_dir = bench.copy("served");
    let mut server = concord(&data_dir)
        .args(["serve", "--bind", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(server.stderr.take().expect("a pipe")).lines();
    let address = loop {
        let line = lines
            .next()
            .expect("the server says where it is")
            .expect("text");
        if let Some((_, rest)) = line.split_once("Concord at http://") {
            break rest.split('/').next().expect("an address").to_owned();
        }
    };
    // Whoever writes into a pipe that nobody reads waits for ever.
    let drain = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    let health = ureq::get(format!("http://{address}/healthz"))
        .call()
        .expect("an answer");
    assert_eq!(health.status(), 200);
    // An upload is under way when the signal comes.
    let body = std::fs::read(&bench.candidate).expect("the export");
    let url = format!("http://{address}/api/v1/projects/p/imports?annotator=anna");
    let upload = std::thread::spawn(move || {
        ureq::post(url)
            .content_type("application/octet-stream")
            .send(&body[..])
            .map(|answer| answer.status().as_u16())
    });
    std::thread::sleep(Duration::from_millis(700));
    let signalled = Instant::now();
    let status = Command::new("kill")
        .args(["-TERM", &server.id().to_string()])
        .status()
        .expect("it runs");
    assert!(status.success());
    let ended = server.wait().expect("a child");
    let said = drain.join().expect("no panic");
    let answered = upload.join().expect("no panic");
    assert_eq!(ended.code(), Some(0), "{said:#?}");
    assert!(
        signalled.elapsed() < Duration::from_secs(35),
        "{:?}",
        signalled.elapsed()
    );
    assert!(
        !said.iter().any(|line| line.contains("panicked")),
        "{said:#?}"
    );
    let found = held(&data_dir);
    match answered {
        Ok(status) if status < 300 => assert_eq!(found.n_imports, 2, "an import was promised"),
        other => println!(
            "the upload ended with {other:?}, {} imports are kept",
            found.n_imports
        ),
    }
    let expected = if found.n_imports == 2 {
        N_IMAGES as i64
    } else {
        0
    };
    assert_eq!(found.n_readings, expected, "half an import");
    assert!(
        ureq::get(format!("http://{address}/healthz"))
            .call()
            .is_err(),
        "nobody listens any more"
    );
}
