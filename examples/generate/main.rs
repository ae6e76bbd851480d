//! Writes the exports that `concord demo` uses: five readers with known habits over three working weeks.
//!
//! `cargo run --release --example generate -- examples`
//!
//! It shares no code with Concord, so that the two cannot agree on the same mistake.

mod chance;
mod coco;
mod cvat;
mod dicom_seg;
mod film;
mod label_studio;
mod manifest;
mod measure;
mod phantom;
mod picture;
mod programme;
mod reading;
mod tables;
mod truth;
mod world;

use crate::coco::Contents;
use crate::manifest::Manifest;
use crate::programme::{FilmReading, Programme};
use crate::world::{CLINICIAN, PHYSICIANS, READERS, WEEKS, week_of};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: generate FOLDER")?);
    let programme = Programme::run();
    let mut manifest = Manifest::new();
    for (week, name) in WEEKS.iter().enumerate() {
        tables_of(&folder, &mut manifest, &programme, week, name)?;
        drawn_films(&folder, &mut manifest, &programme, week, name)?;
        segmentations(&folder, &mut manifest, &programme, week, name)?;
    }
    let severities = tables::severities(&programme.films, &programme.film_readings);
    put(&folder, "csv/severity.csv", severities)?;
    manifest.import(
        "csv/severity.csv",
        &[("layer", "severity"), ("scale", "ordinal")],
    );
    side_tables(&folder, &programme)?;
    for film in programme.films.iter().flatten() {
        put(
            &folder,
            &format!("images/{}.png", film.item()),
            picture::film(film),
        )?;
    }
    for volume in &programme.volumes {
        put(
            &folder,
            &format!("images/{}.png", volume.series_uid),
            picture::strip(volume),
        )?;
    }
    put(&folder, "truth.json", truth::write(&programme))?;
    put(&folder, "manifest.toml", manifest.finish())
}

fn tables_of(
    folder: &Path,
    manifest: &mut Manifest,
    programme: &Programme,
    week: usize,
    name: &str,
) -> Outcome {
    let rows: Vec<_> = programme
        .ratings
        .iter()
        .filter(|row| week_of(row.at.day) == week)
        .collect();
    let path = format!("csv/{name}-findings.csv");
    put(folder, &path, tables::findings(&rows))?;
    manifest.import(&path, &[("layer", "finding"), ("scale", "nominal")]);
    Ok(())
}

fn drawn_films(
    folder: &Path,
    manifest: &mut Manifest,
    programme: &Programme,
    week: usize,
    name: &str,
) -> Outcome {
    let films = &programme.films[week];
    let of = |raters: &[&str]| -> Vec<&FilmReading> {
        let of_week = programme
            .film_readings
            .iter()
            .filter(|reading| reading.week == week);
        of_week
            .filter(|reading| raters.contains(&reading.rater))
            .collect()
    };
    for rater in ["reader-a", "reader-b", PHYSICIANS[0]] {
        let path = format!("coco/{name}-{rater}.json");
        put(
            folder,
            &path,
            coco::write(films, &of(&[rater]), Contents::Everything),
        )?;
        let mut options = vec![("annotator", rater)];
        options.extend(match rater == PHYSICIANS[0] {
            true => vec![
                ("role", "physician"),
                ("stage", "verification"),
                ("reference", "verification"),
            ],
            false => vec![("role", "annotator"), ("stage", "annotation")],
        });
        manifest.import_with_sidecar(&path, &options, &format!("sidecar/films-{rater}.csv"));
    }
    let annotation = [("role", "annotator"), ("stage", "annotation")];
    let path = format!("cvat/{name}-reader-c.xml");
    put(
        folder,
        &path,
        cvat::write("reader-c", week, films, &of(&["reader-c"])),
    )?;
    let options = [&[("annotator", "reader-c")], &annotation[..]].concat();
    manifest.import_with_sidecar(&path, &options, "sidecar/films-reader-c.csv");

    for rater in ["reader-d", "reader-e"] {
        let path = format!("label-studio/{name}-{rater}.json");
        put(
            folder,
            &path,
            label_studio::write(week, films, &of(&[rater])),
        )?;
        let options = [&[("annotator", rater)], &annotation[..]].concat();
        manifest.import_with_sidecar(&path, &options, "sidecar/films.csv");
        let path = format!("coco/{name}-{rater}-landmarks.json");
        put(
            folder,
            &path,
            coco::write(films, &of(&[rater]), Contents::Landmarks),
        )?;
        let options = [
            &[("annotator", rater)],
            &annotation[..],
            &[("layer", "landmarks")],
        ]
        .concat();
        manifest.import_with_sidecar(&path, &options, "sidecar/films.csv");
    }
    Ok(())
}

fn segmentations(
    folder: &Path,
    manifest: &mut Manifest,
    programme: &Programme,
    week: usize,
    name: &str,
) -> Outcome {
    for rater in READERS.iter().map(|habit| habit.name).chain([CLINICIAN]) {
        let mut files = Vec::new();
        for (number, volume) in programme
            .volumes
            .iter()
            .enumerate()
            .filter(|(_, volume)| volume.week == week)
        {
            let habit = READERS.iter().find(|habit| habit.name == rater);
            let raster = habit.map_or_else(|| volume.gold(), |habit| volume.read_by(habit).0);
            let mut readings = programme.volume_readings.iter();
            let reading =
                readings.find(|reading| reading.rater == rater && reading.volume == number);
            let at = reading.ok_or("everybody reads every volume")?.at;
            files.push((
                format!("{}.dcm", volume.patient),
                dicom_seg::write(volume, &raster, rater, at),
            ));
        }
        let path = format!("dicom-seg/{name}-{rater}.zip");
        put(folder, &path, zipped(&files)?)?;
        let mut options = vec![("annotator", rater)];
        options.extend(match rater == CLINICIAN {
            true => vec![
                ("role", "clinician"),
                ("stage", "training"),
                ("reference", "gold"),
            ],
            false => vec![("role", "annotator"), ("stage", "annotation")],
        });
        manifest.import_with_sidecar(&path, &options, "sidecar/ct.csv");
    }
    Ok(())
}

fn side_tables(folder: &Path, programme: &Programme) -> Outcome {
    put(folder, "sidecar/films.csv", tables::films(&programme.films))?;
    put(
        folder,
        "sidecar/ct.csv",
        tables::volumes(&programme.volumes),
    )?;
    for rater in ["reader-a", "reader-b", "reader-c", PHYSICIANS[0]] {
        let of_rater: Vec<_> = programme
            .film_readings
            .iter()
            .filter(|reading| reading.rater == rater)
            .collect();
        put(
            folder,
            &format!("sidecar/films-{rater}.csv"),
            tables::films_of(&programme.films, &of_rater),
        )?;
    }
    Ok(())
}

/// Entries carry no time stamp of their own (1980-01-01), so that equal files give equal archives.
fn zipped(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    for (name, bytes) in files {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn put(folder: &Path, path: &str, bytes: impl AsRef<[u8]>) -> Outcome {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&path, bytes)?;
    Ok(())
}
